from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.config import SpoolConfig
from collector.keys import SpoolKey
from collector.spool import Spool
from core.clock import SystemClock

MASTER = bytes(range(32))


@pytest.fixture
def key() -> SpoolKey:
    return SpoolKey(MASTER)


@pytest.fixture
def open_spool(tmp_path: Path, key: SpoolKey) -> Iterator[Callable[..., Spool]]:
    """Start spools on one folder; each is stopped at the end unless the test did."""
    started: list[Spool] = []

    def start(**settings: object) -> Spool:
        settings = {"resend_entries": 100, "seal_after_s": 0.01, "seal_busy_after_s": 0.01} | settings
        spool = Spool(SpoolConfig(path=tmp_path / "spool", **settings), key, SystemClock())
        spool.start()
        started.append(spool)
        return spool

    yield start
    for spool in started:
        spool.stop(5)
