"""What the documents say exists, exists."""

import importlib
import re

import pytest

MODULE_REFERENCE = re.compile(
    r"`((?:core|runbooks|storage|collector|analytics|alerting|dashboards|wayline)(?:/[\w.]+)+)`"
)
READING_STEP = re.compile(r"^\d+\. `([\w/]+\.(?:py|sql))`(?: `(\w+)`)?", re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
def test_paths_named_in_the_document_exist(document, repository):
    named = MODULE_REFERENCE.findall((repository / document).read_text())
    assert [path for path in named if not (repository / path).exists()] == []


def test_reading_map_leads_along_the_data_path(repository):
    steps = READING_STEP.findall((repository / "ARCHITECTURE.md").read_text())
    assert len(steps) >= 10
    for path, name in steps:
        assert (repository / path).is_file(), path
        if name and path.endswith(".py"):
            module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
            assert hasattr(module, name), f"{path} has no {name}"


def test_make_targets_named_in_the_readme_exist(repository):
    targets = set(re.findall(r"^([a-z]+):", (repository / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (repository / "README.md").read_text()))
    assert named
    assert named <= targets


def test_every_own_metric_is_documented(repository):
    declared = set(re.findall(r'"(wayline_\w+)"', (repository / "core" / "selfmetrics.py").read_text()))
    assert declared
    documented = (repository / "ARCHITECTURE.md").read_text()
    assert [name for name in sorted(declared) if name not in documented] == []


def test_images_in_the_readme_exist(repository):
    images = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (repository / "README.md").read_text())
    assert images
    assert [image for image in images if not (repository / image).is_file()] == []
