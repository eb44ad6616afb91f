"""A reindex gives what a fresh system under the new catalog has, loses nothing, and rewrites no history."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from analytics.correlate import CorrelateConfig, Correlator
from analytics.correlate.tick import Tick
from analytics.origin.learn import Learner
from analytics.reindex import Reindexer
from analytics.sla.verdicts import sla_rows
from core.clock import FakeClock
from runbooks import CatalogProvider
from tests.integration.correlate.conftest import CATALOG
from tests.integration.correlate.test_correlate_as_known import reports
from tests.integration.correlate.test_correlate_order import (
    LONG,
    PROFILE,
    assert_same,
    late_deliveries,
    lookups,
    picture,
)
from tests.integration.correlate.test_learn_normal import HOUR_S, order, report, sent_by_message
from tests.integration.evidence import START, Event, moment

CHANGED = (
    CATALOG.replace("attributes: [permit]", "attributes: [licence]")  # permits no longer join
    .replace("name: noted, optional: true", "name: noted, match: {service.name: svc}")  # milestones are seen anew
    .replace("objectives: {deadline: 1h}", "objectives: {deadline: 5m}", 1)
    .replace("match: {service.name: [mw,", "match: {service.name: [svc, mw,")  # systems are named anew
)
EXAMPLES = settings(PROFILE, max_examples=20 if LONG else 1)


class Estate:
    """A correlator and a reindexer on the tables of *line*, with a catalog folder and a clock of their own."""

    def __init__(self, line, folder):
        self.line, self.folder = line, folder
        self.clock = FakeClock(START)
        self.write(CATALOG)
        self.provider = CatalogProvider([folder], self.clock)
        self.renew()

    def renew(self):
        self.correlator = Correlator(self.line.store, self.provider, self.clock, CorrelateConfig())
        self.reindexer = Reindexer(self.line.store, self.correlator, self.provider, self.clock)

    def write(self, text):
        (self.folder / "estate.yaml").write_text(text, encoding="utf-8")

    def tick(self, at):
        self.clock.advance((moment(at) - self.clock.now()).total_seconds())
        return self.correlator.tick()


@pytest.fixture
def estate(line, tmp_path):
    return Estate(line, tmp_path)


@pytest.fixture(scope="session")
def changed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed")
    (folder / "estate.yaml").write_text(CHANGED, encoding="utf-8")
    return CatalogProvider([folder], FakeClock(START)).current()


@EXAMPLES
@given(late_deliveries())
def test_a_reindex_gives_what_a_fresh_system_has(line, changed, tmp_path_factory, case):
    items, arrivals = case
    end = max(arrivals)
    line.reset()
    line.deliver(*items, received=moment(end))
    Tick(line.store, CorrelateConfig()).run(changed, moment(end))
    expected, expected_lookups = picture(line), lookups(line)
    line.reset()
    estate = Estate(line, tmp_path_factory.mktemp("catalog"))
    drawn = {}
    for at, part in arrivals.items():
        line.deliver(*part, received=moment(at))
        estate.tick(at)
        drawn[at] = reports(line, at)
    live, live_lookups = picture(line), lookups(line)
    estate.clock.advance(0.001)
    estate.reindexer.run()
    assert_same(picture(line), live)
    assert lookups(line) == live_lookups
    estate.write(CHANGED)
    estate.clock.advance(0.001)
    estate.reindexer.run()
    assert_same(picture(line), expected)
    assert lookups(line) == expected_lookups
    assert {at: reports(line, at) for at in drawn} == drawn


def joined_by_permit(number):
    return Event(f"e{number}", number, correlation=f"c{number}", flow="order", attributes={"permit": "P"})


def test_revisions_go_on_and_former_ids_lead_on(estate):
    line = estate.line
    line.deliver(joined_by_permit(0), joined_by_permit(1))
    estate.tick(10)
    former = line.one()["transaction_id"]
    estate.write(CHANGED)
    estate.reindexer.run()
    rows = line.rows()
    assert sorted(row["revision"] for row in rows) == [1, 2]
    assert former in {row["transaction_id"] for row in rows}
    estate.write(CATALOG)
    estate.reindexer.run()
    gone = next(row["transaction_id"] for row in rows if row["transaction_id"] != former)
    assert (line.one()["revision"], line.one()["known_ids"]) == (3, [gone])
    assert line.holders("transaction", gone) == [former]


def test_origins_are_measured_by_what_was_learned_before_the_reindex(estate):
    line = estate.line
    for hour in range(4):
        report(line, hour * HOUR_S + 600, 7)
        line.deliver(*(item for n in range(8) for item in order(f"o{hour}{n}", hour * HOUR_S + n, 500.0, 1.0, 600)))
        estate.tick(hour * HOUR_S + 700)
    assert Learner(line.store).learn(moment(4 * HOUR_S)) == 4
    report(line, 5 * HOUR_S + 60, 380)
    slow = order("late", 5 * HOUR_S, 2_050.0, 1_700.0, 3_900)
    line.deliver(*slow, *sent_by_message("hangs", 5 * HOUR_S), received=moment(7 * HOUR_S))
    estate.tick(7 * HOUR_S)
    asked = "SELECT origin_system, origin_evidence FROM transactions_current WHERE origin_system != '' ORDER BY ALL"
    before = line.store.rows(asked)
    assert len(before) == 2
    assert "over 32 runs in 1 day" in before[0]["origin_evidence"] + before[1]["origin_evidence"]
    assert "usually 7" in before[0]["origin_evidence"] + before[1]["origin_evidence"]
    estate.reindexer.run()
    assert line.store.rows(asked) == before


def test_what_was_known_before_a_reindex_is_still_answered_as_then(estate):
    line = estate.line
    line.deliver(
        *(Event(f"a{n}", n, correlation=f"c{n}", flow="order", milestone="approved") for n in range(3)),
        *(Event(f"p{n}", 400 + n, correlation=f"c{n}", flow="order", milestone="paid") for n in range(3)),
        joined_by_permit(7),
        joined_by_permit(8),
    )
    estate.tick(1_000)
    asked = (line.store, moment(-60), moment(1_000), "known", moment(5_000))
    before, verdicts = sla_rows(*asked), line.store.rows("SELECT * FROM verdicts ORDER BY ALL")
    estate.write(CHANGED)
    estate.tick(2_000)
    estate.reindexer.run()
    assert sla_rows(*asked) == before
    after = line.store.rows("SELECT * FROM verdicts ORDER BY ALL")
    assert [row for row in after if row in verdicts] == verdicts
    corrected = sla_rows(line.store, moment(-60), moment(1_000), "corrected", moment(5_000))
    assert (before[0]["good"], before[0]["bad"]) == (3, 0)
    assert corrected[0]["bad"] >= 3


def test_a_breach_that_had_ended_before_a_reindex_under_which_it_did_not_is_as_long_as_then(estate):
    line = estate.line
    line.deliver(
        Event("a", 0, correlation="c", flow="order", milestone="approved"),
        Event("p", 3_700, correlation="c", flow="order", milestone="paid"),
    )
    estate.tick(4_100)
    before = reports(line, 4_200)
    assert before[0]["breach_ms"] == 100_000
    estate.tick(5_000)
    estate.write(CATALOG.replace("name: paid, terminal: true", "name: settled_up, terminal: true"))
    estate.reindexer.run()
    assert line.one()["ended_at"] is None
    assert reports(line, 4_200) == before


def test_what_arrives_while_it_runs_is_not_lost_and_ticks_go_on(estate):
    line = estate.line
    line.deliver(joined_by_permit(0), joined_by_permit(1))
    estate.tick(10)
    estate.write(CHANGED)
    seen = []

    def meanwhile(progress):
        number = 10 + len(seen)
        line.deliver(Event(f"live{number}", number, correlation="c0", flow="order"))
        report = estate.correlator.tick() if progress.state == "running" else None
        seen.append(report.observations if report else 0)

    estate.reindexer.run(seen=meanwhile)
    estate.tick(60)
    assert seen[0] == 1
    row = line.one("has(identifiers.value, 'c0')")
    assert row["observation_count"] == 1 + len(seen)
    assert line.store.value("SELECT count() FROM transactions_current") == 2


def test_only_what_was_received_since_is_read_anew(estate):
    line = estate.line
    line.deliver(Event("old", 1, correlation="c1", attributes={"licence": "L"}), received=moment(1))
    line.deliver(Event("new", 50, correlation="c2", attributes={"licence": "L"}), received=moment(50))
    estate.tick(60)
    estate.write(CHANGED)
    estate.reindexer.run(since=moment(30))
    assert line.holders("permit", "L") == [line.one("has(identifiers.value, 'c2')")["transaction_id"]]
    assert len(line.rows()) == 2
    estate.reindexer.run()
    assert len(line.rows()) == 1


def test_a_second_one_waits_for_the_first(estate):
    line = estate.line
    line.deliver(joined_by_permit(0))
    estate.tick(10)
    estate.reindexer.begin(None)
    with pytest.raises(Exception, match="reindex is running"):
        estate.reindexer.begin(None)
    estate.reindexer.stop(30)
    assert estate.reindexer.progress.state in ("stopped", "done")
    assert len(line.rows()) == 1


_PROCESS = """
import sys
from pathlib import Path
from analytics.correlate import Correlator
from analytics.origin.learn import Learner
from analytics.reindex import Reindexer
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import open_store
from tests.integration.evidence import Event, deliver, moment

