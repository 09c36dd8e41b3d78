"""Another body for a message that the provider refuses as it is. Each is tried once, under a key of its own."""

import re
from collections.abc import Callable

from blooio import Outcome, SendRequest
from hookline.fit import cut

NO_REPLY, NO_LINKS, ASKING = "no_reply", "no_links", "asking"
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def variant(body: str, used: str, outcome: Outcome) -> tuple[str, str] | None:
    """Return the name and body to try next, or None if the refusal can't be answered so.

    ``used`` is the name of the variant that was refused; names grow with each change: ``no_reply+no_links``.
    """
    code = outcome.code or ""
    if code.startswith("reply_target_"):
        return _changed(NO_REPLY, body, used, _without_reply)
    if code == "conversation_content_restricted":
        return _changed(NO_LINKS, body, used, _without_links)
    return None


def asking(body: str, used: str, note: str, limit: int) -> tuple[str, str]:
    """Return the name and body that say at their end what the reader has to do; as they are, if they say it already."""
    names = [*filter(None, used.split("+"))]
    if ASKING in names:
        return used, body
    request = SendRequest.model_validate_json(body)
    text = cut(request.content.text, limit - len(note) - 1) + "\n" + note
    return "+".join([*names, ASKING]), _with_content(request, text=text).to_json()


def _changed(name: str, body: str, used: str, change: Callable[[SendRequest], SendRequest]) -> tuple[str, str] | None:
    changed = change(SendRequest.model_validate_json(body)).to_json()
    if name in used.split("+") or changed == body:
        return None
    return "+".join(filter(None, [used, name])), changed


def _without_reply(request: SendRequest) -> SendRequest:
    return _with_content(request, reply_to=None)


def _without_links(request: SendRequest) -> SendRequest:
    text = _LINK.sub("(link left out)", request.content.text)
    return _with_content(request, text=text, link_preview=None)


def _with_content(request: SendRequest, **changes: object) -> SendRequest:
    return request.model_copy(update={"content": request.content.model_copy(update=changes)})
