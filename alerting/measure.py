"""Reads from the store what the rules need; one statement a kind for all flows, never one a rule and flow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from alerting.readings import Reading
from alerting.rules import ActiveRule
from core.errors import TransientError, WaylineError
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql
from storage.store import Store

_EPOCH_YEAR = 1970
_LIMITS = {"max_execution_time": 20, "max_threads": 1}
"""One thread: small statements every second must not wake every core."""

_STATEMENTS = {"deadline": "overdue", "stuck": "overdue"}
_PROGRESS_EVERY = timedelta(seconds=2)


class MeasurementError(TransientError):
    """Figures could not be read or are out of date; whatever depends on them stays as it is."""


@dataclass(frozen=True)
class Row:
    """
    One row of figures.

    Attributes:
        flow: Flow the transactions belong to; empty for a row about a source.
        system: Where their trouble starts; empty when unknown.
        source: Source the row is about; empty for a row about transactions.
        reading: The figures.
    """

    flow: str
    system: str
    source: str
    reading: Reading


class Measurer(Protocol):
    """Something that can say how the transactions are."""

    def read(self, rule: ActiveRule, catalog: Catalog, now: datetime) -> list[Row]:
        """
        Return the rows behind *rule* at *now*; no row for a flow means no such transaction.

        Raises:
            MeasurementError: Nothing is known.
        """
        ...


class StoreMeasurer:
    """
    Reads ``transactions_current``; answers of one moment are shared between rules.

    Args:
        store: The engine.
        max_behind_s: Correlation further behind than this makes every figure unknown.
    """

    def __init__(self, store: Store, max_behind_s: float = 60.0) -> None:
        self._store = store
        self._max_behind_s = max_behind_s
        self._moment: datetime | None = None
        self._progress_at: datetime | None = None
        self._behind_s = 0.0
        self._answers: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    def read(self, rule: ActiveRule, catalog: Catalog, now: datetime) -> list[Row]:
        """Return the rows behind *rule* at *now*."""
        if now != self._moment:
            self._answers.clear()
            self._moment = now
        self._refuse_stale(now)
        if rule.spec.kind == "source_blind":
            return self._sources(rule, catalog)
        params = _params(rule, now)
        flows = sorted(catalog.flows)
        found = self._ask(_STATEMENTS.get(rule.spec.kind, rule.spec.kind), {**params, "flows": flows})
        wanted = set(rule.flows)
        systems = set(rule.spec.select.systems)
        return [
            _row(answer)
            for answer in found
            if answer.get("kind", rule.spec.kind) == rule.spec.kind
            and answer["flow"] in wanted
            and (not systems or answer.get("system", "") in systems)
        ]

    def _refuse_stale(self, now: datetime) -> None:
        if self._progress_at is None or abs(now - self._progress_at) >= _PROGRESS_EVERY:
            rows = self._ask("progress", {})
            self._behind_s = float(rows[0]["behind_s"] or 0) if rows else 0.0
            self._progress_at = now
        if self._behind_s > self._max_behind_s:
            raise MeasurementError(
                f"correlation is {self._behind_s:.0f} s behind what is stored",
                remedy="alerts keep their state until it has caught up; see wayline doctor",
            )

    def _sources(self, rule: ActiveRule, catalog: Catalog) -> list[Row]:
        waiting = self._ask("unknown", {})
        rows = []
        for answer in self._ask("source_blind", {"sources": list(rule.sources)}):
            systems = set(catalog.sources[answer["source"]].systems)
            owed = [entry for entry in waiting if _owing_system(catalog, entry["flow"], entry["step"]) in systems]
            rows.append(
                Row(
                    flow="",
                    system="",
                    source=answer["source"],
                    reading=Reading(
                        armed=bool(answer["blind"]),
                        affected=sum(entry["affected"] for entry in owed),
                        oldest_at=min((_moment(entry["oldest_at"]) for entry in owed), default=None, key=_late_if_none),
                        systems=tuple(sorted(systems)),
                        flows=tuple(sorted({entry["flow"] for entry in owed})),
                    ),
                )
            )
        return rows

    def _ask(self, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        key = (name, *((k, tuple(v) if isinstance(v, list) else v) for k, v in sorted(params.items())))
        if key not in self._answers:
            try:
                self._answers[key] = self._store.rows(load_sql("alerting", f"sql/{name}"), params, _LIMITS)
            except WaylineError as error:
                raise MeasurementError(f"the store did not answer {name}: {error.message}") from error
        return self._answers[key]


def _params(rule: ActiveRule, now: datetime) -> dict[str, Any]:
    since = bound_time(now - timedelta(seconds=rule.spec.window.seconds))
    match rule.spec.kind:
        case "deadline" | "stuck":
            return {"now": bound_time(now)}
        case "burn_rate":
            spans = [span.seconds for pair in rule.windows for span in (pair.long, pair.short)]
            return {"now": bound_time(now), "since_all": [bound_time(now - timedelta(seconds=span)) for span in spans]}
        case "absence":
            return {"now": bound_time(now), "since": since, "milestone": rule.spec.milestone}
        case _:
            return {"now": bound_time(now), "since": since}


def bound_time(moment: datetime) -> str:
    """Return *moment* as the engine reads a bound ``DateTime64(6, 'UTC')``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _row(answer: Mapping[str, Any]) -> Row:
    system = answer.get("system", "")
    affected = int(answer["affected"])
    return Row(
        flow=answer["flow"],
        system=system,
        source="",
        reading=Reading(
            affected=affected,
            total=int(answer.get("total", 0)),
            oldest_at=_moment(answer.get("oldest_at")),
            breach_at=_moment(answer.get("breach_at")),
            steps=_names(answer.get("steps", ())),
            systems=(system,) if system and affected else (),
            categories=_names((answer.get("category", ""),)) if affected else (),
            flows=(answer["flow"],) if affected else (),
            bad_counts=_counts(answer.get("bad_counts", ())),
            total_counts=_counts(answer.get("total_counts", ())),
            armed=bool(answer.get("armed", False)),
        ),
    )


def _moment(value: Any) -> datetime | None:
    """Return an aware moment; aggregates over no row come as None or as the beginning of Unix time."""
    if value is None or value.year == _EPOCH_YEAR:
        return None
    aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC)


def _late_if_none(moment: datetime | None) -> datetime:
    return moment or datetime.max.replace(tzinfo=UTC)


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(value for value in values if value))


def _counts(values: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _owing_system(catalog: Catalog, flow: str, step: str) -> str:
    entry = catalog.flows.get(flow)
    milestone = entry.milestone(step) if entry else None
    return milestone.system if milestone else ""
