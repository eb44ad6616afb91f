"""An export is a whole file, or none."""

import json
import os
import threading

import httpx
import pytest
from typer.testing import CliRunner

from core.errors import PermanentError
from wayline.cli import export
from wayline.cli.main import app

ITEM = {"transaction_id": "3f0c", "flow": "p2p", "identifiers": [], "milestones": [], "origin": None, "sla": None}
PAGE = {"items": [ITEM], "next_cursor": None}


@pytest.fixture
def answer(monkeypatch):
    """What the server answers, and the parameters it was asked with."""
    given = {"status": 200, "body": PAGE, "asked": []}

    def handle(request: httpx.Request) -> httpx.Response:
        given["asked"].append(dict(request.url.params))
        return httpx.Response(given["status"], json=given["body"])

    monkeypatch.setattr(
        export, "connect", lambda url: httpx.Client(base_url=url, transport=httpx.MockTransport(handle))
    )
    return given


def _export(*words):
    result = CliRunner().invoke(app, ["export", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_refused_export_leaves_the_earlier_file_as_it_was(answer, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("earlier")
    answer |= {"status": 400, "body": {"detail": "no"}}
    with pytest.raises(PermanentError):
        _export(str(out))
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert out.read_text() == "earlier"


def test_an_export_takes_the_place_of_the_earlier_file(answer, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("earlier")
    assert "1 transactions written" in _export(str(out)).stdout
    assert out.read_text().splitlines()[1].startswith("3f0c,")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_without_a_file_an_export_is_csv_on_standard_output(answer):
    lines = _export().stdout.splitlines()
    assert lines[0].startswith("transaction_id,")
    assert lines[1].startswith("3f0c,")
    assert len(lines) == 2
    assert json.loads(json.dumps(answer["asked"])) == [{"limit": "1000"}]


def test_a_pipe_is_written_into(answer, tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    _export(str(pipe))
    reader.join(10)
    assert read[0].splitlines()[1].startswith("3f0c,")


def test_a_duration_back_from_now_is_a_time_here_too(answer):
    _export("--since", "24h", "--until", "2026-11-22T08:00:00Z")
    (asked,) = answer["asked"]
    assert asked["since"].endswith("Z")
    assert asked["until"] == "2026-11-22T08:00:00Z"
