"""Our import names are short and common: nobody else may provide them in the environment we run in."""

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

IMPORT_NAMES = ("core", "runbooks", "storage", "collector", "analytics", "alerting", "dashboards", "wayline")


@pytest.mark.parametrize("name", IMPORT_NAMES)
def test_import_name_is_provided_by_our_distribution_alone(name):
    providers = set(packages_distributions().get(name, ()))
    assert providers <= {"wayline"}


@pytest.mark.parametrize("name", IMPORT_NAMES)
def test_import_name_resolves_into_this_checkout(name, repository):
    module = importlib.import_module(name)
    assert repository / name in [Path(entry) for entry in module.__path__]
