from runbooks import load_catalog
from tests.integration.correlate.conftest import CATALOG
from tests.integration.evidence import Event

FILES = """---
kind: Source
name: files
type: cloudevents
systems: [supplier]
expect_every: 2m
match: {event.type: [file]}
"""

ORDER = {"flow": "order", "correlation": "c1"}


def until_sent(line):
    line.deliver(
        Event("e1", 0, milestone="approved", system="erp", **ORDER),
        Event("e2", 1, milestone="sent", system="mw", **ORDER),
        Event("hello", 2, correlation="other", system="supplier"),
    )
    line.tick(10)


def status(line):
    return line.one("flow = 'order'")["status"]


def test_a_silent_source_makes_unknown_never_stuck(line):
    until_sent(line)
    for at in (612, 615, 660, 900, 3700):
        line.tick(at)
        assert status(line) == "unknown"
    row = line.one("flow = 'order'")
    assert (row["breached"], row["judged"]) == (0, 0)
    assert line.store.value("SELECT blind FROM source_watermarks") == 1


def test_between_silence_and_blindness_nothing_is_judged(line):
    until_sent(line)
    line.deliver(Event("hello2", 590, correlation="other2", system="supplier"))
    line.tick(600)
    line.tick(640)
    assert status(line) == "in_progress"
    line.tick(730)
    assert status(line) == "unknown"


def test_once_the_source_speaks_again_the_deadline_is_judged(line):
    until_sent(line)
    line.tick(800)
    assert status(line) == "unknown"
    line.deliver(Event("hello3", 810, correlation="other3", system="supplier"))
    line.tick(820)
    line.tick(830)
    assert status(line) == "stuck"


def test_a_source_never_heard_is_not_blind(line):
    line.deliver(
        Event("e1", 0, milestone="approved", system="erp", **ORDER),
        Event("e2", 1, milestone="sent", system="mw", **ORDER),
    )
    line.tick(10)
    line.tick(700)
    assert status(line) == "stuck"


def test_a_second_source_that_is_heard_late_for_the_first_time_holds_back_what_was_judged_without_it(line, tmp_path):
    (tmp_path / "estate.yaml").write_text(CATALOG + FILES, encoding="utf-8")
    line.catalog = load_catalog([tmp_path])
    until_sent(line)
    line.deliver(Event("hello2", 590, correlation="other2", system="supplier"))
    line.tick(615)
    line.deliver(Event("hello3", 605, correlation="other3", system="supplier"))
    line.tick(635)
    assert status(line) == "stuck"
    line.deliver(Event("late", 595, correlation="other4", system="supplier", type="file"))
    line.tick(650)
    assert status(line) == "in_progress"
