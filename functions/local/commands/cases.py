"""Golden files: a rules file, a dashed line, an event, a dashed line, what becomes of it. See docs/testing-rules.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from hookline.clock import SECOND_MS, read
from hookline.errors import Refused
from hookline.rules.examine import examine
from hookline.rules.model import Rules
from local.commands.outcome import told
from local.commands.rehearse import rehearse

SUFFIX = ".case"
NAME_OF_RULES = "rules.yaml"  # what errors call the part above the first dashed line
NOON = 1_793_620_800_000  # 2 November 2026, 12:00 UTC, in ms: the clock of an event that doesn't say another
_DASHED = re.compile(r"-{10,}\s*(event|expect)\b\s*(.*?)\s*-*")
_OTHER_DASHED = re.compile(r"-{10,}(\s.*)?")  # a boundary within a body has no blank behind its dashes
_EVENT = re.compile(r"(?P<source>[^\s?]+)(?:\?(?P<query>\S*))?(?:\s+at\s+(?P<at>\S+))?")
_HEADERS = re.compile(r"(?:[A-Za-z0-9-]+:[^\n]*\n)+(?=\n)")


@dataclass(frozen=True, slots=True)
class Part:
    """A dashed line with what stands under it."""

    line: int
    dashed: str
    what: str  # event | expect
    about: str
    content: str


@dataclass(frozen=True, slots=True)
class Case:
    """A file as it is written."""

    path: Path
    rules: str
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The file's name as the sentence that it is."""
        return self.path.stem.replace("-", " ")

    @property
    def expected(self) -> str:
        """What is expected, one event after the other."""
        return "\n\n".join(part.content.strip("\n") for part in self.parts if part.what == "expect")


def load(path: Path) -> Case:
    """Return the case in the file. Raises ValueError or OSError."""
    rules: list[str] = []
    found: list[tuple[int, str, re.Match[str]]] = []
    contents: list[list[str]] = [rules]
    for n, line in enumerate(_lines(path), 1):
        if dashed := _DASHED.fullmatch(line.rstrip("\n")):
            found.append((n, line.rstrip("\n"), dashed))
            contents.append([])
        elif _OTHER_DASHED.fullmatch(line.rstrip("\n")):
            raise ValueError(
                f"{path}:{n}: a dashed line says `event SOURCE` or `expect`, as in `---------- event json`."
            )
        else:
            contents[-1].append(line)
    parts = [
        Part(n, line, dashed[1], dashed[2], "".join(content))
        for (n, line, dashed), content in zip(found, contents[1:], strict=True)
    ]
    return Case(path, "".join(rules), tuple(_whole(path, parts)))


def _lines(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as opened:
            return list(opened)
    except UnicodeDecodeError:
        raise ValueError(f"{path} has to be UTF-8, and isn't.") from None


def _whole(path: Path, parts: list[Part]) -> Iterator[Part]:
    """Give the parts, with an empty `expect` where somebody hasn't written one yet."""
    if not parts:
        raise ValueError(f"{path} has no line `---------- event SOURCE`, under which the event stands.")
    is_without_events = all(part.what == "expect" for part in parts)
    for before, part, following in zip([None, *parts], parts, [*parts[1:], None], strict=False):
        if part.what == "expect" and (before.what != "event" if before else not is_without_events):
            raise ValueError(f"{path}:{part.line}: an `expect` stands under an `event` of its own, and here is none.")
        yield part
        if part.what == "event" and (following is None or following.what == "event"):
            yield Part(part.line, "\n---------- expect", "expect", "", "")


def outcomes(case: Case) -> list[str]:
    """Return what becomes of each event, or what is wrong with the rules; without an event what `check` says of them.

    Raises ValueError for a wrong case.
    """
    events = [_event(case, part) for part in case.parts if part.what == "event"]
    examined = examine(case.rules.encode(), NAME_OF_RULES)
    if examined.rules is None or not events:
        return ["\n".join(map(str, examined.problems)) or "nothing is wrong"] * max(1, len(events))
    return [_outcome(examined.rules, event) for event in events]


def _outcome(rules: Rules, event: dict[str, Any]) -> str:
    try:
        return told(rehearse(rules, event))
    except Refused as error:
        return f"refused with {error.status.value}: {error}"


def updated(case: Case, said: list[str]) -> str:
    """Return the file with these outcomes, and all else as it was."""
    text, following = case.rules, iter(said)
    for part in case.parts:
        content = part.content
        if part.what == "expect":
            is_last = part is case.parts[-1]
            content = next(following).rstrip("\n") + ("\n" if is_last else "\n\n")
        text += f"{_to_line_end(text)}{part.dashed}\n{content}"
    return text


def _to_line_end(text: str) -> str:
    return "" if text.endswith("\n") or not text else "\n"


def _event(case: Case, part: Part) -> dict[str, Any]:
    place = f"{case.path}:{part.line}"
    said = _EVENT.fullmatch(part.about)
    at = read(said["at"]) if said and said["at"] else None
    if said is None or (said["at"] and at is None):
        raise ValueError(
            f"{place}: an event is said as in `---------- event json`, or with more: "
            "`---------- event json?env=prod at 2026-11-02T03:14:00Z`."
        )
    headers, body = _request(part.content)
    return {
        "requestContext": {
            "http": {"method": "POST"},
            "requestId": "case",
            "timeEpoch": int(at.timestamp() * SECOND_MS) if at else NOON,
        },
        "pathParameters": {"source": said["source"]},
        "queryStringParameters": dict(parse_qsl(said["query"] or "", keep_blank_values=True)),
        "headers": headers,
        "body": body,
    }


def _request(content: str) -> tuple[dict[str, str], str]:
    """Return headers, where there are some with an empty line after them, and body."""
    content = content.strip("\n") + "\n"
    head = _HEADERS.match(content)
    headers = {name.lower(): value for name, value in Parser().parsestr(head[0]).items()} if head else {}
    body = (content[head.end() :] if head else content).strip("\n")
    if headers.get("content-type", "").startswith("multipart/"):  # its lines end otherwise than those of a file
        body = body.replace("\n", "\r\n") + "\r\n"
    return {"content-type": "application/json", **headers}, body
