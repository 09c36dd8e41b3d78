"""The rules that run: those last pushed to the table, looked for now and then; or the deployed file, if none were.

In the table they are the rows of one id: generation 0 is the pointer, which says the version that runs, and every other
generation is the version of that number, which never changes.
"""

import gzip
import hashlib
import logging
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from hookline.errors import RulesUnavailable
from hookline.rules.load import load_text
from hookline.rules.model import Rules

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)

ID, POINTER = "rules", 0
SOONEST_MS = 5 * 1000  # a table out of reach is asked again no sooner: each asking keeps a sender waiting
REFUSED, UNAVAILABLE = "RulesRefused", "RulesUnavailable"  # the metrics
PLAIN_BYTES = 4096  # what is longer is packed; what is shorter stays readable in the console


class _Refused(Exception):
    """Why a version can't run."""


class Rulebook:
    """Holds the running rules. Whoever asks while another thread is looking gets those that are held.

    What was pushed runs ``look_ms`` later at the latest.
    """

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        client: "DynamoDBClient",
        table: str,
        deployed: Callable[[], Rules],
        now_ms: Callable[[], int],
        count: Callable[[str], None],
        *,
        look_ms: int,
    ) -> None:
        self._client = client
        self._table = table
        self._deployed = deployed
        self._look_ms = look_ms
        self._now_ms = now_ms
        self._count = count
        self._held: Rules | None = None
        self._pointer: Any = None  # as it was last followed
        self._is_known = False  # whether any were pushed; until then the deployed file may be the wrong one
        self._is_refused = False
        self._look_at = now_ms()
        self._looking = Lock()

    def current(self) -> Rules:
        """Return the rules that run now.

        Raises RulesUnavailable while the table never said which, and RulesError when none ever were good, the deployed
        file included.
        """
        # Only the first look is waited for.
        if self._is_due() and self._looking.acquire(blocking=self._held is None):
            try:
                if self._is_due():
                    self._look()
            finally:
                self._looking.release()
        if self._held is None:
            if not self._is_known:
                raise RulesUnavailable("The table can't be asked which rules run.")
            self._held = self._deployed()
            logger.warning("The rules of the deployed file are in use; `hookline push` replaces them.")
        return self._held

    def _is_due(self) -> bool:
        return self._now_ms() >= self._look_at

    def _look(self) -> None:
        try:
            self._follow(self._row(POINTER))
        except (BotoCoreError, ClientError) as error:
            logger.warning("the table can't be asked for rules", extra={"reason": str(error)})
            self._look_at = self._now_ms() + SOONEST_MS
            if not self._is_known:
                self._count(UNAVAILABLE)
            return
        self._is_known = True
        self._look_at = self._now_ms() + self._look_ms
        if self._is_refused:
            # At every look, so that an alarm on it lasts as long as the trouble.
            self._count(REFUSED)

    def _follow(self, pointer: Mapping[str, Any]) -> None:
        if not pointer or pointer == self._pointer:
            return
        version = pointer.get("version", {}).get("N", "")
        try:
            self._held = self._loaded(version)
        except _Refused as refused:
            self._is_refused = True
            logger.error("rules refused", extra={"version": version, "reason": str(refused)})  # noqa: TRY400 - it says all
        else:
            self._is_refused = False
            logger.info("rules in use", extra={"version": version})
        self._pointer = pointer

    def _loaded(self, version: str) -> Rules:
        if not version.isdecimal():
            raise _Refused("The pointer names no version.")
        try:
            return load_text(content(self._row(int(version))), f"rules version {version}")
        except (BotoCoreError, ClientError):
            raise
        except Exception as error:
            # Whatever it is: one version that this code can't take must not stop what has been running.
            raise _Refused(str(error)) from error

    def _row(self, generation: int) -> Mapping[str, Any]:
        # A version is read as it was written just now; the pointer may lag by a moment for half the price.
        found = self._client.get_item(TableName=self._table, Key=key(generation), ConsistentRead=generation != POINTER)
        return found.get("Item", {})


def key(generation: int) -> dict[str, Any]:
    """Return the key of a row of the rules."""
    return {"id": {"S": ID}, "generation": {"N": str(generation)}}


def stored(text: bytes) -> dict[str, Any]:
    """Return the attributes that hold the text of a version."""
    held = {"S": text.decode()} if len(text) <= PLAIN_BYTES else {"B": gzip.compress(text, mtime=0)}
    return {"content": held, "sha256": {"S": digest(text)}}


def content(row: Mapping[str, Any]) -> bytes:
    """Return the text of a version. Raises ValueError when it isn't there, or isn't what was stored."""
    if "content" not in row:
        raise ValueError("The table has no such version.")
    held = row["content"]
    text: bytes = gzip.decompress(held["B"]) if "B" in held else held["S"].encode()
    if digest(text) != row["sha256"]["S"]:
        raise ValueError("It is not what was pushed: its checksum differs.")
    return text


def digest(text: bytes) -> str:
    """Return what tells two texts apart."""
    return hashlib.sha256(text).hexdigest()
