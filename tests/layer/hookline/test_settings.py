"""The environment: what may be left out, and what is said of the rest, all at once."""

import pytest

from hookline.errors import ConfigurationError
from hookline.settings import Settings


def problem(**environ: str) -> str:
    with pytest.raises(ConfigurationError) as wrong:
        Settings.from_environ(environ)
    return str(wrong.value)


def test_only_the_table_has_to_be_named() -> None:
    settings = Settings.from_environ({"DELIVERY_LOG_TABLE": "log"})
    assert settings.model_dump() == {
        "blooio_base_url": "https://api.blooio.com/v4",
        "delivery_log_table": "log",
        "delivery_queue_url": "",
        "secrets_id": "",
        "hookline_secrets": "",
        "rules_file": "/opt/rules.yaml",
        "rules_source": "package",
        "log_days": 30,
        "metrics_namespace": "Hookline",
        "max_body_bytes": 262_144,
        "secrets_look_seconds": 5.0,
        "rules_look_seconds": 60.0,
        "lease_seconds": 30.0,
    }


def test_variables_are_read_by_their_names_without_the_blanks_around_and_others_are_passed_over() -> None:
    settings = Settings.from_environ(
        {
            "DELIVERY_LOG_TABLE": " log ",
            "BLOOIO_BASE_URL": "http://127.0.0.1:8787/blooio/v4\n",
            "LOG_DAYS": "7",
            "HOME": "/",
        }
    )
    assert (settings.delivery_log_table, settings.log_days) == ("log", 7)
    assert settings.blooio_base_url == "http://127.0.0.1:8787/blooio/v4"


def test_all_that_is_wrong_is_said_at_once_by_the_names_of_the_variables() -> None:
    said = problem(
        BLOOIO_BASE_URL="api.blooio.com", RULES_FILE=" ", LOG_DAYS="many", MAX_BODY_BYTES="0", LEASE_SECONDS="-1"
    )
    assert said == (
        "The environment is not usable. BLOOIO_BASE_URL: String should match pattern '^https?://'; "
        "DELIVERY_LOG_TABLE: Field required; RULES_FILE: String should have at least 1 character; "
        "LOG_DAYS: Input should be a valid integer, unable to parse string as an integer; "
        "MAX_BODY_BYTES: Input should be greater than or equal to 1; LEASE_SECONDS: Input should be greater than 0"
    )


@pytest.mark.parametrize("source", ["", "tabel", "Table"])
def test_rules_come_from_the_package_or_from_the_table(source: str) -> None:
    assert "RULES_SOURCE" in problem(DELIVERY_LOG_TABLE="log", RULES_SOURCE=source)
    assert Settings.from_environ({"DELIVERY_LOG_TABLE": "log", "RULES_SOURCE": "table"}).rules_source == "table"


@pytest.mark.parametrize("seconds", ["inf", "nan", "0", ""])
def test_a_lease_has_an_end(seconds: str) -> None:
    assert "LEASE_SECONDS" in problem(DELIVERY_LOG_TABLE="log", LEASE_SECONDS=seconds)


def test_a_table_of_blanks_is_no_table() -> None:
    assert "DELIVERY_LOG_TABLE" in problem(DELIVERY_LOG_TABLE="  ")


def test_what_is_wrong_is_said_without_the_secrets() -> None:
    assert "hush" not in problem(HOOKLINE_SECRETS='{"KEY": "hush"}', LOG_DAYS="0")


@pytest.mark.parametrize(("lease", "attempt"), [("30", 8.0), ("10", 8.0), ("5", 4.0), ("1", 0.8)])
def test_an_attempt_is_over_while_its_lease_holds(lease: str, attempt: float) -> None:
    settings = Settings.from_environ({"DELIVERY_LOG_TABLE": "log", "LEASE_SECONDS": lease})
    assert settings.attempt_seconds == pytest.approx(attempt)
    assert settings.attempt_seconds < settings.lease_seconds
