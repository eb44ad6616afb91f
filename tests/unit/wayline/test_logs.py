import asyncio
import gc
import json
import logging
import sys

import pytest
import structlog

from core.errors import ConfigError, locate_failure
from wayline.logs import _JsonLine, configure_logging

CANARY = "Schmidt^Erika 123-45-6789"


@pytest.fixture
def log(capsys):
    before = structlog.get_config()
    configure_logging("info")
    yield structlog.get_logger("test")
    structlog.configure(**before)


def fail_on(payload: str) -> None:
    try:
        int(payload)
    except ValueError as error:
        raise KeyError(payload) from error


def test_a_logged_failure_tells_type_and_place_and_quotes_nothing(log, capsys):
    try:
        fail_on(CANARY)
    except KeyError:
        log.exception("request failed")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "request failed"
    assert "Schmidt" not in json.dumps(line)
    assert line["exception"].startswith("KeyError at wayline/test_logs.py:")
    assert "; from ValueError at wayline/test_logs.py:" in line["exception"]


def test_a_failure_that_a_library_logs_is_told_the_same_way():
    try:
        fail_on(CANARY)
    except KeyError:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, __file__, 1, "it failed\n", (), sys.exc_info())
    line = json.loads(_JsonLine().format(record))
    assert (line["event"], line["logger"], line["level"]) == ("it failed", "uvicorn.error", "error")
    assert line["exception"].startswith("KeyError at ")
    assert "Schmidt" not in json.dumps(line)


def test_the_message_of_an_error_of_ours_is_told_with_it():
    assert locate_failure(ConfigError("no such file", remedy="create it")) == (
        "ConfigError: no such file. create it at (nowhere)"
    )


def test_a_failed_task_that_asyncio_logs_is_told_without_its_message():
    async def forget() -> None:
        asyncio.get_running_loop().create_task(asyncio.to_thread(fail_on, CANARY))
        await asyncio.sleep(0.05)

    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]  # seen, not printed
    logging.getLogger("asyncio").addHandler(handler)
    try:
        asyncio.run(forget())
        gc.collect()
    finally:
        logging.getLogger("asyncio").removeHandler(handler)
    assert CANARY in records[0].getMessage()
    line = json.loads(_JsonLine().format(records[0]))
    assert line["event"] == "Task exception was never retrieved"
    assert line["exception"].startswith("KeyError at ")
    assert "Schmidt" not in json.dumps(line)
