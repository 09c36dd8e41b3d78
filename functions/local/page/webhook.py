"""A webhook as the page shows it: what came, what its sender was told, and what each rule made of it."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hookline import gateway
from hookline.rules.expression import Expressions
from hookline.rules.model import Rules
from local.commands.explain import Line, lines
from local.commands.rehearse import GREETED, rehearse
from local.page.credentials import masked, shown

TAKEN_WITH = frozenset({"POST", "PUT", "PATCH"})  # other requests only ask who is there
MOST_BODY = 256 * 1024  # bytes that are shown of one; the functions take no more
NO_RULE = "no rule matched"
_OF_DELIVERY = ("delivery_id", "rule", "chat")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A webhook as the gateway has it, with the rules that ran then; ``at`` in ms."""

    n: int
    at: int
    event: Mapping[str, Any]
    answer: Mapping[str, Any]
    rules: Rules

    @property
    def size(self) -> int:
        """About so many bytes are kept of it."""
        return len(self.event.get("body") or "") + len(self.answer.get("body") or "")

    @property
    def status(self) -> int:
        return int(self.answer["statusCode"])

    @property
    def method(self) -> str:
        return str(self.event["requestContext"]["http"]["method"])

    @property
    def is_explainable(self) -> bool:
        """True where the rules were asked: of a webhook that was taken."""
        return self.status < HTTPStatus.BAD_REQUEST and self.method in TAKEN_WITH

    @property
    def request_id(self) -> str:
        return str(self.event["requestContext"]["requestId"])


class Describer:
    """Explains one webhook after the other; what it has read of their rules lasts until others run."""

    def __init__(self) -> None:
        self._prepared: tuple[Rules, Expressions] | None = None

    def explained(self, arrived: Arrived) -> dict[str, Any]:
        """Return what the rules made of it; nothing of what wasn't taken, or can't be explained. Never raises."""
        if not arrived.is_explainable:
            return {}
        try:
            return self._explained(arrived.rules, dict(arrived.event))
        except Exception:  # noqa: BLE001 - whatever it is, the webhook came and is shown
            return {}

    def _explained(self, rules: Rules, event: dict[str, Any]) -> dict[str, Any]:
        if self._prepared is None or self._prepared[0] is not rules:
            self._prepared = rules, Expressions(rules.templates)
        expressions = self._prepared[1]
        rehearsal = rehearse(rules, event, expressions)
        # A browser is answered with a page: who hears of it is worked out as it was then, ids and all.
        deliveries = [
            {"delivery_id": message.delivery_id, "rule": message.rule, "chat": message.chat_name}
            for message in rehearsal.messages
        ]
        return {
            "verdict": _verdict(rehearsal.reason),
            "reason": rehearsal.reason.removeprefix(GREETED),
            "event_id": str(rehearsal.scope["event"]["id"]),
            "title": str(rehearsal.scope["event"]["title"]),
            "deliveries": deliveries,
            "lines": [line_shown(line) for line in lines(rules, rehearsal, expressions)],
        }


def told(arrived: Arrived, secrets: Iterable[str]) -> dict[str, Any]:
    """Return what is known of a webhook without going through the rules again; its ``lines`` are still empty."""
    known, asked = list(secrets), gateway.asked(dict(arrived.event))
    headers, query = shown(asked, arrived.rules.sources.get(asked.source), known)
    return {
        "n": arrived.n,
        "at": arrived.at,
        "source": asked.source,
        "method": asked.method,
        "path": str(arrived.event.get("rawPath", "")),
        "status": arrived.status,
        **_answered(arrived),
        "title": "",
        "lines": [],
        "headers": headers,
        "query": query,
        "content_type": asked.headers.get("content-type", ""),
        **_body(arrived.event, known),
    }


def _answered(arrived: Arrived) -> dict[str, Any]:
    content = _content(arrived.answer)
    reason = str(content.get("reason") or content.get("detail") or "")
    if arrived.status >= HTTPStatus.BAD_REQUEST:
        verdict = "failed" if arrived.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
        reason = reason or HTTPStatus(arrived.status).phrase
    else:
        verdict = _verdict(reason) if arrived.method in TAKEN_WITH else "probe"
    deliveries = [{name: one[name] for name in _OF_DELIVERY} for one in content.get("deliveries", [])]
    return {"event_id": content.get("event_id", ""), "verdict": verdict, "reason": reason, "deliveries": deliveries}


def line_shown(line: Line) -> dict[str, Any]:
    """Return what one rule makes of it."""
    told = {"rule": line.rule, "verdict": line.verdict, "because": line.because}
    return {**told, "chats": list(line.chats), "text": line.text}


def _verdict(reason: str) -> str:
    """Return what became of a webhook that was taken, by the reason why nobody hears of it."""
    if not reason:
        return "queued"
    if reason.startswith(GREETED):
        return "greeted"
    return "no rule" if reason == NO_RULE else "dropped"


def _content(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an answer says as JSON; nothing of a page."""
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    if "json" not in str(headers.get("content-type", "")):
        return {}
    content = json.loads(answer.get("body") or "{}")
    return content if isinstance(content, dict) else {}


def _body(event: Mapping[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """Return the body as text, and whether that is all of it, byte for byte."""
    given = event.get("body") or ""
    content = base64.b64decode(given) if event.get("isBase64Encoded") else given.encode(errors="replace")
    text = masked(content[:MOST_BODY].decode(errors="replace"), secrets)
    return {"body": text, "is_whole": text.encode() == content}
