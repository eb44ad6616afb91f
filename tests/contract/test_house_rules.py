"""Rules of the house that no linter knows."""

import re
from pathlib import Path

PACKAGES = ("core", "runbooks", "storage", "collector", "analytics", "alerting", "dashboards", "wayline")
MAX_MODULE_LINES = 400
MAX_FILE_BYTES = 1_000_000
# Split so that this file does not contain what it forbids.
REGISTRY_ADDRESSES = re.compile(
    "|".join(["pypi" + r"\.org", "files" + r"\.pythonhosted", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"])
)
FORBIDDEN_MODULE_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def _modules(tracked_files: list[Path], repository: Path) -> list[Path]:
    return [
        path for path in tracked_files if path.suffix == ".py" and path.relative_to(repository).parts[0] in PACKAGES
    ]


def test_modules_have_one_idea_each(tracked_files, repository):
    long = {
        str(path.relative_to(repository)): count
        for path in _modules(tracked_files, repository)
        if (count := len(path.read_text().splitlines())) > MAX_MODULE_LINES
    }
    assert long == {}


def test_modules_are_named_after_what_they_are(tracked_files, repository):
    assert [path for path in _modules(tracked_files, repository) if path.stem in FORBIDDEN_MODULE_NAMES] == []


def test_no_registry_address_is_committed(tracked_files):
    texts = {path: path.read_text(errors="ignore") for path in tracked_files if path.suffix != ".png"}
    assert [path for path, text in texts.items() if REGISTRY_ADDRESSES.search(text)] == []


def test_no_large_file_is_committed(tracked_files):
    assert [path for path in tracked_files if path.stat().st_size > MAX_FILE_BYTES] == []


def test_sql_that_says_something_stands_in_sql_files(tracked_files, repository):
    # Counting or emptying a table is bookkeeping; a condition, a join or a grouping is a query.
    statement = re.compile(r"""["'](?:SELECT|INSERT|CREATE|ALTER|DELETE)\s[^"']*\b(?:WHERE|JOIN|GROUP BY)\b""")
    found = [
        str(path.relative_to(repository))
        for path in _modules(tracked_files, repository)
        if statement.search(path.read_text())
    ]
    assert found == []


def test_every_migration_has_its_own_number_and_one_statement(repository):
    files = sorted((repository / "storage" / "migrations").glob("*.sql"))
    numbers = [path.name[:4] for path in files]
    assert len(numbers) == len(set(numbers))
    assert [
        path.name
        for path in files
        if len([part for part in re.sub(r"--[^\n]*", "", path.read_text()).split(";") if part.strip()]) != 1
    ] == []
