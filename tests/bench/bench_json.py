"""
What OTLP/JSON costs at the door: text to checked protocol buffers, in items and in megabytes per CPU-second.

Usage: python tests/bench/bench_json.py [--items 500] [--rounds 5]

Each signal as a client sends it, 8 attributes an item; then the bodies that cost most for their size, as large as the
limits take them, for what a sender of nonsense could do. One thread; nothing is spooled or stored.
"""

import argparse
import random
import time
from collections.abc import Callable
from statistics import median

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from ingest_load import BUILDERS

from collector.config import LimitsConfig
from collector.json_decode import decode_json
from collector.otlp import SERVICES
from collector.refusals import RefusalError
from collector.signals import Signal
from collector.validate import Validator

LIMITS = LimitsConfig()
CHECK = Validator(LIMITS)
UNITS = {Signal.TRACES: "spans", Signal.LOGS: "log records", Signal.METRICS: "data points"}
IDS = {"traceId", "spanId", "parentSpanId"}
ITEMS_A_ROUND = 10_000


def as_json(request: Message) -> bytes:
    """Return *request* as OTLP/JSON: as the general mapping does, but with ids in hexadecimal."""
    return orjson.dumps(_with_hex_ids(MessageToDict(request, use_integers_for_enums=True)))


def _with_hex_ids(value: object) -> object:
    if isinstance(value, list):
        return [_with_hex_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: "ab" * (16 if key == "traceId" else 8) if key in IDS else _with_hex_ids(one) for key, one in value.items()
    }


def cpu_seconds(work: Callable[[], object]) -> float:
    started_s = time.process_time()
    work()
    return time.process_time() - started_s


def take(signal: Signal, body: bytes) -> int:
    """Do what the HTTP door does with a body; return the items in it, 0 when it is refused."""
    try:
        return CHECK.check(signal, decode_json(SERVICES[signal], body, LIMITS)).items
    except RefusalError:
        return 0


def measure(signal: Signal, items: int, rounds: int) -> None:
    request = SERVICES[signal].request.FromString(BUILDERS[signal](items, random.Random(7)).body.tobytes())
    body = as_json(request)
    assert take(signal, body) == items
    times = max(1, ITEMS_A_ROUND // items)
    spent_s = median(cpu_seconds(lambda: [take(signal, body) for _ in range(times)]) for _ in range(rounds)) / times
    print(
        f"{signal}, {items} {UNITS[signal]} a request: {items / spent_s:,.0f} {UNITS[signal]} per CPU-second,"
        f" {len(body) / spent_s / 1e6:.0f} MB a CPU-second ({len(body) / items:.0f} bytes each)"
    )


def hostile_bodies() -> dict[str, bytes]:
    """Bodies that are all structure; as many objects as one request may have."""

    def spans(inner: bytes, count: int) -> bytes:
        return b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b",".join([inner] * count) + b"]}]}]}"

    pair = b'{"value":{"intValue":1}}'
    return {
        "empty spans, as many as are taken": spans(b"{}", LIMITS.max_items),
        "empty spans, as many objects as are taken": spans(b"{}", 1_990_000),
        "empty objects under a key that nobody knows": b'{"x":[' + b",".join([b"{}"] * 1_990_000) + b"]}",
        "attributes without keys": spans(b'{"attributes":[' + b",".join([pair] * 990_000) + b"]}", 1),
        "64 MiB of numbers under a key that nobody knows": b'{"x":[' + b",".join([b"1"] * (32 * 2**20 - 8)) + b"]}",
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for signal in (Signal.TRACES, Signal.LOGS, Signal.METRICS):
        measure(signal, options.items, options.rounds)
    for what, body in hostile_bodies().items():
        spent_s = cpu_seconds(lambda body=body: take(Signal.TRACES, body))  # type: ignore[misc]  # mypy infers no lambda default
        print(
            f"{what}: {spent_s:.2f} CPU-seconds for {len(body) / 1e6:.1f} MB,"
            f" {len(body) / spent_s / 1e6:.0f} MB a CPU-second"
        )


if __name__ == "__main__":
    main()
