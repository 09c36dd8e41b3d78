"""Typeform's webhook: the answers of one person, and the questions that they answer.

Payload: https://www.typeform.com/developers/webhooks/example-payload/, signature:
https://www.typeform.com/developers/webhooks/secure-your-webhooks/.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from hookline.models import JSON, Event
from hookline.sources import answers, generic
from hookline.sources.answers import Answer
from hookline.sources.form import say
from hookline.sources.kind import Kind, at, first, items, mapping, words

_PIPED = re.compile(r",? ?\{\{[^{}]{0,200}\}\}")  # where the form puts an earlier answer in, as in "Hello, {{…}}!"
_MOST, _DEEPEST = 200, 3  # questions that are looked at; groups in groups


def describe(payload: JSON, now: datetime) -> Event:
    """Tell the answers in the form's order."""
    response = mapping(at(payload, "form_response"))
    definition = mapping(response.get("definition"))
    if not response:
        return generic.describe(payload, now)  # not what Typeform sends
    asked = dict(_questions(definition.get("fields")))
    form = words(definition.get("title"), 100) or "Typeform"
    if "partial" in words(at(payload, "event_type"), 50):
        form += " (not finished)"
    told = [_answer(mapping(answer), asked) for answer in items(response.get("answers"))[:_MOST]]
    score = at(response, "calculated", "score")  # 0 where nothing counts
    told.append(Answer("Score", words(score) if score else ""))
    number = answers.plain_id(response.get("form_id"))
    url = f"https://admin.typeform.com/form/{number}/results" if number else ""
    return answers.tell(form, told, url=url)


def _questions(fields: JSON, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Give id and title of each question, also of those in groups."""
    for field in map(mapping, items(fields)[:_MOST]):
        title = _PIPED.sub("", words(field.get("title"))).replace("*", "")
        yield words(field.get("id"), 100), title.lstrip(" ,.!")
        if depth < _DEEPEST:
            yield from _questions(at(field, "properties", "fields"), depth + 1)


def _answer(answer: dict[str, JSON], asked: dict[str, str]) -> Answer:
    kind, field = words(answer.get("type"), 30), mapping(answer.get("field"))
    question = asked.get(words(field.get("id"), 100), "")
    is_long = field.get("type") == "long_text"
    value = answer.get(kind)
    return Answer(question, value if is_long and isinstance(value, str) else _said(kind, value), is_long)


def _said(kind: str, value: JSON) -> str:
    """Say an answer of any type; of several choices all, the one that somebody added last."""
    match kind:
        case "choice":
            return first([words(at(value, "label")), words(at(value, "other"))])
        case "choices":
            return say([*items(at(value, "labels"))[:_MOST], at(value, "other")])
        case "payment":
            paid = "" if at(value, "success") is False else "paid "
            return f"{paid}{words(at(value, 'amount'))}" if at(value, "amount") else ""
        case "file_url":
            return words(unquote(words(value, 1000).partition("?")[0].rsplit("/", 1)[-1]))
        case "multi_format":
            media = [name for name in ("video", "audio") if at(value, f"{name}_url")]
            return say([at(value, "text"), *(f"{name} recording" for name in media)])
        case _:
            return say(value)


KIND = Kind(
    name="typeform",
    sender="Typeform",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac",),
    signature={"header": "Typeform-Signature", "prefix": "sha256=", "encoding": "base64"},
    id_paths=(("event_id",),),
    setup=(
        "In Typeform, open the form's Connect page and add a webhook with the address {url}. Edit it to set a secret "
        "of your own, and switch it on."
    ),
)
