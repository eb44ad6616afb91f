import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from core.errors import ConfigError, WaylineError
from wayline.cli.everywhere import address_of
from wayline.cli.main import app
from wayline.cli.queries import moment_of
from wayline.settings import ServerConfig, Settings


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from wayline.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "400"},  # usage errors are framed, and broken where a path is long
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


def test_the_version_is_told():
    result = _run("--version")
    assert (result.returncode, result.stdout.split()[0]) == (0, "wayline")


def _one_clear_line(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def test_square_brackets_in_what_was_given_are_no_markup():
    assert "cannot read [/x]" in _one_clear_line(_run("serve", "--config", "[/x]"))
    assert "[red]" in _one_clear_line(_run("tx", "x", "--url", "http://127.0.0.1:1/[red]"))


def test_a_file_that_is_not_there_or_cannot_be_written_is_one_clear_line(tmp_path):
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("format: csv\n")
    told = _one_clear_line(_run("import", str(tmp_path / "none.csv"), "--mapping", str(mapping)))
    assert "does not exist" in told
    nowhere = str(tmp_path / "none" / "truth.jsonl")
    told = _one_clear_line(_run("estate", "--duration", "1s", "--truth", nowhere))
    assert nowhere in told


@pytest.mark.parametrize(
    "words",
    [
        ("estate", "--rate", "0"),
        ("estate", "--rate", "nan"),
        ("estate", "--rate", "1e9"),
        ("estate", "--pace", "-1"),
        ("estate", "--seed", "-1"),
        ("estate", "--duration", "0s"),
        ("demo", "--rate", "-1"),
        ("demo", "--hours", "-1"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_before_anything_starts(words):
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 2 or isinstance(result.exception, ConfigError)


def test_what_is_not_text_is_refused():
    _one_clear_line(_run("tx", "\udcff", "--url", "http://127.0.0.1:1"))


@pytest.mark.parametrize("given", ["two\nlines", "wörd", "two words"])
def test_what_cannot_be_a_token_is_said_and_not_sent_or_shown(given):
    result = CliRunner().invoke(app, ["tx", "x", "--url", "http://127.0.0.1:1"], env={"WAYLINE_TOKEN": given})
    assert isinstance(result.exception, ConfigError)
    assert "WAYLINE_TOKEN is not a token" in str(result.exception)
    assert given not in str(result.exception)


def test_a_duration_back_from_now_has_no_longest():
    assert datetime.now(UTC).year - int(moment_of("99999999999d")[:4]) in (99, 100)


ASKING = [
    "tx x", "search", "flows", "flows draft", "sla", "alerts", "latency f", "variants f", "rework f", "queues",
    "exceptions", "backtest r", "export",
]  # fmt: skip


@pytest.mark.parametrize("command", ASKING)
def test_every_command_that_asks_a_server_finds_it_by_the_settings_that_every_command_takes(command, tmp_path):
    (tmp_path / "wayline.yaml").write_text("server: {port: 9}", encoding="utf-8")
    everywhere = ["--data", str(tmp_path), "--store", "clickhouse://nowhere", "--catalog", str(tmp_path)]
    given = [*command.split(), "--config", str(tmp_path / "wayline.yaml"), *everywhere]
    told = CliRunner().invoke(app, given).exception
    assert isinstance(told, WaylineError)
    assert "no Wayline answers at http://127.0.0.1:9" in str(told)


def test_an_address_that_is_named_comes_before_the_settings(monkeypatch):
    monkeypatch.setenv("WAYLINE_SERVER__PORT", "9")
    assert "127.0.0.1:9." in str(CliRunner().invoke(app, ["sla"]).exception)
    assert "127.0.0.1:7." in str(CliRunner().invoke(app, ["sla", "--url", "http://127.0.0.1:7"]).exception)
    monkeypatch.setenv("WAYLINE_URL", "http://127.0.0.1:5")
    assert "127.0.0.1:5." in str(CliRunner().invoke(app, ["sla"]).exception)


def test_a_server_is_reached_by_its_public_address_or_where_it_listens():
    def address(**server):
        return address_of(Settings(server=ServerConfig(**server)))

    assert address() == "http://127.0.0.1:8080"
    assert address(host="0.0.0.0", port=81) == "http://127.0.0.1:81"
    assert address(host="::1", tls={"cert_file": "c", "key_file": "k"}) == "https://[::1]:8080"
    assert address(public_url="https://wayline.example") == "https://wayline.example"
