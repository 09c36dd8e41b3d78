"""The answers that a first rules file is made from, and what is an answer."""

import re
from dataclasses import dataclass

import yaml

from hookline.rules.closest import closest
from hookline.rules.model import CHAT_ID, SOURCE_NAME
from hookline.sources import KINDS

SENDERS = tuple(KINDS)
OF_ALERTS = ("alertmanager", "grafana")  # whoever reads these is asked which matter
ALERTS = {
    "all": "",
    "warning": 'event.severity in ["critical", "warning"]',
    "critical": 'event.severity == "critical"',
}  # which alerts matter -> the condition


@dataclass(frozen=True, slots=True)
class Answers:
    """What the file is made from. ``alerts`` is a name in ALERTS."""

    sender: str
    chat_id: str
    chat: str
    source: str
    alerts: str = "all"


def sender(answer: str) -> str:
    """Return the kind that is meant, also by its beginning. Raises ValueError."""
    return _one_of(answer, SENDERS)


def alerts(answer: str) -> str:
    """Return which alerts matter. Raises ValueError."""
    return _one_of(answer, tuple(ALERTS))


def chat_id(answer: str) -> str:
    """Return the id. Raises ValueError with what an id looks like and where to find it."""
    if not re.fullmatch(CHAT_ID, answer):
        raise ValueError(
            f"{answer[:40]!r} is not the id of a chat, which looks like chat_a1b2c3d4. "
            "`hookline chats` lists those of your Blooio account; chat_a1b2c3d4 itself does for `hookline run`."
        )
    return answer


def chat_name(answer: str) -> str:
    """Return the name. Raises ValueError for what YAML would read as something else than text."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,49}", answer) or yaml.safe_load(answer) != answer:
        raise ValueError(f"{answer[:40]!r} can't be the name: take letters, digits, - and _, as in oncall.")
    return answer


def source_name(answer: str) -> str:
    """Return the last part of the address. Raises ValueError."""
    if not re.fullmatch(SOURCE_NAME, answer) or yaml.safe_load(answer) != answer:
        raise ValueError(f"{answer[:40]!r} can't be part of an address: take small letters, digits, - and _.")
    return answer


def _one_of(answer: str, choices: tuple[str, ...]) -> str:
    meant = [choice for choice in choices if answer and choice.startswith(answer.lower())]
    if answer in choices:
        return answer
    named = ", ".join(choices)
    if len(meant) != 1:
        close = closest(answer, choices)
        raise ValueError(f"{answer[:40]!r} is none of " + (f"them; did you mean '{close}'?" if close else f"{named}."))
    return meant[0]
