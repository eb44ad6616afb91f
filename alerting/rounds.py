"""Which rules are due, what was measured for them, and what became of their alerts."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from alerting.board import Board
from alerting.config import AlertingConfig
from alerting.describe import SEVERAL_FLOWS, Context, measurement_lost_annotations
from alerting.evaluate import close_orphans, evaluate
from alerting.instance import Instance, State, Timing, advance, open_instance
from alerting.labels import fingerprint
from alerting.measure import MeasurementError, Measurer, Row
from alerting.readings import Reading
from alerting.rules import MEASUREMENT_LOST, ActiveRule, active_rules
from runbooks.catalogs import Catalog

MEASUREMENT_LOST_ALERT = "MeasurementLost"
_EARLY_S = 0.05

log = structlog.get_logger("wayline.alerting")


class Rounds:
    """
    Evaluates rules, each at its own interval.

    Args:
        measurer: Says how the transactions are.
        config: Intervals and limits.

    Attributes:
        trouble: What keeps rules from being measured; empty when all of them are.
        pause_s: Seconds to wait before the next round.
    """

    def __init__(self, measurer: Measurer, config: AlertingConfig) -> None:
        self._measurer = measurer
        self._config = config
        self._rules: list[ActiveRule] = []
        self._catalog: Catalog | None = None
        self._last: dict[str, datetime] = {}
        self._pending: dict[str, datetime] = {}
        self._troubles: dict[str, str] = {}
        self._measured_at: datetime | None = None

    @property
    def trouble(self) -> str:
        """What keeps rules from being measured; empty when all of them are."""
        return "; ".join(sorted(set(self._troubles.values())))

    @property
    def pause_s(self) -> float:
        """Seconds between rounds."""
        return self._config.interval_s

    def rules(self, catalog: Catalog) -> list[ActiveRule]:
        """Return the rules in force with *catalog*."""
        if catalog is not self._catalog:
            self._rules = active_rules(catalog, self._config)
            self._catalog = catalog
        return self._rules

    def evaluate(self, board: Board, context: Context, now: datetime) -> tuple[list[Instance], list[Instance]]:
        """
        Evaluate what is due; return the alerts that changed and those that vanished.

        Call `done` once the result is committed.
        """
        rules = self.rules(context.catalog)
        keys = {rule.key for rule in rules} | {MEASUREMENT_LOST_ALERT}
        orphans = [instance for instance in board.instances if instance.rule not in keys]
        changed = [closed for closed in close_orphans(orphans, keys, now) if closed.fired_at]
        vanished = [orphan for orphan in orphans if orphan.state in {State.PENDING, State.RESOLVED}]
        self._pending = {}
        self._troubles = {key: text for key, text in self._troubles.items() if key in keys}
        for rule in rules:
            if not self._is_due(rule, now):
                continue
            self._pending[rule.key] = now
            instances, gone = self._evaluate_rule(rule, board, context, now)
            changed += instances
            vanished += gone
        changed_lost, vanished_lost = self._measurement_lost(board, context, rules, now)
        return changed + changed_lost, vanished + vanished_lost

    def done(self, _now: datetime) -> None:
        """Take note that the round is committed."""
        self._last.update(self._pending)
        self._pending = {}

    def _is_due(self, rule: ActiveRule, now: datetime) -> bool:
        last = self._last.get(rule.key)
        if last is None or now < last:
            return True
        return (now - last).total_seconds() >= rule.interval_s - _EARLY_S

    def _evaluate_rule(
        self, rule: ActiveRule, board: Board, context: Context, now: datetime
    ) -> tuple[list[Instance], list[Instance]]:
        existing = board.of_rule(rule.key)
        rows = self._measure(rule, context.catalog, now)
        evaluate_rows = partial(
            evaluate,
            rule,
            existing=existing,
            now=now,
            context=context,
            max_gap_s=self._config.max_gap_s + rule.interval_s,
            max_alerts=self._config.max_alerts_per_rule,
        )
        try:
            result = evaluate_rows(rows)
        except MeasurementError as error:
            self._note(rule.key, str(error))
            result = evaluate_rows(None)
        return list(result.instances), list(result.vanished)

    def _measure(self, rule: ActiveRule, catalog: Catalog, now: datetime) -> list[Row] | None:
        try:
            rows = self._measurer.read(rule, catalog, now)
        except MeasurementError as error:
            self._note(rule.key, str(error))
            return None
        self._troubles.pop(rule.key, None)
        self._measured_at = now
        return rows

    def _note(self, key: str, text: str) -> None:
        if key not in self._troubles:
            log.error("a rule cannot be measured; its alerts keep their state", rule=key, error=text)
        self._troubles[key] = text

    def _measurement_lost(
        self, board: Board, context: Context, rules: list[ActiveRule], now: datetime
    ) -> tuple[list[Instance], list[Instance]]:
        """Raise one alert when nothing could be measured for long; every other alert is frozen meanwhile."""
        if self._measured_at is None:
            self._measured_at = now
        lost = now - self._measured_at >= timedelta(seconds=self._config.measurement_lost_after_s)
        timing = Timing(0.0, 0.0, self._config.max_gap_s)
        name = fingerprint(MEASUREMENT_LOST_ALERT, {})
        before = board.of_rule(MEASUREMENT_LOST_ALERT).get(name)
        if before is not None:
            # A rule that was not due says nothing: the alert ends only with a measurement.
            after = advance(before, lost, now, timing)
            return ([after], []) if after is not None else ([], [before])
        if not lost or not rules:
            return [], []
        tiers = [context.catalog.flows[flow].tier for rule in rules for flow in rule.flows]
        tier = min(tiers, default=0)
        opened = open_instance(
            fingerprint=name,
            rule=MEASUREMENT_LOST_ALERT,
            kind=MEASUREMENT_LOST,
            tier=tier,
            labels={
                "alertname": MEASUREMENT_LOST_ALERT,
                "kind": MEASUREMENT_LOST,
                "tier": str(tier),
                "flow": SEVERAL_FLOWS,
                "owner": "",
                "severity": "page",
            },
            reading=Reading(),
            now=now,
        )
        fired = advance(opened, True, now, timing)
        texts = measurement_lost_annotations(context, self.trouble)
        return ([replace(fired, annotations=texts)] if fired else []), []
