"""
X12 messages as business events: a freight chain 204 -> 990 -> 214 -> 210, and claim status requests with replies.

Shipments are named by the element that each message type keeps them in; a reply names the request's trace number.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

FREIGHT = "freight"
CLAIM_STATUS = "claim_status"
FREIGHT_CHAIN = {"204": "tendered", "990": "answered", "214": "shipped", "210": "invoiced"}
# Segment and element (from 1) that carry the shipment number, by message type.
SHIPMENT = {"204": ("B2", 4), "990": ("B1", 2), "214": ("B10", 2), "210": ("B3", 3)}
CLAIM_CHAIN = {"276": "requested", "277": "answered"}


@dataclass(frozen=True)
class Message:
    """One interchange: its type, when it was made, and the elements of its segments."""

    kind: str
    at: datetime
    segments: tuple[tuple[str, ...], ...]

    def elements(self, segment: str, number: int) -> list[str]:
        """Return element *number* of every *segment*."""
        return [found[number] for found in self.segments if found[0] == segment and len(found) > number]


def read_message(path: Path) -> Message:
    """Return the interchange in *path*; its separators stand in its own first segment (X12.5, ISA)."""
    text = path.read_text()
    separator, end = text[3], text[105]
    segments = tuple(
        tuple(part.strip() for part in segment.strip().split(separator))
        for segment in text.split(end)
        if segment.strip()
    )
    envelope = segments[0]
    at = datetime.strptime(envelope[9] + envelope[10], "%y%m%d%H%M").replace(tzinfo=UTC)
    return Message(next(found[1] for found in segments if found[0] == "ST"), at, segments)


def freight(shared_data: Path) -> list[Message]:
    """Return the messages of the freight chain."""
    return [read_message(path) for path in sorted((shared_data / "edi-order-to-cash").glob("*-MGCTLYST-SAMPLE.EDI"))]


def claims(shared_data: Path) -> list[Message]:
    """Return a claim status request with three claims, and the reply to it."""
    folder = shared_data / "x12-healthcare"
    return [
        read_message(folder / "276_005010X212" / "claim-level-status.276"),
        read_message(folder / "277_005010X212" / "claim-level-status.277"),
    ]


def _flow(name: str, identifier: str, milestones: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": "Flow",
        "name": name,
        "tier": 2,
        "owner": "edi-desk",
        "identifiers": [identifier],
        "max_duration": "365d",
        "milestones": milestones,
    }


def catalog(_shared_data: Path) -> str:
    """Return the catalog entries for these messages."""
    entries: list[dict[str, Any]] = [
        {"kind": "Owner", "name": "edi-desk"},
        {"kind": "Identifier", "name": "shipment", "role": "identity"},
        {"kind": "Identifier", "name": "claim_trace", "role": "identity"},
        _flow(
            FREIGHT,
            "shipment",
            [{"name": name, **({"terminal": True} if name == "invoiced" else {})} for name in FREIGHT_CHAIN.values()],
        ),
        _flow(
            CLAIM_STATUS,
            "claim_trace",
            [{"name": "requested"}, {"name": "answered", "within": "1d", "after": "requested", "terminal": True}],
        ),
    ]
    return yaml.safe_dump_all(entries, sort_keys=False)


def logs(shared_data: Path, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield both chains as logs, and their mappings."""
    shipments = [
        (FREIGHT_CHAIN[message.kind], message.elements(*SHIPMENT[message.kind])[0], message.at)
        for message in freight(shared_data)
    ]
    traces = [
        (CLAIM_CHAIN[message.kind], trace, message.at)
        for message in claims(shared_data)
        for trace in message.elements("TRN", 2)
    ]
    for flow, identifier, rows in ((FREIGHT, "shipment", shipments), (CLAIM_STATUS, "claim_trace", traces)):
        log = folder / f"{flow}.csv"
        with log.open("w", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(["milestone", "key", "at"])
            writer.writerows((milestone, key, at.isoformat()) for milestone, key, at in rows)
        yield (
            log,
            {
                "format": "csv",
                "flow": flow,
                "source": "edi",
                "time": "at",
                "milestone": "milestone",
                "identifiers": {identifier: "key"},
            },
        )
