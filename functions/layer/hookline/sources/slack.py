"""Slack's Events API.

https://docs.slack.dev/apis/events-api/ says what is sent and how often (a retry has the event_id of the first try),
https://docs.slack.dev/authentication/verifying-requests-from-slack/ how it is signed, and
https://docs.slack.dev/messaging/formatting-message-text/ how people, channels and links are written in a text.
"""

import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hookline.fit import cut
from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Greeting, Kind, at, first, items, mapping, words
from hookline.sources.tell import tell

_Object = dict[str, JSON]
_MOST_FILES = 5
_CHANGES = {"message_changed": " (changed)", "message_deleted": " (deleted)"}
_LONG = 400  # characters of a message that a default text shows
_LONGEST = 8000  # characters that are looked at; Slack itself cuts at 40,000
_MARKED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def describe(payload: JSON, now: datetime) -> Event:
    """Say what was written, or what else happened."""
    payload = mapping(payload)
    event = mapping(payload.get("event"))
    kind = words(event.get("type"), 60)
    if payload.get("type") == "app_rate_limited":
        return tell("Slack holds events back", "There were too many in one hour.", severity="warning", status="firing")
    if not kind:  # not what Slack sends; the token would be its old proof
        return generic.describe({name: value for name, value in payload.items() if name != "token"}, now)
    return _SAY.get(kind, _any)(payload, event)


def greet(payload: JSON) -> Greeting | None:
    """Answer the question whether the address is ours, which comes when it is entered."""
    challenge = at(payload, "challenge")
    if at(payload, "type") == "url_verification" and isinstance(challenge, str):
        return Greeting("url_verification", {"challenge": challenge})
    return None


def readable(text: JSON) -> str:
    """Return a text without Slack's marks: `<@U1|ann>` is @ann, `<https://x|this>` is this (https://x)."""
    return html.unescape(_MARKED.sub(_unmarked, text[:_LONGEST])).strip() if isinstance(text, str) else ""


def _unmarked(mark: re.Match[str]) -> str:
    sign, target, label = mark[1], mark[2], mark[3] or ""
    if sign == "!":
        return label or f"@{target.partition('^')[0]}"
    if sign:
        return sign + (label.removeprefix(sign) or target)
    return f"{label} ({target})" if label and label != target else target.removeprefix("mailto:")


def _message(payload: _Object, event: _Object) -> Event:
    told = {**event, **mapping(event.get("message"))}  # of a change, what is written now is one level deeper
    is_mention, subtype = event.get("type") == "app_mention", words(event.get("subtype"), 60)
    files = ", ".join(filter(None, (words(at(file, "name"), 80) for file in items(told.get("files"))[:_MOST_FILES])))
    text = readable(told.get("text")) or files or words(subtype or event.get("type")).replace("_", " ")
    return tell(
        words(text, 80) or "Message",
        f"from {_who(told)}{_where(event)}" + _CHANGES.get(subtype, ""),
        head=cut(text, _LONG),
        icon="📣" if is_mention else "💬",
        body=text,
        **_about(payload, event, first(words(told.get(name), 40) for name in ("thread_ts", "ts"))),
    )


def _any(payload: _Object, event: _Object) -> Event:
    """Tell of any other event by its name, and whom and what it is about: `reaction added: :eyes:`."""
    named = (
        event.get("reaction"),
        at(event, "channel", "name"),
        at(event, "user", "real_name"),
        at(event, "user", "name"),
    )
    what, name = words(event["type"], 60).replace("_", " "), first(words(value, 80) for value in named)
    on = words(at(event, "item", "ts"), 40)
    return tell(f"{what}: {name}" if name else what, f"by {_who(event)}{_where(event)}", **_about(payload, event, on))


def _about(payload: _Object, event: _Object, thread: str) -> dict[str, Any]:
    """Return the link, the thread and the names that are the same for all events."""
    team, channel = words(payload.get("team_id"), 40), _channel(event)
    said = {"event": words(event.get("type"), 60), "team": team, "channel": channel, "user": _id(event.get("user"))}
    # https://docs.slack.dev/interactivity/deep-linking/
    return {
        "url": f"https://slack.com/app_redirect?team={team}&channel={channel}" if team and channel else "",
        "thread": f"{channel} {thread}" if thread else "",
        "fields": {name: value for name, value in said.items() if value},
    }


def _who(event: _Object) -> str:
    """Return a name if there is one; people are known by their id alone."""
    names = (event.get("username"), at(event, "bot_profile", "name"), at(event, "user", "name"), event.get("user"))
    return first(words(name, 60) for name in names) or words(event.get("bot_id"), 60) or "somebody"


def _where(event: _Object) -> str:
    channel = _channel(event)
    return ", directly" if event.get("channel_type") == "im" else f" in {channel}" if channel else ""


def _channel(event: _Object) -> str:
    return _id(event.get("channel")) or words(event.get("channel_id"), 40) or words(at(event, "item", "channel"), 40)


def _id(of: JSON) -> str:
    """Return the id of what is given by its id or whole."""
    return words(at(of, "id") if isinstance(of, dict) else of, 40)


_SAY: dict[str, Callable[[_Object, _Object], Event]] = {"message": _message, "app_mention": _message}

KIND = Kind(
    name="slack",
    sender="Slack",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac",),
    signature={
        "header": "X-Slack-Signature",
        "prefix": "v0=",
        "signed": "v0:{timestamp}:{body}",
        "timestamp": "X-Slack-Request-Timestamp",
    },
    id_paths=(("event_id",),),
    greet=greet,
    setup=(
        "At api.slack.com/apps, under Event Subscriptions, enter {url} as the request URL and subscribe to bot events "
        "such as app_mention; the secret is the signing secret under Basic Information."
    ),
)
