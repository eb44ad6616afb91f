"""Wayline's own log: one JSON line an event, on standard error; never a message that may quote telemetry."""

import json
import logging
import sys
import threading
from datetime import UTC, datetime

import structlog
from structlog.typing import EventDict, WrappedLogger

from core.errors import locate_failure


class _StandardError:
    """Standard error as it is at each line, wherever it has been turned to since."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logging(level: str) -> None:
    """Log one JSON line an event to standard error."""
    levels = {"debug": 10, "info": 20, "warning": 30, "error": 40}
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _locate_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(levels[level]),
        logger_factory=structlog.WriteLoggerFactory(file=_StandardError()),  # type: ignore[arg-type]  # all it needs
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_StandardError())
    handler.setFormatter(_JsonLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def log_dying_threads() -> None:
    """Log a thread's unhandled exception like every other, instead of its traceback."""
    threading.excepthook = lambda died: structlog.get_logger(__name__).error(
        "a thread ended by an error", thread=died.thread.name if died.thread else "", exc_info=died.exc_value
    )


class _JsonLine(logging.Formatter):
    """What libraries log (the web server: that a request failed), in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        # Behind the first line asyncio shows the failed task, and with it the message of its exception.
        event = record.getMessage().strip().partition("\n")[0]
        line = {"event": event, "logger": record.name, "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[1]:
            line["exception"] = locate_failure(record.exc_info[1])
        return json.dumps(line | {"timestamp": datetime.fromtimestamp(record.created, UTC).isoformat()})


def _locate_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put type and place where a traceback would stand: its message and source lines may quote telemetry."""
    about = event.pop("exc_info", None)
    if about is True:
        about = sys.exc_info()[1]
    elif isinstance(about, tuple):
        about = about[1]
    if isinstance(about, BaseException):
        event["exception"] = locate_failure(about)
    return event
