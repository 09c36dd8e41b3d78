"""The page's buttons: an alert, its end, a storm of alerts, somebody who fills in the form. All is really posted."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from random import Random
from typing import Any, Literal
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel

from local.page.door import Turned
from local.page.incidents import ALERTMANAGER, Incident, incidents, tells_of_trouble
from local.page.send import Sender, Webhook
from local.running import Running

STORM = 50
RESOLVING = range(2, 26, 3)  # those of a storm that resolve while it goes on
RESOLVE_AFTER = 20  # further alerts
FORM = "form"
FORM_TYPE = "application/x-www-form-urlencoded"
_LIVE = "LIVE=1: a text would reach real people, so nothing is made up here."
_VISITORS = (
    ("Mara Lindqvist", "mara@example.org", "Is the flat on Mill Lane still free? I could come on Thursday after five."),
    ("Tom Okafor", "tom@example.com", "Your booking page shows an error since this morning. May I order by phone?"),
    ("Ines Carvalho", "ines@example.net", "Do you deliver to the islands? We would take twelve before the month ends."),
)

What = Literal["alert", "resolve", "storm", "form"]


class Pressed(BaseModel):
    """A button."""

    what: What


@dataclass(frozen=True, slots=True)
class _Post:
    webhook: Webhook
    is_end: bool = False  # it says that something is over


class Buttons:
    """Says what each button does now, and does it; ``changed`` is called when one of them does something else."""

    def __init__(
        self, sender: Sender, running: Running, changed: Callable[[], None], random: Random, *, live: bool
    ) -> None:
        self._sender = sender
        self._running = running
        self._changed = changed
        self._random = random
        self._live = live
        self._last: Incident | None = None
        self._turn = asyncio.Lock()

    def shown(self) -> list[dict[str, Any]]:
        """Return the buttons as the page shows them."""
        return [
            _button("alert", "Alert", *self._alerting("One alert")),
            _button("resolve", f"Resolve {self._last.name}" if self._last else "Resolve", *self._resolvable()),
            _button("storm", f"Alert storm ({STORM})", *self._alerting(f"{STORM} alerts at once, a few resolve,")),
            _button("form", "Contact form", *self._form()),
        ]

    async def press(self, what: What) -> dict[str, int]:
        """Return how many webhooks were taken, how many of them end something, and how many weren't. Raises Turned."""
        async with self._turn:
            [button] = [button for button in self.shown() if button["name"] == what]
            if button["source"] is None:
                raise Turned(HTTPStatus.CONFLICT, button["hint"])
            posts = list(self._posts(what, button["source"]))
            answers = await asyncio.gather(*(self._answer(post.webhook) for post in posts))
        self._changed()
        turned = [answer for answer in answers if isinstance(answer, Turned)]
        if len(turned) == len(posts):
            raise turned[0]
        taken = [post for post, answer in zip(posts, answers, strict=True) if _is_taken(answer)]
        over = sum(post.is_end for post in taken)
        return {"sent": len(taken), "over": over, "refused": len(posts) - len(taken)}

    async def _answer(self, webhook: Webhook) -> httpx.Response | Turned:
        """Return what came of it: what one of a storm can't do stands in nobody else's way."""
        try:
            return await self._sender.send(webhook)
        except Turned as error:
            return error

    def _posts(self, what: What, source: str) -> Iterator[_Post]:
        now = datetime.now(UTC)
        if what == "form":
            yield _Post(_form(source, self._random))
        elif what == "resolve" and self._last and self._last.ends:
            yield _Post(self._last.ends(now), is_end=True)
            self._last = None
        else:
            begun = incidents(STORM if what == "storm" else 1, source, self._running.rules, self._random, now)
            for n, incident in enumerate(begun):
                yield _Post(incident.begins)
                if n - RESOLVE_AFTER in RESOLVING and (ends := begun[n - RESOLVE_AFTER].ends):
                    yield _Post(ends(now), is_end=True)
            self._last = begun[-1]

    def _alerting(self, what: str) -> tuple[str | None, str]:
        """Return where it goes and what it does, or None and why it can't be done."""
        sources = {name: source for name, source in self._running.rules.sources.items() if self._sender.can_send(name)}
        found = [name for name, source in sources.items() if source.kind == ALERTMANAGER]
        found += [name for name, source in sources.items() if tells_of_trouble(source)]
        if self._live:
            return None, _LIVE
        if not found:
            return None, "No source of these rules tells of alerts and takes them from here."
        return found[0], f"{what} to /hooks/{found[0]}."

    def _resolvable(self) -> tuple[str | None, str]:
        last = self._last
        if self._live:
            return None, _LIVE
        if last is None or last.source not in self._running.rules.sources:
            return None, "Nothing is firing: send an alert first."
        if last.ends is None:
            return None, f"There is no sample of how {last.name} ends."
        return last.source, f"Says to /hooks/{last.source} that it is over."

    def _form(self) -> tuple[str | None, str]:
        sources = self._running.rules.sources
        found = [name for name in sources if sources[name].kind == FORM and self._sender.can_send(name)]
        if self._live:
            return None, _LIVE
        if not found:
            return None, "No source of these rules is a form that takes anything from here."
        return found[0], f"Somebody fills in the form of /hooks/{found[0]}."


def _button(name: What, label: str, source: str | None, hint: str) -> dict[str, Any]:
    return {"name": name, "label": label, "source": source, "hint": hint}


def _is_taken(answer: httpx.Response | Turned) -> bool:
    return isinstance(answer, httpx.Response) and answer.status_code < HTTPStatus.BAD_REQUEST


def _form(source: str, random: Random) -> Webhook:
    name, email, message = random.choice(_VISITORS)
    fields = {"name": name, "email": email, "message": message}
    return Webhook(source=source, content_type=FORM_TYPE, body=urlencode(fields))
