"""
A rule over stored history, by the same conditions and the same state machine that run live.

It answers, before a rule is enabled: how many alerts a day, which trouble it would have caught, which it would have
missed. History is what is known today: evidence that came late counts as if it had come in time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from alerting.conditions import judge
from alerting.errors import NotBacktestableError
from alerting.evaluate import Dimensions, dimensions_of, objective_of
from alerting.history import History, unix_seconds
from alerting.instance import Instance, State, Timing, advance, open_instance
from alerting.labels import fingerprint
from alerting.measure import Row, bound_time
from alerting.readings import Reading
from alerting.rules import ActiveRule
from core.clock import rfc3339
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql
from storage.store import Store

MAX_ROWS = 1_000_000
_STATEMENTS = {
    "deadline": "history_deadline",
    "stuck": "history_stuck",
    "failure_ratio": "history_finished",
    "burn_rate": "history_finished",
    "absence": "history_starts",
}


@dataclass(frozen=True)
class Episode:
    """One alert that would have fired, in Unix seconds; *end_s* is the end of the period where it had not ended."""

    begin_s: float
    end_s: float


def backtest(
    store: Store, rule: ActiveRule, catalog: Catalog, since: datetime, until: datetime, step_s: float
) -> dict[str, Any]:
    """
    Replay *rule* over the time from *since* to *until*.

    Args:
        store: Holds the transactions.
        rule: The rule.
        catalog: For groups and objectives.
        since: First evaluation.
        until: End, exclusive.
        step_s: Seconds between evaluations.

    Returns:
        ``alerts, alerts_per_day, days, transactions, caught, missed`` and the same per group.

    Raises:
        NotBacktestableError: The kind leaves no history, or there is too much of it at once.
    """
    groups = {
        dimensions: (history, episodes(rule, dimensions, history, catalog, since, until, step_s))
        for dimensions, history in _histories(store, rule, catalog, since, until).items()
    }
    described = [_describe(dict(dimensions), *found) for dimensions, found in groups.items()]
    described.sort(key=lambda group: (-group["alerts"], -group["transactions"], sorted(group["labels"].items())))
    alerts = [episode for _, found in groups.values() for episode in found]
    period_days = max((until - since).total_seconds() / 86_400, 1e-9)
    return {
        "rule": rule.key,
        "kind": rule.spec.kind,
        "since": rfc3339(since),
        "until": rfc3339(until),
        "step_s": step_s,
        "alerts": len(alerts),
        "alerts_per_day": len(alerts) / period_days,
        "days": _per_day(alerts, since, until),
        "transactions": sum(group["transactions"] for group in described),
        "caught": sum(group["caught"] for group in described),
        "missed": sum(group["missed"] for group in described),
        "groups": described,
    }


def _histories(
    store: Store, rule: ActiveRule, catalog: Catalog, since: datetime, until: datetime
) -> dict[Dimensions, History]:
    statement = _STATEMENTS.get(rule.spec.kind)
    if statement is None:
        raise NotBacktestableError(f"rules of kind {rule.spec.kind} leave no history to be tested on")
    lookback_s = max([rule.spec.window.seconds, *(pair.long.seconds for pair in rule.windows)])
    params: dict[str, Any] = {
        "flows": list(rule.flows),
        "since": bound_time(since - timedelta(seconds=lookback_s)),
        "until": bound_time(until),
        "most": MAX_ROWS,
    }
    if rule.spec.kind == "absence":
        params["milestone"] = rule.spec.milestone
    rows = store.rows(load_sql("alerting", f"sql/{statement}"), params)
    if len(rows) >= MAX_ROWS:
        raise NotBacktestableError("there is too much history to replay at once", remedy="give a later --since")
    found: dict[Dimensions, History] = {}
    for row in rows:
        group = Row(flow=row["flow"], system=row["system"], source="", reading=Reading())
        history = found.setdefault(dimensions_of(rule, group, catalog), History())
        _add(history, row, rule)
    for history in found.values():
        history.sort()
    return found


def _add(history: History, row: Mapping[str, Any], rule: ActiveRule) -> None:
    history.flows.add(row["flow"])
    history.categories.add(row["category"])
    begins_s = unix_seconds(_aware(row["begins"]))
    if "bad" in row:
        history.add_finish(begins_s, rule.spec.window.seconds, bad=bool(row["bad"]))
    elif "ends" in row:
        history.add_span(begins_s, unix_seconds(_aware(row["ends"])))
    else:
        history.begins.append(begins_s)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def episodes(
    rule: ActiveRule,
    dimensions: Dimensions,
    history: History,
    catalog: Catalog,
    since: datetime,
    until: datetime,
    step_s: float,
) -> list[Episode]:
    """Return the alerts that *rule* would have raised for one group."""
    timing = Timing(rule.spec.for_.seconds, rule.spec.keep_firing_for.seconds, max_gap_s=2 * step_s)
    objective = objective_of(catalog, Reading(flows=tuple(history.flows)), dimensions)
    name = fingerprint(rule.key, dict(dimensions))
    found: list[Episode] = []
    current: Instance | None = None
    for now in _steps(since, until, step_s):
        breached, reading = judge(rule, history.reading_at(rule, unix_seconds(now)), objective)
        if current is None and breached:
            current = open_instance(
                fingerprint=name, rule=rule.key, kind=rule.spec.kind, tier=0, labels={}, reading=reading, now=now
            )
        current = advance(current, breached, now, timing) if current else None
        if current is not None and current.state is State.RESOLVED:
            found.append(_episode(current, now))
            current = None
    if current is not None and current.fired_at is not None:
        found.append(_episode(current, until))
    return found


def _steps(since: datetime, until: datetime, step_s: float) -> Iterator[datetime]:
    step = timedelta(seconds=step_s)
    now = since
    while now < until:
        yield now
        now += step


def _episode(instance: Instance, end: datetime) -> Episode:
    return Episode(unix_seconds(instance.fired_at or instance.active_at), unix_seconds(end))


def _describe(labels: dict[str, str], history: History, found: list[Episode]) -> dict[str, Any]:
    caught = sum(1 for begin_s, end_s in history.spans if _overlaps(found, begin_s, end_s))
    return {
        "labels": labels,
        "alerts": len(found),
        "transactions": len(history.spans),
        "caught": caught,
        "missed": len(history.spans) - caught,
        "longest_s": max((episode.end_s - episode.begin_s for episode in found), default=0.0),
    }


def _overlaps(found: list[Episode], begin_s: float, end_s: float) -> bool:
    return any(episode.begin_s <= end_s and begin_s <= episode.end_s for episode in found)


def _per_day(alerts: list[Episode], since: datetime, until: datetime) -> list[dict[str, Any]]:
    counts = Counter(datetime.fromtimestamp(alert.begin_s, UTC).date() for alert in alerts)
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [{"date": day.isoformat(), "alerts": counts.get(day, 0)} for day in days]
