"""Objectives, what was achieved, and what is left of the budget, per tier and per flow."""

from datetime import datetime
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.ownership import flow_entry, objectives_of
from analytics.read.present import time_text
from analytics.sla.verdicts import Knowledge, budget, by_tier, sla_rows

Row = dict[str, Any]
_MS_PER_MINUTE = 60_000
_NOTHING: Row = dict.fromkeys(("good", "bad", "failed", "late", "unknown", "open", "breaches", "breach_ms"), 0)


def service_levels(context: ReadContext, since: datetime, until: datetime, knowledge: Knowledge) -> dict[str, Any]:
    """
    Return ``{"as", "since", "until", "tiers": [...], "items": [...]}``, items being one per flow.

    Unknown transactions are counted apart and lower nothing and raise nothing; ``achieved`` is null while nothing has
    been judged. ``breach_minutes`` sums, over the transactions past their deadline, the minutes past it.
    """
    catalog, now = context.catalogs.current(), context.clock.now()
    rows = sla_rows(context.store, since, until, knowledge, now)
    seen = {row["flow"]: row for row in rows}
    names = list(catalog.flows) + [name for name in seen if name not in catalog.flows]
    items = []
    for name in names:
        entry = flow_entry(catalog, name)
        objectives = objectives_of(catalog, name)
        shown = {key: entry[key] for key in ("flow", "title", "tier", "owner")}
        promise = {"objective": objectives["success_ratio"], "deadline": objectives["deadline"]}
        items.append(shown | promise | _level(seen.get(name, _NOTHING), objectives["success_ratio"]))
    sums = by_tier(rows)
    tiers = []
    for number, tier in sorted(catalog.tiers.items()):
        objective = tier.objectives.success_ratio
        deadline = tier.objectives.deadline
        shown = {"tier": number, "title": tier.label, "objective": objective}
        promise = {"deadline": str(deadline) if deadline else None}
        tiers.append(shown | promise | _level(sums.get(number, _NOTHING), objective))
    items.sort(key=lambda item: (item["tier"] or 99, item["flow"] or ""))
    return {"as": knowledge, "since": time_text(since), "until": time_text(until), "tiers": tiers, "items": items}


def _level(row: Row, objective: float | None) -> dict[str, Any]:
    return {
        **budget(objective, row["good"], row["bad"]),
        "judged": row["good"] + row["bad"],
        **{name: row[name] for name in ("good", "bad", "failed", "late", "unknown", "open", "breaches")},
        "breach_minutes": row["breach_ms"] / _MS_PER_MINUTE,
    }
