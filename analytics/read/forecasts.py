"""Predictions for open transactions: one in detail, and all that are likely to miss their deadline."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from analytics.predict.config import PredictConfig
from analytics.predict.learn import learn
from analytics.predict.model import FlowModel, Prediction
from analytics.predict.standing import entered_us, standing, zone_named
from analytics.read.context import ReadContext
from analytics.read.points import latest, point_rows
from analytics.read.present import time_text
from analytics.sla.business_time import from_unix_us, unix_us
from runbooks.flows import Flow
from storage.sqlfiles import load_sql

Row = dict[str, Any]
_OPEN = ("in_progress", "stuck")
_QUANTILES = (10, 25, 50, 75, 80, 90, 95)
_MS = 1_000.0
_WHOLE = 0.999
_RISKS_KEPT = timedelta(seconds=10)
_MOMENT_S = 0.02
"""As long as the rest of a look-up takes anyway."""
_TOO_OLD = 4
"""Times `refresh_s` after which what was learned is not used any more."""
_LEAST_REFRESH_S = 1
"""What `refresh_s` counts as here when it is less: who only looks on could never use what was learned."""


@dataclass(frozen=True)
class Risk:
    """
    An open transaction that will probably miss its deadline.

    Attributes:
        transaction_id: Its id.
        flow: Its flow.
        probability: Of not completing by the deadline.
        deadline_us: Unix microseconds.
    """

    transaction_id: str
    flow: str
    probability: float
    deadline_us: int


class Forecaster:
    """
    Predicts from what was learned of each flow, anew every `PredictConfig.refresh_s`. Safe for threads.

    Args:
        context: What every read needs.
        config: Settings.
    """

    def __init__(self, context: ReadContext, config: PredictConfig | None = None) -> None:
        self._context = context
        self.config = config or PredictConfig()
        self._models: dict[str, tuple[datetime, FlowModel]] = {}
        self._learning: dict[str, Future[FlowModel]] = {}
        self._risks: dict[tuple[str, ...], tuple[datetime, list[Risk]]] = {}
        self._lock = threading.Lock()
        # One at a time, and not among those that answer: it takes most of a second where much is stored.
        self._learner = ThreadPoolExecutor(1, "learn")

    def model(self, flow: Flow) -> FlowModel:
        """Return what is known of *flow*; what is `_TOO_OLD`, or was never learned, is waited for."""
        known, learning = self._known(flow)
        return learning.result() if learning and known is None else cast("FlowModel", known)

    def known(self, flow: Flow) -> FlowModel | None:
        """
        Return what is known of *flow*, None where that is nothing or `_TOO_OLD`; what is missing is being learned then.

        What was learned more than `refresh_s` ago is used once more while it is learned anew, so that nobody waits.
        """
        return self._known(flow)[0]

    def _known(self, flow: Flow) -> tuple[FlowModel | None, Future[FlowModel] | None]:
        """Return what may be used of what is known, and what is being learned; one of them there is."""
        at, learned = self._models.get(flow.name, (None, None))
        age = self._context.clock.now() - at if at else None
        refresh = timedelta(seconds=max(self.config.refresh_s, _LEAST_REFRESH_S))
        usable = age is not None and timedelta(0) <= age < _TOO_OLD * refresh
        due = age is None or not usable or age >= timedelta(seconds=self.config.refresh_s)
        return learned if usable else None, self._begin_learning(flow) if due else None

    def _begin_learning(self, flow: Flow) -> Future[FlowModel]:
        with self._lock:
            if flow.name not in self._learning:
                self._learning[flow.name] = self._learner.submit(self._learn, flow)
            return self._learning[flow.name]

    def _soon(self, flow: Flow) -> FlowModel | None:
        """Return what is learned of *flow* in a moment, as where it was begun before, else None."""
        try:
            return self._begin_learning(flow).result(_MOMENT_S)
        except LateError:
            return None

    def _learn(self, flow: Flow) -> FlowModel:
        try:
            now = self._context.clock.now()
            zone = self._context.catalogs.current().calendar_of(flow).zone
            since = now - timedelta(days=self.config.history_days)
            learned = learn(self._context.store, flow.name, zone, since, now, self.config.max_transactions)
            self._models[flow.name] = (now, learned)
            return learned
        finally:
            with self._lock:
                del self._learning[flow.name]

    def of_transaction(self, transaction: Row) -> Row | None:
        """
        Return the prediction for a transaction in detail as `describe` does, None for one that has ended.

        Nobody waits here for learning that takes long: where nothing is known of the flow yet, the answer says so.

        Args:
            transaction: Its row (`analytics.read.stored`).
        """
        if transaction["status"] == "unknown":
            return _silent("a source that owes the next step is silent")
        if transaction["status"] not in _OPEN:
            return None
        flow = self._context.catalogs.current().flows.get(transaction["flow"] or "")
        if flow is None:
            return _silent("the transaction is in no flow of the catalog")
        hour = transaction["started_at"].replace(minute=0, second=0, microsecond=0)
        where = {"flow": flow.name, "hour": hour, "id": transaction["transaction_id"]}
        rows = latest(point_rows(self._context.store, "path_of", where), "transaction_id")
        if not rows:
            return _silent("its way is not stored yet")
        return self._describe(flow, rows[0])

    def _describe(self, flow: Flow, row: Row) -> Row:
        now_us = unix_us(self._context.clock.now())
        zone = zone_named(self._context.catalogs.current().calendar_of(flow).zone)
        stands = standing(row, now_us, zone)
        learned = self.known(flow) or self._soon(flow)
        if learned is None:
            return _silent("what is usual of this flow is being learned; ask again in a moment")
        found = learned.predict(stands, self.config.min_samples)
        if found is None:
            return _silent(
                f"fewer than {self.config.min_samples} earlier transactions waited this long",
                learned_from=learned.transactions,
            )
        return describe(found, now_us, row["deadline_us"], self.config.risk_threshold) | {
            "milestone": stands.step or None,
            "since": time_text(from_unix_us(entered_us(stands, now_us))),
            "learned_from": learned.transactions,
        }

    def at_risk(self, flows: Iterable[str] = ()) -> list[Risk]:
        """
        Return the open transactions of *flows* (empty for all) at risk, the most probable first.

        Only deadlines that have not passed: what has is late, not at risk. The answer is some seconds old at most.
        """
        catalog = self._context.catalogs.current()
        wanted = tuple(name for name in (list(flows) or catalog.flows) if name in catalog.flows)
        now = self._context.clock.now()
        kept = self._risks.get(wanted)
        if kept is None or not timedelta(0) <= now - kept[0] < _RISKS_KEPT:
            kept = self._risks[wanted] = (now, self._risks_of(wanted))
        return kept[1]

    def _risks_of(self, wanted: tuple[str, ...]) -> list[Risk]:
        catalog = self._context.catalogs.current()
        now_us = unix_us(self._context.clock.now())
        rows = self._context.store.rows(
            load_sql("analytics.predict", "sql/open_paths"),
            {"flows": list(wanted), "now_us": now_us, "rows": self.config.max_open},
        )
        zones = {name: zone_named(catalog.calendar_of(catalog.flows[name]).zone) for name in wanted}
        risks = []
        for row in rows:
            learned = self.model(catalog.flows[row["flow"]])
            found = learned.predict(standing(row, now_us, zones[row["flow"]]), self.config.min_samples)
            if found is not None and found.miss is not None and found.miss >= self.config.risk_threshold:
                risks.append(Risk(row["transaction_id"], row["flow"], found.miss, row["deadline_us"]))
        return sorted(risks, key=lambda risk: (-risk.probability, risk.deadline_us, risk.transaction_id))


def describe(found: Prediction, now_us: int, deadline_us: int, threshold: float) -> Row:
    """
    Return a prediction as public JSON.

    ``remaining_ms`` holds quantiles of the time that is left; one is null where not so many complete at all.
    ``breach`` is null without a deadline and once it has passed: that is then a fact.
    """
    quantiles = {f"p{percent}": _ms(found.curve.remaining_us(percent / 100)) for percent in _QUANTILES}
    breach = None
    if found.miss is not None and deadline_us > now_us:
        breach = {
            "probability": round(min(found.miss, _WHOLE), 4),
            "deadline_at": time_text(from_unix_us(deadline_us)),
            "in_ms": (deadline_us - now_us) / _MS,
            "at_risk": found.miss >= threshold,
        }
    median_us = found.curve.remaining_us(0.5)
    return {
        "judged": True,
        "why": None,
        "basis": found.basis,
        "samples": round(found.curve.samples),
        "remaining_ms": quantiles,
        "expected_end_at": None if median_us is None else time_text(from_unix_us(now_us + round(median_us))),
        "completes": round(found.curve.done[-1], 4) if found.curve.done else 0.0,
        "breach": breach,
    }


def _silent(why: str, learned_from: int | None = None) -> Row:
    nothing = dict.fromkeys(
        ("basis", "samples", "remaining_ms", "expected_end_at", "completes", "breach", "milestone", "since")
    )
    return {"judged": False, "why": why, **nothing, "learned_from": learned_from}


def _ms(duration_us: float | None) -> float | None:
    return None if duration_us is None else round(duration_us / _MS, 3)
