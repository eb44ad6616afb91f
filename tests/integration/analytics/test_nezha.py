"""Labelled faults of two real systems: /origins names the broken service as often as promised."""

import os

import pytest

from tests.bench.bench_nezha import SETS, line, rank_of, ranked, shares
from tests.bench.nezha import cases

BARS = {"nezha-trainticket": (56, 75, 85), "nezha-onlineboutique": (55, 85, 90)}
CHOSEN = slice(None) if os.environ.get("WAYLINE_TEST_LONG") else slice(None, None, 3)


@pytest.mark.parametrize("name", SETS)
def test_the_broken_service_is_named(engine, reader, shared_data, name):
    if not (shared_data / name).is_dir():
        pytest.skip(f"{name} is not in the folder of WAYLINE_SHARED_DATA")
    ranks = {case.name: rank_of(case, ranked(engine, reader, case)) for case in cases(shared_data / name, CHOSEN)}
    reached = shares(list(ranks.values()))
    print(line(name, reached, len(ranks)))
    assert all(share >= bar for share, bar in zip(reached, BARS[name], strict=True)), ranks
