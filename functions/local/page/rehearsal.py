"""What would become of a webhook by rules that are being written; nothing is sent."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from hookline.errors import Problem, Refused
from hookline.rules.alone import alone
from hookline.rules.check import in_file_order
from hookline.rules.examine import examine
from hookline.rules.expression import Expressions
from hookline.rules.model import Rules
from local.commands.explain import lines
from local.commands.rehearse import rehearse
from local.commands.render import machine
from local.page.state import problems_shown
from local.page.typed import Typed
from local.page.webhook import line_shown

MOST_BODY = 262_144  # bytes, as the functions take it


class Tried(Typed):
    """A webhook that nobody has sent, and the rules to try it with."""

    rules: str


class Stage:
    """Rehearses one webhook after the other; what it has read of the rules lasts until others come."""

    def __init__(self, file: str, now_ms: Callable[[], int]) -> None:
        """``file`` is what problems are reported under."""
        self._file = file
        self._now_ms = now_ms
        self._text: str | None = None
        self._rules: Rules | None = None
        self._problems: list[Problem] = []
        self._expressions = Expressions({})

    def rehearse(self, tried: Tried) -> dict[str, Any]:
        """Return the messages, and why each rule makes them or doesn't."""
        self._read(tried.rules)
        told: dict[str, Any] = {"problems": problems_shown(self._problems), "reason": ""}
        told |= {"lines": [], "warnings": [], "messages": []}
        if self._rules is None:
            return told
        if (size := len(tried.body.encode())) > MOST_BODY:
            return {**told, "reason": f"The body has {size} bytes; the limit is {MOST_BODY}."}
        try:
            return {**told, **self._played(self._rules, tried)}
        except Refused as error:
            return {**told, "reason": str(error)}

    def _read(self, text: str) -> None:
        if text == self._text:
            return
        self._rules, problems, tree = examine(text.encode(), self._file)
        if self._rules is not None:
            problems = in_file_order([*problems, *alone(self._rules, tree)])
            self._expressions = Expressions(self._rules.templates)
        self._problems, self._text = problems, text

    def _played(self, rules: Rules, tried: Tried) -> Mapping[str, Any]:
        rehearsal = rehearse(rules, self._event(tried), self._expressions)
        explained = lines(rules, rehearsal, self._expressions)
        return {
            "reason": rehearsal.reason,
            "lines": [{**line_shown(line), "reads": line.reads} for line in explained],
            "warnings": list(rehearsal.warnings),
            "messages": [machine(message) for message in rehearsal.messages],
        }

    def _event(self, tried: Tried) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in tried.headers.items()}
        context = {"http": {"method": "POST"}, "requestId": str(uuid.uuid4()), "timeEpoch": self._now_ms()}
        return {
            "requestContext": context,
            "pathParameters": {"source": tried.source},
            "headers": {**headers, "content-type": tried.content_type},
            "body": tried.body,
        }
