"""Commands of the command line run in the test's own process: one of their own takes seconds to start."""

from typing import NamedTuple

from typer.testing import CliRunner

from core.errors import WaylineError
from wayline.cli.main import app


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run_command(*words: str, **environment: str) -> Ran:
    """Run a command with further environment variables; an error of ours is status 2, as `main` makes it."""
    result = CliRunner().invoke(app, list(words), env=environment)
    if isinstance(result.exception, WaylineError):
        return Ran(2, result.stdout, str(result.exception))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
