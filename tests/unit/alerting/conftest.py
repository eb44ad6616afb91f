"""Acceptance scripts in relative time: a still clock, real SQLite, and figures that the script sets."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from alerting.config import AlertingConfig
from alerting.measure import MeasurementError, Row
from alerting.readings import Reading
from alerting.service import AlertService
from alerting.tables import OUTBOX
from core.clock import FakeClock
from core.units import Duration
from runbooks.calendars import Calendar
from runbooks.catalogs import Catalog
from runbooks.models import Channel, Flow, Milestone, Owner, Rule, RuleSet, Select, Source, System, Tier, TierPolicy
from runbooks.runbook_files import Runbook
from storage.state import open_state

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PUBLIC_URL = "https://wayline.example.org"


def seconds(value: float) -> Duration:
    return Duration(seconds=value)


def make_catalog(*rules: Rule, **changes: object) -> Catalog:
    """Two tier-1 flows and one tier-3 flow of two owners; *rules* are the only ones of their kinds."""
    flows = {
        name: Flow(
            name=name,
            title=title,
            tier=tier,
            owner=owner,
            process_owner="Procurement operations",
            domain="Finance and procurement",
            milestones=(Milestone(name="sent", system="edi"), Milestone(name="paid", system="erp", terminal=True)),
            runbooks={"stuck": "OrderStuck", "failed@queue": "QueueTrouble", "default": "OrderStuck"},
        )
        for name, title, tier, owner in (
            ("orders", "Purchase order to payment", 1, "supply"),
            ("stock", "Stock movements", 1, "supply"),
            ("ledger", "Ledger extract", 3, "finance"),
        )
    }
    policies = {
        1: TierPolicy(
            severity="page",
            group_wait=seconds(0),
            group_interval=seconds(60),
            repeat_interval=seconds(1800),
            ack_within=seconds(300),
        ),
        3: TierPolicy(
            severity="ticket",
            notify_during="office",
            group_wait=seconds(60),
            group_interval=seconds(300),
            repeat_interval=seconds(86400),
        ),
    }
    catalog = Catalog(
        version="1",
        flows=flows,
        tiers={name: Tier(name=name, policy=policy) for name, policy in policies.items()},
        owners={
            "supply": Owner(name="supply", escalation="supply-oncall", contacts=("team",)),
            "finance": Owner(name="finance", contacts=("team",)),
        },
        channels={"team": Channel(name="team", type="log"), "supply-oncall": Channel(name="supply-oncall", type="log")},
        systems={
            "broker": System(name="broker", category="queue", owner="messaging"),
            "edi": System(name="edi", category="middleware", owner="supply"),
        },
        sources={"edi-feed": Source(name="edi-feed", systems=("edi",), expect_every=seconds(120))},
        calendars={"office": Calendar(name="office", zone="America/Chicago", hours={"mon-fri": "08:00-17:00"})},
        rule_sets={"test": RuleSet(name="test", rules=rules)} if rules else {},
        runbooks={
            name: Runbook(runbook=name, title=name)
            for name in ("OrderStuck", "QueueTrouble", "BusinessTransaction", "SourceBlind")
        },
    )
    return replace(catalog, **changes)


def make_rule(kind: str, name: str = "Trouble", *, flow: str = "orders", **changes: object) -> Rule:
    select_ = Select() if kind == "source_blind" else Select(flows=(flow,) if flow else ())
    return Rule.model_validate({"name": name, "kind": kind, "select": select_, **changes})


class Figures:
    """What the store would say; scripts set it."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.broken = False

    def read(self, rule: object, _catalog: Catalog, _now: datetime) -> list[Row]:
        if self.broken:
            raise MeasurementError("the store did not answer")
        if rule.spec.kind == "source_blind":
            return self.rows.get("source_blind", [])
        return [row for row in self.rows.get(rule.spec.kind, []) if row.flow in rule.flows]


class Catalogs:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def current(self) -> Catalog:
        return self.catalog


