"""What the terminal of a run shows: where it is, what came, and which rules it goes by."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hookline.rules.model import Rules
from local import curl
from local.cloud.template import Handler
from local.commands.check import counted, size
from local.commands.pointed import pointed
from local.commands.printable import printable
from local.place import Place
from local.running import FILE, PAGE, Running, has_errors

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def banner(place: Place) -> str:
    """Return what it shows first."""
    where = "LIVE: messages really go out through Blooio." if place.live else f"The phone is at {place.url}/"
    if place.host in EVERYWHERE:
        where += "\nEverybody who reaches this machine can see it and press its buttons: HOST says who may."
    return f"""
Hookline is listening on {place.url}/hooks/{{source}} for {", ".join(place.rules.sources)}.
Rules: {place.rules_file}, which is read again whenever it is saved
{where}

Send something (each paste is a new event):

{_pasted(curl.lines(place.rules, place.secrets, place.url))}

See what arrived:  curl {place.url}/blooio/messages
Stop with Ctrl-C.
"""


def told(handler: Handler) -> Handler:
    """Print a line for each webhook, so that the terminal shows what came and what became of it."""

    def handle(event: dict[str, Any], context: Any) -> Any:
        answer = handler(event, context)
        _say(f"{answer['statusCode']}  {printable(event['rawPath'])}  {_outcome(answer)}")
        return answer

    return handle


def teller(running: Running, url: str) -> Callable[[], None]:
    """Return what says what has changed about the rules since it was called last."""
    known = running.version, running.origin, running.rules

    def tell() -> None:
        nonlocal known
        (*ran, before), known = known, (running.version, running.origin, running.rules)
        is_other = ran != [running.version, running.origin]
        _say(_runs(running) if is_other else _stands(running))
        for problem in running.problems if running.origin == FILE or not is_other else ():
            print(printable(pointed(problem)), flush=True)
        if lines := list(_new(running, before, url)):
            print(f"\nTry what is new:\n\n{_pasted(lines)}\n", flush=True)

    return tell


def _runs(running: Running) -> str:
    what, name = size(running.rules), running.file.name
    if running.origin == FILE:
        return f"{name} was read again: {what} run now."
    if running.origin == PAGE:
        return f"The page's rules run now: {what}; {name} stays as it is."
    return f"Version {running.version} was pushed: {what} run now, until {name} is saved."


def _stands(running: Running) -> str:
    name = running.file.name
    if has_errors(running.problems):
        return f"{name} can't run as it was saved ({counted(running.problems)}); the rules before it still do:"
    return f"{name} runs, with {counted(running.problems)}:" if running.problems else f"{name} is in order again."


def _new(running: Running, before: Rules, url: str) -> Iterator[str]:
    """Give a command for each source that the rules before didn't have, or not so."""
    for name, source in running.rules.sources.items():
        if before.sources.get(name) != source and (line := curl.line(f"{url}/hooks/{name}", source, running.secrets)):
            yield line


def _pasted(lines: Iterable[str]) -> str:
    return "\n\n".join(f"  {line}" for line in lines)


def _say(sentence: str) -> None:
    print(f"{time.strftime('%T')}  {sentence}", flush=True)


def _outcome(answer: Any) -> str:
    headers = answer.get("headers") or {}
    if "json" not in headers.get("Content-Type", ""):
        return f"goes on to {headers['Location']}" if "Location" in headers else "sees a page" if answer["body"] else ""
    content = json.loads(answer.get("body") or "{}")
    chats = [delivery["chat"] for delivery in content.get("deliveries", [])]
    return content.get("reason") or content.get("detail") or (f"to {', '.join(chats)}" if chats else "")
