"""Tally's webhook: the answers of one person (https://tally.so/help/webhooks)."""

from collections.abc import Iterator
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import answers, generic
from hookline.sources.answers import Answer
from hookline.sources.form import say
from hookline.sources.kind import Kind, at, items, mapping, words

_MOST = 200  # fields, and options of one, that are looked at


def describe(payload: JSON, now: datetime) -> Event:
    """Tell the answers in the form's order."""
    data = mapping(at(payload, "data"))
    if not isinstance(data.get("fields"), list):
        return generic.describe(payload, now)  # not what Tally sends
    number = answers.plain_id(data.get("formId"))
    return answers.tell(
        words(data.get("formName"), 100) or "Tally",
        _answers([mapping(field) for field in items(data.get("fields"))[:_MOST]]),
        url=f"https://tally.so/forms/{number}/submissions" if number else "",
    )


def _answers(fields: list[dict[str, JSON]]) -> Iterator[Answer]:
    for field in fields:
        kind, value = words(field.get("type"), 30), field.get("value")
        # Each box of a list has a yes or no, too, and what is hidden nobody answered.
        if kind == "HIDDEN_FIELDS" or (kind == "CHECKBOXES" and isinstance(value, bool)):
            continue
        is_long = kind == "TEXTAREA"
        said = value if is_long and isinstance(value, str) else _said(field, value)
        yield Answer(words(field.get("label")), said, is_long)


def _said(field: dict[str, JSON], value: JSON) -> str:
    """Say a value: choices by their texts, a table row by row, a file by its name, type and size."""
    if isinstance(value, dict):
        rows, columns = _texts(field, "rows"), _texts(field, "columns")
        said = {words(rows.get(row, row)): _chosen(chosen, columns) for row, chosen in list(value.items())[:_MOST]}
        return ", ".join(f"{row}: {chosen}" for row, chosen in said.items() if chosen)
    return _chosen(value, _texts(field, "options"))


def _chosen(value: JSON, texts: dict[str, str]) -> str:
    said = []
    for one in value[:_MOST] if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            said.append(
                say({"filename": one.get("name"), "content_type": one.get("mimeType"), "size": one.get("size")})
            )
        else:
            said.append(texts.get(one, one) if isinstance(one, str) else words(one))
    return ", ".join(filter(None, map(words, said)))


def _texts(field: dict[str, JSON], name: str) -> dict[str, str]:
    """Return what the ids of options, rows or columns stand for."""
    listed = map(mapping, items(field.get(name))[:_MOST])
    return {words(option.get("id"), 100): words(option.get("text")) for option in listed}


KIND = Kind(
    name="tally",
    sender="Tally",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac",),
    signature={"header": "Tally-Signature", "encoding": "base64"},
    id_paths=(("eventId",),),
    setup=(
        "In Tally, open the published form's Integrations page and connect Webhooks with the address {url}. Add a "
        "signing secret there, which is the secret here."
    ),
)
