"""
BPI Challenge 2019: purchase order items with a three-way match, 319,233 events of 15,182 items.

Every activity is a milestone; the purchasing document is the parent of its items.
"""

import csv
import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FLOW = "purchase_order_item"
CLEARED = "Clear Invoice"
RECEIVED = "Record Goods Receipt"
INVOICED = "Record Invoice Receipt"
DELETED = "Delete Purchase Order Item"
TRANSFER_FAILED = "SRM: Transfer Failed (E.Sys.)"
LIMITS = {INVOICED: (RECEIVED, 14), CLEARED: (INVOICED, 30)}
"""What is due so many days after what: goods receipt -> invoice -> cleared."""


@cache
def events(shared_data: Path) -> list[dict[str, str]]:
    """Return the rows of the log."""
    with gzip.open(_log(shared_data), "rt", newline="") as text:
        return list(csv.DictReader(text))


def _log(shared_data: Path) -> Path:
    return shared_data / "bpic2019-3way-after-gr" / "events.csv.gz"


def activities(shared_data: Path) -> list[str]:
    """Return every activity, in order of first appearance."""
    return list(dict.fromkeys(row["activity"] for row in events(shared_data)))


def system_of(activity: str) -> str:
    """Return the system that reports *activity*."""
    if activity.startswith("SRM:"):
        return "srm"
    return "supplier" if activity.startswith("Vendor") else "erp"


def catalog(shared_data: Path) -> str:
    """Return the catalog entries for this log."""
    milestones = [
        {"name": name, "optional": name != CLEARED, "repeat": True}
        | ({"terminal": True} if name == CLEARED else {})
        | ({"after": LIMITS[name][0], "within": f"{LIMITS[name][1]}d"} if name in LIMITS else {})
        for name in activities(shared_data)
    ]
    entries: list[dict[str, Any]] = [
        {"kind": "Owner", "name": "procurement"},
        {"kind": "System", "name": "erp", "category": "erp", "match": {"service.name": "erp"}, "owner": "procurement"},
        {"kind": "System", "name": "srm", "category": "saas", "match": {"service.name": "srm"}, "owner": "procurement"},
        {
            "kind": "System",
            "name": "supplier",
            "category": "saas",
            "match": {"service.name": "supplier"},
            "owner": "procurement",
        },
        {"kind": "Identifier", "name": "purchasing_document", "role": "reference"},
        {
            "kind": "Flow",
            "name": FLOW,
            "tier": 2,
            "owner": "procurement",
            "identifiers": ["correlation"],
            "max_duration": "9000d",
            "milestones": milestones,
        },
    ]
    return yaml.safe_dump_all(entries, sort_keys=False)


def document_of(item: str) -> str:
    """Return the purchasing document of an item."""
    return item.partition("_")[0]


def logs(shared_data: Path, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the log, with the purchasing document of each item, and its mapping."""
    log = folder / "purchase_orders.csv.gz"
    with gzip.open(log, "wt", newline="", compresslevel=1) as text:
        writer = csv.DictWriter(text, [*events(shared_data)[0], "purchasing_document"])
        writer.writeheader()
        writer.writerows(row | {"purchasing_document": document_of(row["case_id"])} for row in events(shared_data))
    yield (
        log,
        {
            "format": "csv",
            "flow": FLOW,
            "source": "erp",
            "time": {"column": "timestamp", "timezone": "Europe/Amsterdam"},
            "milestone": "activity",
            "correlation": "case_id",
            "parent": "purchasing_document",
            "system": {"column": "activity", "map": {name: system_of(name) for name in activities(shared_data)}},
            "outcome": {"column": "activity", "map": {TRANSFER_FAILED: "error"}},
            "attributes": ["resource"],
        },
    )
