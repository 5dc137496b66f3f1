import pytest

from app.config import ConfigurationError, load


def refused(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load()
    return caught.value.errors


def test_the_defaults_are_your_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADMIN_PORT", "SHUTDOWN_SECONDS", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    settings = load()
    assert settings.admin_port == 9100
    assert settings.shutdown_seconds == 60
    assert settings.log_level == "info"


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_SECONDS", "0.25")
    assert load().request_seconds == 0.25


def test_every_mistake_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = refused(monkeypatch, LOG_LEVEL="loud", ADMIN_PORT="0", MAX_BODY_BYTES="1e6")
    assert errors == [
        "LOG_LEVEL must be one of debug, info, warn, error",
        "ADMIN_PORT must be a port from 1 to 65535",
        "MAX_BODY_BYTES must be a whole number of bytes from 0 to 2147483648",
    ]


def test_the_drain_is_a_part_of_the_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = refused(monkeypatch, SHUTDOWN_SECONDS="5", DRAIN_SECONDS="5")
    assert errors == ["DRAIN_SECONDS must be a number from 0 to 60, below SHUTDOWN_SECONDS"]


@pytest.mark.parametrize("value", ["", " 5", "5s", "1_0", "nan", "inf", "-1", "0"])
def test_seconds_are_plain_numbers(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    [error] = refused(monkeypatch, REQUEST_SECONDS=value)
    assert error.startswith("REQUEST_SECONDS must be a number of seconds")


@pytest.mark.parametrize("value", ["mail", "ftp://mail", "http://", "http://a b", "http://mail:0"])
def test_addresses_are_whole(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    [error] = refused(monkeypatch, LEDGER_URL=value)
    assert error.startswith("LEDGER_URL must be an ")
