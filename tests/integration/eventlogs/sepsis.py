"""Sepsis cases of a hospital: 15,214 events of 1,050 cases; antibiotics are due an hour after triage."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FLOW = "sepsis"
TRIAGE = "ER Sepsis Triage"
ANTIBIOTICS = "IV Antibiotics"
LACTIC_ACID = "LacticAcid"


def catalog(_shared_data: Path) -> str:
    """Return the catalog entries for this log."""
    entries: list[dict[str, Any]] = [
        {"kind": "Owner", "name": "emergency-room"},
        {
            "kind": "Flow",
            "name": FLOW,
            "tier": 1,
            "owner": "emergency-room",
            "identifiers": ["correlation"],
            "max_duration": "9000d",
            "milestones": [
                {"name": "ER Registration", "optional": True, "repeat": True},
                {"name": TRIAGE, "optional": True, "repeat": True},
                {"name": ANTIBIOTICS, "within": "1h", "after": TRIAGE, "optional": True, "repeat": True},
                {"name": LACTIC_ACID, "within": "3h", "after": TRIAGE, "optional": True, "repeat": True},
                {"name": "Release A", "terminal": True},
            ],
        },
    ]
    return yaml.safe_dump_all(entries, sort_keys=False)


def logs(shared_data: Path, _folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the log and its mapping."""
    yield (
        shared_data / "sepsis-cases" / "events.csv.gz",
        {
            "format": "csv",
            "flow": FLOW,
            "source": "his",
            "time": "timestamp",
            "milestone": "activity",
            "correlation": "case_id",
        },
    )
