"""Every worker of a run collects the same tests: the names hold no time, no randomness and no order of a set."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]


def collected(hash_seed: str) -> list[str]:
    """Names of all tests in the order of a process of its own, whose sets are ordered by ``hash_seed``."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:randomly", str(TESTS)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_two_collections_a_while_apart_name_the_same_tests_in_the_same_order():
    first, second = collected("1"), collected("2")
    assert first
    assert first == second
