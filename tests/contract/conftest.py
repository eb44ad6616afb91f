"""The checkout itself, as the contract tests read it."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tracked_files(repository: Path) -> list[Path]:
    """Every file git tracks (or would track), so that scratch files on a developer's machine do not count."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [repository / line for line in listing.splitlines() if (repository / line).is_file()]
