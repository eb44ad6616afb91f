import pytest
import yaml

from runbooks.yaml_lines import read_documents


def values(text: str) -> list[object]:
    return [document.value for document in read_documents(text)]


def test_what_yaml_1_1_would_twist_stays_text():
    text = "{a: 08:00, b: 0012, c: no, d: 2026-12-25, e: 12:30, f: 1_000}"
    assert values(text) == [{"a": "08:00", "b": "0012", "c": "no", "d": "2026-12-25", "e": "12:30", "f": "1_000"}]


def test_numbers_truths_and_nothing_are_read():
    assert values("{a: 1, b: -2.5, c: true, d: null, e: , f: 1e3}") == [
        {"a": 1, "b": -2.5, "c": True, "d": None, "e": None, "f": 1000.0}
    ]


def test_every_key_and_item_knows_its_line_across_documents():
    first, second = read_documents("a: 1\n---\n# comment\nb:\n  - c: 1\n  - d:\n      e: 2\n")
    assert first.line_of(("a",)) == 1
    assert second.line_of(("b", 1, "d", "e")) == 7
    assert second.line_of(("b", 0, "missing")) == 5


def test_a_key_given_twice_is_reported_with_its_line():
    (document,) = read_documents("a:\n  b: 1\n  b: 2\n")
    assert document.repeated == ((("a", "b"), 3),)


def test_an_anchor_inside_itself_is_an_error_not_an_endless_loop():
    with pytest.raises(yaml.YAMLError, match="contains itself"):
        values("a: &x\n  b: *x\n")


def test_no_python_object_is_ever_made():
    with pytest.raises(yaml.YAMLError):
        values("!!python/object/apply:os.system ['true']")
