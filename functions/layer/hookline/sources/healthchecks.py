"""Healthchecks.io's integration of the type Webhook, whose body is what somebody enters there.

Placeholders: https://healthchecks.io/docs/configuring_notifications/ and the integration's own page. $JSON has the
fields of https://healthchecks.io/docs/api/#get-check.
"""

import json
import re
from datetime import datetime

from hookline import clock
from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Kind, first, mapping, words
from hookline.sources.tell import tell

_BODY = '{"name": $NAME_JSON, "status": "$STATUS", "now": "$NOW", "exit_status": "$EXITSTATUS", "check": $JSON}'
_STATES = {"down": ("is down", "firing"), "up": ("is up", "resolved")}
_SELF = 60  # seconds; a check that was heard of so lately has said itself that it failed
_API = re.compile(r"(https?://[^/\s]+)/api/v[0-9]/checks/([0-9a-f-]{36})")
_LONG_NAME = 100


def describe(payload: JSON, now: datetime) -> Event:
    """Say which check is down, and since when nothing was heard of it; or that it is up."""
    payload = mapping(payload)
    check = mapping(payload.get("check"))
    state = _STATES.get(words(payload.get("status")).lower() or words(check.get("status")).lower())
    if state is None:
        return generic.describe(payload, now)
    became, status = state
    name = first(words(of.get("name"), _LONG_NAME) for of in (payload, check)) or "A check"
    why = _why(payload, check, now) if status == "firing" else ""
    return tell(
        name,
        why,
        words(check.get("desc")) if why else "",
        head=f"{name} {became}",
        url=_page(check),
        status=status,
        severity="critical",
        body=why,
        thread=_which(payload),
        fields=payload,
    )


def content_key(payload: JSON) -> str:
    """Return which check is how, and when; a body that says none of it is what it is."""
    named = mapping(payload)
    which, state = _which(named), words(named.get("status") or mapping(named.get("check")).get("status"))
    return json.dumps([which, state, named.get("now")] if which and state else payload, sort_keys=True)


def _why(payload: dict[str, JSON], check: dict[str, JSON], now: datetime) -> str:
    code = words(payload.get("exit_status"))
    if code.isdecimal() and int(code) > 0:
        return f"exit status {code}"
    last = clock.read(check.get("last_ping"))
    age = (now - last).total_seconds() if last else 0
    if not last:
        return ""
    return "it says itself that it failed" if age < _SELF else f"last heard of {clock.say(age)} ago"


def _which(payload: dict[str, JSON]) -> str:
    check = mapping(payload.get("check"))
    known = (payload.get("code"), check.get("uuid"), check.get("unique_key"), payload.get("name"), check.get("name"))
    return first(words(value) for value in known)


def _page(check: dict[str, JSON]) -> str:
    """Return the check's page for people, which the API's address leads to."""
    found = _API.match(words(check.get("update_url")))
    return f"{found[1]}/checks/{found[2]}/details/" if found else ""


KIND = Kind(
    name="healthchecks",
    sender="Healthchecks.io",
    reads=frozenset({"json", "form"}),
    describe=describe,
    content_key=content_key,
    proofs=("bearer", "basic", "token"),
    setup=(
        "Under Integrations, add a Webhook; enter for down and for up alike: the method POST, the URL {url}, the "
        f"request header `Authorization: Bearer …` with the token, and the request body {_BODY}"
    ),
)
