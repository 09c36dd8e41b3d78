"""The words in which faults are written, and what each does to one attempt to send."""

import re
from dataclasses import dataclass
from email.utils import formatdate
from enum import Enum, auto
from http import HTTPStatus

from blooio.outcome import BY_CODE
from local.provider.answers import Answer


class Ending(Enum):
    """What the sender gets to see."""

    ANSWER = auto()
    GARBLED = auto()  # a 2xx whose body can't be read
    SILENCE = auto()  # no answer until the sender gives up
    DROP = auto()  # the connection ends without an answer


@dataclass(frozen=True)
class Step:
    """What happens to one attempt. ``status`` is that of a refusal; ``wait_s`` comes with it as Retry-After."""

    word: str
    is_considered: bool = False  # the request is looked at as ever, and the message accepted if it may be
    fails: bool = False
    ending: Ending = Ending.ANSWER
    status: int | None = None
    code: str | None = None
    wait_s: int | None = None
    wait_is_a_date: bool = False

    @property
    def answers(self) -> bool:
        return self.ending in (Ending.ANSWER, Ending.GARBLED)

    def refusal(self, status: int, now_s: float) -> Answer:
        """Return the documented envelope, flat for errors of authentication."""
        said, headers = f"The simulator was told to answer {self.word}.", {}
        if self.wait_s is not None:
            headers["Retry-After"] = (
                formatdate(now_s + self.wait_s, usegmt=True) if self.wait_is_a_date else str(self.wait_s)
            )
        name = self.code or CODES.get(status, "unknown_error")
        is_flat = self.code is None and status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        answer = Answer.flat(status, name, said) if is_flat else Answer.refusal(status, name, said)
        return Answer(status, answer.document, headers)


OK = Step("ok", is_considered=True)
WORDS = {
    step.word: step
    for step in (
        OK,
        Step("failed", is_considered=True, fails=True),
        Step("timeout", ending=Ending.SILENCE),
        Step("timeout-after", is_considered=True, ending=Ending.SILENCE),
        Step("reset", ending=Ending.DROP),
        Step("reset-after", is_considered=True, ending=Ending.DROP),
        Step("bad-json", is_considered=True, ending=Ending.GARBLED),
        Step("bad-json-before", ending=Ending.GARBLED),
    )
}

# The documentation names few codes beside these: the others are what a client may expect to meet.
CODES: dict[int, str] = {
    **{status: status.name.lower() for status in HTTPStatus},
    HTTPStatus.UNPROCESSABLE_ENTITY: "validation_failed",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
}
FORBIDDEN = {
    "conversation_content_restricted",
    "safety_new_conversations_paused",
    "safety_reply_only",
    "safety_account_review",
    "inbound_only_no_prior_inbound",
}
STATUS_BY_CODE = {
    **{code: HTTPStatus.FORBIDDEN if code in FORBIDDEN else HTTPStatus.TOO_MANY_REQUESTS for code in BY_CODE},
    "idempotency_key_reused": HTTPStatus.CONFLICT,
    "chat_closed": HTTPStatus.CONFLICT,
}
REPLY_TARGET = re.compile("reply_target_[a-z_]+")
# Below 400 nothing is a fault; from 600 on nothing is HTTP.
STATUS = re.compile("[45][0-9]{2}")
REFUSAL = re.compile("(?P<name>[a-z0-9_]+)(:(?P<date>date:)?(?P<wait>[0-9]{1,6}))?")

UNKNOWN = (
    "There is no such fault. The words are: "
    + ", ".join([*WORDS, *STATUS_BY_CODE])
    + ", anything that begins with reply_target_, and a status from 400 to 599. "
    "A status or a code may go on with :SECONDS or :date:SECONDS for a Retry-After, like 429:3 or 429:date:10."
)


class UnknownWord(ValueError):
    """No fault is called so; the sentence lists those that exist."""


def step_of(word: str) -> Step:
    """Return what the word stands for. Raises UnknownWord."""
    if word in WORDS:
        return WORDS[word]
    found = REFUSAL.fullmatch(word)
    status = _status(found["name"]) if found else None
    if found is None or status is None:
        raise UnknownWord(UNKNOWN)
    code = None if STATUS.fullmatch(found["name"]) else found["name"]
    wait_s = int(found["wait"]) if found["wait"] else None
    return Step(word, status=status, code=code, wait_s=wait_s, wait_is_a_date=bool(found["date"]))


def _status(name: str) -> int | None:
    if REPLY_TARGET.fullmatch(name):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return int(name) if STATUS.fullmatch(name) else STATUS_BY_CODE.get(name)
