"""
What the engine's refusals mean to a caller: try again later, or do not.

An engine message can quote the row it stumbled over, and a row is health data. So the text is passed on only for the
codes that speak about the statement itself; for every other code the name of the error has to do.
"""

from pathlib import Path

from clickhouse_connect.driver.exceptions import ClickHouseError

from core.errors import PermanentError, TransientError, WaylineError

_CODES_ABOUT_THE_STATEMENT = frozenset(
    {
        *(36, 42, 43, 44, 46, 47, 48, 57, 60, 62, 80, 81, 82, 115, 158, 164, 179, 184, 215, 241, 252, 307, 349),
        *(352, 386, 403, 452, 456, 497, 516),
    }
)
_CODES_THAT_PASS = frozenset(
    {
        *(3, 74, 75, 76, 159, 164, 173, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 279, 285, 286, 305, 319),
        *(394, 439, 473, 574, 636, 999),
    }
)
_TEXT_LIMIT = 400
NO_SUCH_DATABASE = 81


class StoreError(WaylineError):
    """
    A statement failed in the engine.

    Attributes:
        code: The engine's error code; None when no engine answered.
    """

    code: int | None = None


class StatementRefusedError(StoreError, PermanentError):
    """The same statement over the same data will fail again."""


class StoreUnavailableError(StoreError, TransientError):
    """The engine is busy, full, away or shutting down; what was asked may or may not have been done."""


class FolderInUseError(PermanentError):
    """
    Another process works on the folder of the embedded engine.

    Args:
        path: The engine's folder.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"another process uses the store in {path}",
            remedy="stop it, ask it over --url, or give this one another --data folder",
        )


def error_from_engine(error: ClickHouseError) -> StoreError:
    """Return *error* as one of ours, without what it may quote from the data."""
    name: str = getattr(error, "name", None) or type(error).__name__
    return error_from_message(getattr(error, "code", None), name, str(error))


def error_from_message(code: int | None, name: str, said: str) -> StoreError:
    """Return what the engine *said* of an error of *code* and *name* as one of ours, without quotes from the data."""
    text = f": {said[:_TEXT_LIMIT]}" if code in _CODES_ABOUT_THE_STATEMENT else ""
    message = f"the store refused a statement ({code or 'no code'} {name}){text}"
    ours: StoreError
    if code is None or code in _CODES_THAT_PASS:
        ours = StoreUnavailableError(message)
    else:
        ours = StatementRefusedError(message)
    ours.code = code
    return ours