task, folder = sys.argv[1], Path(sys.argv[2])
store = open_store(StorageConfig(path=folder / "engine", pool_size=3))
clock = FakeClock(moment(100))
provider = CatalogProvider([folder / "catalog"], clock)
correlator = Correlator(store, provider, clock)
reindexer = Reindexer(store, correlator, provider, clock)
if task == "rebuild":
    apply_migrations(store)
    deliver(store, *(Event(f"e{n}", n, correlation=f"c{n}", attributes={"permit": "P"}) for n in range(2)))
    correlator.tick()
    (folder / "catalog" / "estate.yaml").write_text((folder / "changed.yaml").read_text())
    reindexer.run()
if task == "look":
    reindexer.recover()
    def count(): return store.value("SELECT count() FROM transactions_current"), store.value(
        "SELECT uniqExact(transaction_id) FROM identifier_index WHERE type = 'correlation'")
    after_recovery = count()
    correlator.tick()
    print(*after_recovery, *count())
    reindexer.run()
    print(*count())
store.close()
"""
KILLS = {"reindex.history": 1, "reindex.exchange:2": 2} | (
    {"reindex.journal": 2, "reindex.exchanged": 2, "tick.find_owed_milestones": 1} if LONG else {}
)


def process(task, folder, fault=""):
    return subprocess.run(
        [sys.executable, "-c", _PROCESS, task, str(folder)],
        env={**os.environ, "WAYLINE_FAULT": fault},
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_killed_anywhere_the_tables_are_all_old_or_all_new_and_it_can_be_run_again(tmp_path):
    for fault, transactions in KILLS.items():
        folder = tmp_path / fault.replace(":", "_")
        (folder / "catalog").mkdir(parents=True)
        (folder / "catalog" / "estate.yaml").write_text(CATALOG, encoding="utf-8")
        (folder / "changed.yaml").write_text(CHANGED, encoding="utf-8")
        assert process("rebuild", folder, fault).returncode == -signal.SIGKILL
        looked = process("look", folder)
        found = [f"{transactions} {transactions} {transactions} {transactions}", "2 2"]
        assert (looked.stdout.splitlines()[-2:], looked.returncode) == (found, 0), looked.stderr[-2_000:]
        shutil.rmtree(folder)
