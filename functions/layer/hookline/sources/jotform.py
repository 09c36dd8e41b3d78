"""Jotform's webhook: a form whose field ``rawRequest`` holds the answers as JSON.

https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/. It is not signed. The answers are named by number
and a short name (``q7_feedback``); how the questions read is only in ``pretty``: ``Question:Answer, Question:Answer``.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from hookline.models import JSON, Event
from hookline.sources import answers
from hookline.sources.answers import Answer
from hookline.sources.kind import Kind, mapping, words

_NUMBERED = re.compile(r"q[0-9]{1,5}_(.{1,100})")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST, _LONGEST_PRETTY = 200, 20_000  # answers and characters that are looked at
_LONG = 80  # characters; what has more, or several lines, came from a large box
_OF_WIDGETS = {"implementation", "duration", "colIds", "rowIds"}


def describe(payload: JSON, now: datetime) -> Event:  # noqa: ARG001 - every kind is asked the same way
    """Tell the answers in the form's order."""
    sent = mapping(payload)
    pretty = sent.get("pretty")
    told = _answers(_raw(sent.get("rawRequest")), pretty[:_LONGEST_PRETTY] if isinstance(pretty, str) else "")
    form, submission = answers.plain_id(sent.get("formID")), answers.plain_id(sent.get("submissionID"))
    return answers.tell(
        words(sent.get("formTitle"), 100) or "Jotform",
        list(told) or [Answer("", words(pretty))],
        url=f"https://www.jotform.com/inbox/{form}/{submission}" if form and submission else "",
    )


def _raw(request: JSON) -> dict[str, JSON]:
    """Return the answers; half characters, which only JSON can write, become marks."""
    try:
        return mapping(json.loads(request) if isinstance(request, str) else request)
    except (ValueError, RecursionError):
        return {}


def _answers(raw: dict[str, JSON], pretty: str) -> Iterator[Answer]:
    """Give the answers with their questions: in ``pretty``, each stands before its answer, in the same order."""
    uploads = {match[1] for name in mapping(raw.get("temp_upload")) if (match := _NUMBERED.fullmatch(name))}
    done = 0
    for name, value in list(raw.items())[:_MOST]:
        match = _NUMBERED.fullmatch(name)
        if not match and name not in uploads:
            continue
        said = _whole(_files(value) if name in uploads else _said(value))
        if not said.strip():
            continue
        question, found = _asked(pretty, done, said)
        done = found or done
        is_long = "\n" in said.strip() or len(said) > _LONG
        yield Answer(question or _spelled(match[1] if match else name), said, is_long)


def _asked(pretty: str, start: int, said: str) -> tuple[str, int]:
    """Return the question of an answer and where the answer ends, or nothing."""
    place = pretty.find(f":{said}", start)
    question = pretty[start:place].lstrip(", ") if place >= 0 else ""
    # What stands before an answer that isn't known here would be taken for the question.
    question = question.rsplit(", ", 1)[-1] if ":" in question else question
    return (words(question), place + len(said) + 1) if question else ("", 0)


def _spelled(name: str) -> str:
    spaced = _whole(_CAMEL.sub(" ", name).replace("_", " "))
    return words(spaced[:1].upper() + spaced[1:].lower())


def _said(value: JSON) -> str:
    """Say an answer: a date as one, of a name, an address or a phone number the parts, of several choices all."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(words, value[:_MOST])))
    if not isinstance(value, dict):
        return value if isinstance(value, str) else words(value)
    day = [words(value.get(part), 10) for part in ("year", "month", "day")]
    if any(day):
        hours = [words(value.get(part), 10) for part in ("hour", "min")]
        clock = f"{':'.join(hours)} {words(value.get('ampm'), 2)}" if all(hours) else ""
        return f"{'-'.join(filter(None, day))} {clock}".strip()
    parts = [words(part) for name, part in list(value.items())[:_MOST] if name not in _OF_WIDGETS]
    is_place = not {"addr_line1", "city", "postal"}.isdisjoint(value)
    return (", " if is_place else " ").join(filter(None, parts))


def _files(value: JSON) -> str:
    """Name the files that are given by their addresses."""
    listed = value if isinstance(value, list) else [value]
    return ", ".join(filter(None, (words(unquote(words(one, 1000).rsplit("/", 1)[-1])) for one in listed[:20])))


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


KIND = Kind(
    name="jotform",
    sender="Jotform",
    reads=frozenset({"form", "json"}),
    describe=describe,
    proofs=("token",),
    token={"query": "token"},
    id_paths=(("submissionID",),),
    hides=("webhookURL",),  # our own address, with the token in it
    setup=(
        "In Jotform, open the form's Settings, then Integrations, and add WebHooks with the address {url}?token= and "
        "the secret behind it: Jotform signs nothing, so that only the address proves who calls."
    ),
)
