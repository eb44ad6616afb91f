"""
BPI Challenge 2020: travel permits, prepaid travel costs and domestic declarations, sent as three systems.

The permit portal and the cost portal share nothing but the permit id; the declarations share nothing with either.
"""

import csv
import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FLOW = "travel"
SYSTEMS = {"PermitLog": "permits", "PrepaidTravelCost": "prepaid", "DomesticDeclarations": "declarations"}
PERMIT_COLUMN = {"PermitLog": "id", "PrepaidTravelCost": "Permit_id"}
# A default that the cost portal fills in for hundreds of cases is quarantined by this many.
MOST_TRANSACTIONS = 50


def _rows(shared_data: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(shared_data / "bpic2020-travel" / f"{name}.csv.gz", "rt", newline="") as text:
        return list(csv.DictReader(text))


@cache
def permits(shared_data: Path, name: str) -> dict[str, str]:
    """Return the permit of each case of log *name* that has one."""
    column = PERMIT_COLUMN.get(name)
    cases = _rows(shared_data, f"{name}.cases") if column else []
    return {case["case_id"]: case[column or ""] for case in cases if case[column or ""]}


@cache
def events(shared_data: Path, name: str) -> list[dict[str, str]]:
    """Return the events of log *name* with the permit of their case."""
    known = permits(shared_data, name)
    return [row | {"permit": known.get(row["case_id"], "")} for row in _rows(shared_data, f"{name}.events")]


def catalog(shared_data: Path) -> str:
    """Return the catalog entries for these logs: every activity is an optional milestone."""
    activities = dict.fromkeys(row["activity"] for name in SYSTEMS for row in events(shared_data, name))
    entries: list[dict[str, Any]] = [
        {"kind": "Owner", "name": "travel-desk"},
        *(
            {
                "kind": "System",
                "name": system,
                "category": "saas",
                "match": {"service.name": system},
                "owner": "travel-desk",
            }
            for system in SYSTEMS.values()
        ),
        {"kind": "Identifier", "name": "permit", "role": "identity", "max_transactions": MOST_TRANSACTIONS},
        {
            "kind": "Flow",
            "name": FLOW,
            "tier": 3,
            "owner": "travel-desk",
            "identifiers": ["correlation", "permit"],
            "max_duration": "9000d",
            "milestones": [{"name": name, "optional": True, "repeat": True} for name in activities]
            + [{"name": "archived", "terminal": True}],
        },
    ]
    return yaml.safe_dump_all(entries, sort_keys=False)


def logs(shared_data: Path, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the three logs, with the permits of their cases, and their mappings."""
    for name, system in SYSTEMS.items():
        log = folder / f"{system}.csv"
        with log.open("w", newline="") as text:
            writer = csv.DictWriter(text, list(events(shared_data, name)[0]))
            writer.writeheader()
            writer.writerows(events(shared_data, name))
        yield (
            log,
            {
                "format": "csv",
                "flow": FLOW,
                "source": system,
                "time": "timestamp",
                "milestone": "activity",
                "event_id": "event_id",
                "correlation": "case_id",
                "identifiers": {"permit": "permit"},
            },
        )