class Script:
    """
    A story in seconds since its beginning; one evaluation and one delivery a second.

    Figures are in force from the moment `set` is called; `messages` tells what was entered for whom, and when.
    """

    def __init__(self, catalog: Catalog, state: Engine, config: AlertingConfig, start: datetime) -> None:
        self.clock = FakeClock(start)
        self.start = start
        self.figures = Figures()
        self.catalogs = Catalogs(catalog)
        self.state = state
        self.config = config
        self.service = self._open()

    def _open(self) -> AlertService:
        return AlertService(None, self.state, self.catalogs, self.clock, self.config, PUBLIC_URL, measurer=self.figures)

    def restart(self, after_s: float = 0.0) -> None:
        """End the process without a word, and start another *after_s* later."""
        self.clock.advance(after_s)
        self.service = self._open()

    def set(self, kind: str, flow: str = "orders", affected: int = 1, **reading: object) -> None:
        kept = [row for row in self.figures.rows.get(kind, []) if row.flow != flow]
        systems = tuple(reading.get("systems", ()))
        oldest = self.start - timedelta(minutes=20) if affected else None
        known = {"oldest_at": oldest, "flows": (flow,) if affected else (), **reading}
        row = Row(
            flow=flow, system=systems[0] if systems else "", source="", reading=Reading(affected=affected, **known)
        )
        self.figures.rows[kind] = [*kept, row]

    def clear(self, kind: str, flow: str = "orders") -> None:
        self.figures.rows[kind] = [row for row in self.figures.rows.get(kind, []) if row.flow != flow]

    @property
    def at_s(self) -> float:
        return (self.clock.now() - self.start).total_seconds()

    def until(self, at_s: float, step_s: float = 1.0) -> None:
        """Evaluate and deliver from now to *at_s*, inclusive."""
        self.now()
        while self.at_s + step_s <= at_s:
            self.clock.advance(step_s)
            self.now()

    def now(self) -> None:
        self.service.tick()
        self.service.deliver_due()

    def states(self) -> list[str]:
        return [instance.state.value for instance in self.service.board.instances]

    def alerts(self, state: str = "open") -> list[dict]:
        from alerting.read import AlertFilter  # noqa: PLC0415  # only stories that look use it

        return self.service.read.alerts(AlertFilter(state=state))["items"]

    @property
    def messages(self) -> list[tuple[float, str, str, str]]:
        """(second, receiver, status, reason) of every message entered."""
        with self.state.connect() as connection:
            rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.number)).mappings().all()
        return [
            (
                (row["created_at"] - self.start).total_seconds(),
                row["receiver"],
                row["payload"]["status"],
                row["reason"],
            )
            for row in rows
        ]

    def payloads(self, receiver: str = "team") -> list[dict]:
        with self.state.connect() as connection:
            rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.number)).mappings().all()
        return [row["payload"] for row in rows if row["receiver"] == receiver]

    def told(self, receiver: str = "team") -> list[tuple[float, str, str]]:
        return [(at, status, reason) for at, to, status, reason in self.messages if to == receiver]


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Script]:
    engines: list[Engine] = []

    def make(
        *rules: Rule, catalog: Catalog | None = None, config: AlertingConfig | None = None, start: datetime = START
    ) -> Script:
        engine = open_state(tmp_path / f"state{len(engines)}")
        engines.append(engine)
        settings = config or AlertingConfig(log=False)
        return Script(catalog or make_catalog(*rules), engine, settings, start)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def rule() -> Callable[..., Rule]:
    return make_rule


@pytest.fixture
def catalog() -> Callable[..., Catalog]:
    return make_catalog


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Compare with a golden file; ``WAYLINE_UPDATE_GOLDEN=1`` writes it instead."""
    import os  # noqa: PLC0415

    folder = Path(__file__).resolve().parents[2] / "golden" / "alerting"

    def check(name: str, found: object) -> None:
        path = folder / name
        text = json.dumps(found, indent=2, sort_keys=True) + "\n"
        if os.environ.get("WAYLINE_UPDATE_GOLDEN"):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(text)

    return check
