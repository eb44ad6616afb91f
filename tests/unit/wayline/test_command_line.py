import subprocess
import sys

import pytest
from typer.testing import CliRunner

from wayline.cli.main import app


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from wayline.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    ["serve", "demo", "estate", "tx", "search", "flows", "sla", "alerts", "check", "migrate", "doctor", "import"],
)
def test_every_command_explains_itself(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_an_unknown_command_is_refused_with_usage():
    result = _run("serv")
    assert result.returncode == 2
    assert "serve" in result.stderr


def test_a_host_beyond_loopback_is_refused_without_authentication(tmp_path):
    result = _run("serve", "--host", "0.0.0.0", "--data", str(tmp_path))
    assert result.returncode == 2
    assert "without authentication" in result.stderr


def test_a_wrong_settings_file_is_one_clear_line(tmp_path):
    result = _run("serve", "--config", str(tmp_path / "none.yaml"))
    assert result.returncode == 2
    assert "cannot read" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_shipped_catalog_is_sound():
    result = _run("check")
    assert result.returncode == 0, result.stdout


def test_the_catalog_schema_is_published():
    result = _run("check", "--schema")
    assert result.returncode == 0
    assert '"Flow"' in result.stdout
