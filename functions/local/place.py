"""Where and with what a run is to be: what the command and the environment say."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hookline.rules.load import load
from hookline.rules.model import Rules
from hookline.wiring import API_KEY
from local.cloud.engine import CREDENTIALS
from local.cloud.intrinsics import REGION
from local.cloud.template import Function
from local.keys import secrets_for
from local.running import LOOK_SECONDS

LOOPBACK = "127.0.0.1"
LIVE_BASE_URL = "https://api.blooio.com/v4"
# Here a killed worker is replaced within a second or two, so its lease may end sooner than in Lambda.
LOCAL_LEASE_SECONDS = "6"
# Deployed it is a minute, the shortest that there is; here somebody sits before it.
LOCAL_RELEASE_SECONDS = 10.0
PERIOD = "RELEASE_SECONDS"


class CannotServe(Exception):
    """The run can't start; the sentence says why."""


@dataclass(frozen=True)
class Place:
    """Where and with what to run."""

    host: str
    port: int
    rules_file: Path
    rules: Rules
    secrets: Mapping[str, tuple[str, ...]]
    live: bool
    release_seconds: float  # between two looks for who is due

    @classmethod
    def of(cls, host: str, port: int, rules_file: Path, environ: Mapping[str, str]) -> "Place":
        """Raises RulesError, ValueError for unreadable secrets, CannotServe."""
        rules = load(rules_file)
        live = environ.get("LIVE") == "1"
        if live and not environ.get(API_KEY):
            raise CannotServe(f"LIVE=1 sends real messages and needs your key in {API_KEY}.")
        period = _period(environ.get(PERIOD))
        return cls(host, port, rules_file.resolve(), rules, secrets_for(rules, environ), live, period)

    @property
    def url(self) -> str:
        """The address under which this machine reaches it."""
        host = LOOPBACK if self.host in {"0.0.0.0", "::", "localhost"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def engine_host(self) -> str:
        """Where the local engine listens: beside the gateway, but on one address, never on all of this machine's."""
        is_one = self.host not in {"0.0.0.0", "localhost"} and ":" not in self.host  # noqa: S104 - compared, not bound
        return self.host if is_one else LOOPBACK

    @property
    def blooio_base_url(self) -> str:
        """Where messages are sent."""
        return LIVE_BASE_URL if self.live else f"{self.url}/blooio/v4"

    def environment(self, function: Function, engine_url: str) -> dict[str, str]:
        """Return what the function finds in its environment: the template's variables, pointed at this machine."""
        return {
            **function.environment,
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": engine_url,
            "BLOOIO_BASE_URL": self.blooio_base_url,
            "RULES_FILE": str(self.rules_file),
            "RULES_LOOK_SECONDS": str(LOOK_SECONDS),
            "SECRETS_LOOK_SECONDS": str(LOOK_SECONDS),
            "LEASE_SECONDS": LOCAL_LEASE_SECONDS,
            "POWERTOOLS_METRICS_DISABLED": "true",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
        }


def _period(given: str | None) -> float:
    if not given:
        return LOCAL_RELEASE_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= threading.TIMEOUT_MAX:
        raise CannotServe(f"{PERIOD} has to be a number of seconds above 0, not {given}.")
    return seconds
