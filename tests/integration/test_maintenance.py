"""``doctor`` and ``migrate`` beside a running server and on a folder that is not there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.migrate import list_migrations
from tests.conftest import Served
from tests.integration.commands import run_command


@pytest.fixture
def served(start_wayline: Callable[..., Served]) -> Served:
    return start_wayline()


def test_doctor_tells_what_the_server_says_of_its_parts_and_sources(served: Served):
    port = served.url.rpartition(":")[2]
    examined = run_command("doctor", "--host", "127.0.0.1", "--port", port, "--data", str(served.data))
    assert examined.returncode == 0, examined.stdout
    for name in ("flusher", "correlate", "compact", "spool", "source cabinet-feed"):
        assert name in examined.stdout


def test_a_folder_in_use_is_called_that(served: Served, tmp_path: Path):
    elsewhere = tmp_path / "wayline.yaml"
    elsewhere.write_text("server: {port: 9}\n")
    at = ("--data", str(served.data))
    examined = run_command("doctor", "--config", str(elsewhere), *at)
    assert (examined.returncode, "in use by a Wayline" in examined.stdout) == (0, True), examined.stdout
    here = Path.cwd()
    for command in (["migrate", "--dry-run"], ["serve", "--port", "0", "--grpc-port", "0", "--otlp-http-port", "0"]):
        refused = run_command(*command, *at)
        assert refused.returncode == 2
        assert "another process uses the store in" in refused.stderr
    assert Path.cwd() == here, "tests that come after this one mean other files by relative names"


def test_a_dry_run_on_a_folder_that_is_not_there_makes_none(tmp_path: Path):
    folder = tmp_path / "none"
    dry = run_command("migrate", "--dry-run", "--data", str(folder))
    assert dry.stdout.count("would apply") == len(list_migrations())
    assert not folder.exists()
