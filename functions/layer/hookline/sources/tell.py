"""Puts what a sender says into a few lines that read as if somebody had written them."""

from hookline.fit import cut
from hookline.models import JSON, Event
from hookline.sources.kind import MAX_TEXT, lines, words

_ICONS = {"critical": "🔥", "warning": "⚠️", "info": "🔔"}
_LONG_TITLE = 150
_SHORTEST = 40  # characters; of a part that has no more room, nothing is better than a scrap


def tell(  # noqa: PLR0913 - an event has as many
    title: str,
    *more: str,
    head: str = "",
    url: str = "",
    status: str = "info",
    severity: str = "info",
    icon: str = "",
    body: str = "",
    thread: str = "",
    fields: dict[str, JSON] | None = None,
    items: list[JSON] | None = None,
    where: str = "",
) -> Event:
    """Return the event whose text is the head (the title, if not said), the parts that fit, and the link last."""
    title = words(title, _LONG_TITLE)
    icon = icon or ("✅" if status == "resolved" else _ICONS[severity])
    head = f"{icon} {head or title}"
    return Event(
        title=title,
        text=lines(head, *_cut(more, MAX_TEXT - len(head) - len(url) - 2), url),
        status=status,
        severity=severity,
        icon=icon,
        body=body,
        url=url,
        fields=fields or {},
        thread=thread,
        items=items or [],
        where=where,
    )


def _cut(parts: tuple[str, ...], room: int) -> list[str]:
    kept = []
    for part in filter(None, parts):
        if len(part) < room or room > _SHORTEST:
            kept.append(cut(part, room - 1))
            room -= len(kept[-1]) + 1
    return kept
