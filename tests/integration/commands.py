"""Commands of the command line run in the test's own process: one of their own takes seconds to start."""

import contextlib
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from core.errors import WaylineError
from wayline.cli.main import app


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run_command(*words: str, **environment: str) -> Ran:
    """
    Run a command with further environment variables; an error of ours is status 2, as `main` makes it.

    One that opens a folder itself goes to live there, since the engine keeps things in the current directory. That is
    undone: other tests mean theirs by relative names.
    """
    with contextlib.chdir(Path.cwd()):
        result = CliRunner().invoke(app, list(words), env=environment)
    if isinstance(result.exception, WaylineError):
        return Ran(2, result.stdout, str(result.exception))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
