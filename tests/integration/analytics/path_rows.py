"""Ways through a flow as correlation would store them, and random ones for oracles."""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from storage.store import Store

US = 1_000_000
COLUMNS = (
    "flow",
    "started_hour",
    "transaction_id",
    "version",
    "deleted",
    "status",
    "started_us",
    "ended_us",
    "last_us",
    "deadline_us",
    "breached",
    "labels",
    "at_us",
    "path",
    "exact_path",
)


@dataclass
class Way:
    name: str
    flow: str
    status: str
    started_us: int
    passages: list[tuple[str, int]] = field(default_factory=list)
    ended_us: int = 0
    deadline_us: int = 0

    @property
    def id(self) -> str:
        return hashlib.blake2b(self.name.encode(), digest_size=16).hexdigest()

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.passages]

    @property
    def breached(self) -> bool:
        return bool(self.deadline_us and self.ended_us > self.deadline_us)


def insert_ways(store: Store, ways: list[Way], version: int = 1, deleted: int = 0) -> None:
    rows = []
    for way in ways:
        started = datetime.fromtimestamp(way.started_us / US, tz=UTC)
        rows.append(
            [
                way.flow,
                started.replace(minute=0, second=0, microsecond=0),
                way.id.encode(),
                version,
                deleted,
                way.status,
                way.started_us,
                way.ended_us,
                max([way.started_us, way.ended_us, *(at for _, at in way.passages)]),
                way.deadline_us,
                int(way.breached),
                way.labels,
                [at for _, at in way.passages],
                hash_of([label for label, _ in groupby(way.labels)]),
                hash_of(way.labels),
            ]
        )
    store.insert("transaction_paths", COLUMNS, rows)


def hash_of(labels: list[str]) -> int:
    """A stand-in for the hash that correlation takes: equal exactly for equal labels."""
    return int.from_bytes(hashlib.blake2b("\t".join(labels).encode(), digest_size=8).digest())


def random_ways(flow: str, names: list[str], number: int, since: datetime, seed: int) -> list[Way]:
    """Ways with skipped, repeated, failed and reordered milestones; about a tenth still open."""
    dice = random.Random(seed)
    begin_us = int(since.timestamp()) * US
    return [_random_way(flow, names, f"{flow}-{seed}-{n}", begin_us, dice) for n in range(number)]


def _random_way(flow: str, names: list[str], name: str, begin_us: int, dice: random.Random) -> Way:
    started = at = begin_us + dice.randrange(0, 3_000 * US)
    passages: list[tuple[str, int]] = []
    place = 0
    while place < len(names):
        at += round(10 ** dice.uniform(2.0, 8.5))
        label = names[place]
        if dice.random() < 0.1:
            passages.append((f"{label}:failed", at))
            continue
        passages.append((label, at))
        chance = dice.random()
        place += 0 if chance < 0.08 else -1 if chance < 0.14 and place else 2 if chance < 0.2 else 1
        if dice.random() < 0.03:
            break
    done = place >= len(names)
    status = "completed" if done else dice.choice(["failed", "in_progress", "stuck"])
    deadline = started + 300 * US
    if done and at > deadline:
        status = "completed_late"
    return Way(name, flow, status, started, passages, at if done else 0, deadline)
