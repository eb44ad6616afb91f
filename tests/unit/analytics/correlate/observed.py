"""Observations as the engine sends them to correlation, written one by one."""

from dataclasses import dataclass

import pyarrow as pa

from analytics.correlate.rows import DONE, ERROR, EVENT, Rows

FORMAT = {
    "group_id": pa.uint64(),
    "observation_id": pa.uint64(),
    "kind_code": pa.int8(),
    "at_us": pa.int64(),
    "end_us": pa.int64(),
    "trace_id": pa.binary(16),
    "at_root": pa.uint8(),
    "is_error": pa.uint8(),
    "untimely": pa.uint8(),
    "state": pa.uint8(),
    "reporter": pa.uint64(),
    "event_id": pa.binary(),
}
ROLES = {"identity": 1, "reference": 2}
ROLE = pa.list_(pa.int8())


@dataclass(frozen=True)
class Seen:
    """One observation: an event of group 1 that tells nothing, unless said otherwise. Times in microseconds."""

    group: int = 1
    at: int = 1_000
    end: int | None = None
    number: int = 0
    kind: int = EVENT
    trace: int = 0
    root: bool = False
    untimely: bool = False
    system: str = "crm"
    flow: str = ""
    steps: tuple[str, ...] = ()
    state: int = DONE
    reporter: int = 2**64 - 1
    event_id: str = ""
    ids: tuple[tuple[str, ...], ...] = ()
    parent: tuple[str, str] = ("", "")


def few(texts):
    return pa.array([text.encode() for text in texts], pa.binary()).dictionary_encode()


def few_lists(texts):
    found = pa.array([[text.encode() for text in own] for own in texts], pa.list_(pa.binary()))
    return pa.ListArray.from_arrays(found.offsets, found.flatten().dictionary_encode())


def _joining(seen):
    """The identifiers that join: (type, value) is of the role identity, message ids join as hops."""
    return [one for one in seen.ids if one[2:] in {(), ("identity",)} and one[0] != "message_id"]


def rows_of(*seen, unit_ids=None):
    """Rows of *seen*; numbers follow their order unless given, a gap is ten seconds."""
    plain = {
        "group_id": [one.group for one in seen],
        "observation_id": [one.number or place for place, one in enumerate(seen, start=1)],
        "kind_code": [one.kind for one in seen],
        "at_us": [one.at for one in seen],
        "end_us": [one.at if one.end is None else one.end for one in seen],
        "trace_id": [one.trace.to_bytes(16, "big") for one in seen],
        "at_root": [int(one.root) for one in seen],
        "is_error": [int(one.state == ERROR) for one in seen],
        "untimely": [int(one.untimely) for one in seen],
        "state": [one.state for one in seen],
        "reporter": [one.reporter for one in seen],
        "event_id": [one.event_id.encode() for one in seen],
    }
    columns = {name: pa.array(values, FORMAT[name]) for name, values in plain.items()}
    columns |= {
        "system": few([one.system for one in seen]),
        "flow": few([one.flow for one in seen]),
        "steps": few_lists([one.steps for one in seen]),
        "types": few_lists([[kind for kind, *_ in one.ids] for one in seen]),
        "values": pa.array([[value.encode() for _, value, *_ in one.ids] for one in seen], pa.list_(pa.binary())),
        "roles": pa.array([[ROLES[role[0] if role else "identity"] for _, _, *role in one.ids] for one in seen], ROLE),
        "identity_gaps_s": pa.array([[10 for _ in _joining(one)] for one in seen], pa.list_(pa.uint32())),
    }
    if any(one.parent[1] for one in seen):
        columns["parent_type"] = few([one.parent[0] for one in seen])
        columns["parent_value"] = pa.array([one.parent[1].encode() for one in seen], pa.binary())
    if unit_ids is not None:
        columns["unit_id"] = pa.array(unit_ids, pa.uint64())
    return Rows.of(pa.table(columns))
