"""Evidence gets lost: what later evidence proves to have happened is not what a transaction waits for."""

import pytest

from runbooks import load_catalog
from tests.integration.correlate.conftest import Line
from tests.integration.evidence import Event

CATALOG = """
kind: Owner
name: team
---
kind: Source
name: cabinet-feed
type: cloudevents
systems: [cabinet]
expect_every: 2m
ingest_delay: 10s
---
kind: Flow
name: movement
tier: 1
owner: team
identifiers: [correlation]
milestones:
  - {name: posted}
  - {name: updated, within: 1m, after: posted}
  - {name: dispatched}
  - {name: confirmed, system: cabinet, terminal: true}
objectives: {deadline: 6m}
"""


@pytest.fixture
def line(correlate_store, tmp_path):
    (tmp_path / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    line = Line(correlate_store, load_catalog([tmp_path]))
    line.reset()
    return line


def step(name, at, system=""):
    return Event(f"m-{name}", at, correlation="m", flow="movement", milestone=name, system=system)


HEARD = Event("other", 0, correlation="other", flow="movement", milestone="confirmed", system="cabinet")


def test_behind_a_step_that_later_ones_prove_passed_a_blind_source_makes_unknown(line):
    line.deliver(HEARD, step("posted", 0), step("dispatched", 30))
    for at in (30, 200, 420):
        line.tick(at)
    row = line.one("has(identifiers.value, 'm')")
    assert (row["status"], row["next_milestone"]) == ("unknown", "confirmed")


def test_a_step_that_nothing_proves_passed_is_stuck_though_a_later_source_is_blind(line):
    line.deliver(HEARD, step("posted", 0))
    for at in (30, 200, 420):
        line.tick(at)
    row = line.one("has(identifiers.value, 'm')")
    assert (row["status"], row["next_milestone"]) == ("stuck", "updated")


def test_a_missing_step_counts_while_the_source_behind_it_is_heard(line):
    line.deliver(HEARD, step("posted", 0), step("dispatched", 30))
    line.deliver(Event("again", 190, correlation="again", flow="movement", milestone="confirmed", system="cabinet"))
    line.tick(200)
    row = line.one("has(identifiers.value, 'm')")
    assert (row["status"], row["next_milestone"]) == ("stuck", "updated")


def test_what_is_awaited_past_lost_evidence_follows_its_source_blind_and_heard_again(line):
    line.deliver(HEARD, step("posted", 0), step("dispatched", 30))
    seen = []
    for at in (100, 200, 215, 9_000):
        if at == 215:
            line.deliver(
                Event("again", 210, correlation="again", flow="movement", milestone="confirmed", system="cabinet")
            )
        line.tick(at)
        row = line.one("has(identifiers.value, 'm')")
        seen.append((row["status"], row["next_milestone"]))
    assert seen == [("stuck", "updated"), ("in_progress", "confirmed"), ("stuck", "updated"), ("unknown", "confirmed")]
