"""Sepsis cases: the guideline's hour between triage and antibiotics, counted as the data's own readers count it."""

from datetime import datetime

from tests.integration.eventlogs import sepsis


def _milestones(item: dict, name: str) -> dict:
    return next(milestone for milestone in item["milestones"] if milestone["name"] == name)


def _judged(imported, name: str) -> tuple[int, int]:
    """Return how many cases reached *name* after triage, and how many of them after it was due."""
    reached = [_milestones(item, name) for item in imported.transactions(sepsis.FLOW)]
    done = [milestone for milestone in reached if milestone["status"] == "done" and "due_at" in milestone]
    late = [each for each in done if datetime.fromisoformat(each["at"]) > datetime.fromisoformat(each["due_at"])]
    return len(done), len(late)


def test_every_case_is_a_transaction_even_the_one_that_is_called_na(imported):
    cases = {item["identifiers"][0]["value"] for item in imported.transactions(sepsis.FLOW)}
    assert len(cases) == len(imported.transactions(sepsis.FLOW)) == 1050
    assert "NA" in cases


def test_antibiotics_came_too_late_in_481_of_823_cases(imported):
    assert _judged(imported, sepsis.ANTIBIOTICS) == (823, 481)


def test_lactic_acid_came_too_late_in_11_of_859_cases(imported):
    assert _judged(imported, sepsis.LACTIC_ACID) == (859, 11)
