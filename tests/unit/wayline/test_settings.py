from pathlib import Path

import pytest

from core.errors import ConfigError
from wayline.settings import known_settings, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WAYLINE_SERVER__PORT", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "wayline.yaml"
    path.write_text("server: {port: 9001, log_level: debug}\n")
    return path


def test_defaults_listen_on_loopback_only():
    settings = load_settings()
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8080)


def test_flag_beats_environment_beats_file_beats_default(file, monkeypatch):
    assert load_settings(config=file).server.port == 9001
    monkeypatch.setenv("WAYLINE_SERVER__PORT", "9002")
    assert load_settings(config=file).server.port == 9002
    settings = load_settings(config=file, flags={"server.port": 9003})
    assert (settings.server.port, settings.server.log_level) == (9003, "debug")


def test_a_flag_that_was_not_given_changes_nothing(file):
    assert load_settings(config=file, flags={"server.port": None}).server.port == 9001


def test_the_embedded_engine_lives_under_the_data_folder(tmp_path):
    assert load_settings(flags={"server.data": tmp_path}).storage.path == tmp_path / "store"


def test_an_unknown_setting_in_the_file_names_the_nearest_known_one(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("server: {prot: 1}\n")
    with pytest.raises(ConfigError, match=r"server\.prot .*server\.port"):
        load_settings(config=path)


def test_an_unknown_setting_in_the_environment_names_the_nearest_known_one(monkeypatch):
    monkeypatch.setenv("WAYLINE_SERVER__PRT", "1")
    with pytest.raises(ConfigError, match=r"server\.prt .*server\.port"):
        load_settings()


def test_an_unknown_part_of_a_setting_names_the_nearest_known_one(tmp_path, monkeypatch):
    path = tmp_path / "wrong.yaml"
    path.write_text("collector: {spool: {seal_after: 1}}\n")
    with pytest.raises(ConfigError, match=r"collector\.spool\.seal_after\. .*collector\.spool\.seal_after_s"):
        load_settings(config=path)
    monkeypatch.setenv("WAYLINE_COLLECTOR__SPOOL__KY", "1")
    with pytest.raises(ConfigError, match=r"collector\.spool\.ky\. .*collector\.spool\.key"):
        load_settings()


def test_a_wrong_value_is_not_quoted_because_it_may_be_a_secret(monkeypatch):
    monkeypatch.setenv("WAYLINE_SERVER__PORT", "hunter2")
    with pytest.raises(ConfigError, match=r"server\.port") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["server: 8080\n", "- a\n", "server: {port: many}\n", "a: [\n"])
def test_a_file_that_is_no_settings_file_is_refused(tmp_path, text):
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        load_settings(config=path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        load_settings(config=tmp_path / "none.yaml")


def test_every_component_has_a_section():
    sections = {name.partition(".")[0] for name in known_settings()}
    components = {"storage", "collector", "correlate", "alerting", "dashboards", "catalog"}
    assert sections == {"server", "access", "self_traces", *components}
