from pathlib import Path

from structlog.testing import capture_logs

from collector.redaction_rules import RedactionRules
from core.clock import SystemClock
from runbooks import CatalogProvider

KEY = b"k" * 32


def test_a_catalog_without_redaction_rules_is_warned_of_once(tmp_path: Path):
    (tmp_path / "none.yaml").write_text("kind: Redaction\nname: '*'\nenabled: false\n")
    rules = RedactionRules(CatalogProvider([tmp_path], SystemClock()), KEY, "k1")
    with capture_logs() as logged:
        assert rules.redactor() is None
        assert rules.redactor() is None
    assert [entry["log_level"] for entry in logged] == ["warning"]
    assert "health data" in logged[0]["event"]


def test_the_packaged_catalog_has_rules_and_no_warning():
    rules = RedactionRules(CatalogProvider(None, SystemClock()), KEY, "k1")
    with capture_logs() as logged:
        assert rules.redactor() is not None
    assert not logged
