from core.errors import ConfigError, PermanentError, TransientError


def test_an_error_says_what_is_wrong_and_what_to_do():
    assert str(ConfigError("no such file", remedy="create it")) == "no such file. create it"
    assert str(PermanentError("no such file")) == "no such file"


def test_a_transient_error_suggests_when_to_try_again():
    assert TransientError("busy", retry_after_s=5).retry_after_s == 5
