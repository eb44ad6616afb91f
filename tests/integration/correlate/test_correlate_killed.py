"""A tick that is killed at any step leaves nothing behind that its repetition does not make good."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.correlate.conftest import CATALOG

CHILD = Path(__file__).with_name("killed_tick.py")
ALL = bool(os.environ.get("WAYLINE_TEST_LONG"))
WRITES = [
    "tick.identifier_units",
    "tick.store_verdicts",
    "tick.store_transactions",
    "tick.store_vanished",
]


def child(mode, folder, seconds, fault=""):
    words = [sys.executable, str(CHILD), mode, str(folder / "engine"), str(folder / "catalog"), str(seconds)]
    root = Path(__file__).parents[3]
    environment = {**os.environ, "WAYLINE_FAULT": fault, "PYTHONPATH": str(root)}
    return subprocess.run(words, env=environment, cwd=folder, capture_output=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    (folder / "catalog").mkdir()
    (folder / "catalog" / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    made = child("prepare", folder, 0)
    assert made.returncode == 0, made.stderr.decode()
    return folder


@pytest.fixture(scope="module")
def undisturbed(prepared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(prepared, folder, symlinks=True)
    done = child("steps", folder, 100)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def killed(folder, fault, seconds):
    cut = child("tick", folder, seconds, fault)
    assert cut.returncode == -signal.SIGKILL, (fault, cut.stderr.decode())


def assert_same(found, expected, what=""):
    for table, rows in expected.items():
        assert [row for row in found[table] if row not in rows] == [], (what, table)
        assert found[table] == rows, (what, table)


def test_a_tick_killed_again_and_again_one_write_later_ends_as_if_undisturbed(prepared, undisturbed, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(prepared, folder, symlinks=True)
    for number, fault in enumerate(WRITES):
        killed(folder, fault, 100 + number)
    done = child("tick", folder, 150)
    assert done.returncode == 0, done.stderr.decode()
    assert_same(json.loads(done.stdout)["contents"], undisturbed["contents"])


def test_the_undisturbed_tick_has_something_to_lose_at_every_step(undisturbed):
    assert set(WRITES) <= set(undisturbed["steps"])
    filled = {table for table, rows in undisturbed["contents"].items() if rows}
    assert {
        "transaction_children",
        "verdicts",
        "quarantined_values",
        "quarantine_carriers",
        "notices",
    } <= filled


def test_a_tick_killed_at_one_step_ends_as_if_undisturbed(prepared, undisturbed, tmp_path):
    steps = list(dict.fromkeys(undisturbed["steps"]))
    for step in steps if ALL else ["tick.store_quarantined"]:
        folder = tmp_path / step
        shutil.copytree(prepared, folder, symlinks=True)
        killed(folder, step, 100)
        done = child("tick", folder, 101)
        assert done.returncode == 0, done.stderr.decode()
        assert_same(json.loads(done.stdout)["contents"], undisturbed["contents"], step)
        shutil.rmtree(folder)
