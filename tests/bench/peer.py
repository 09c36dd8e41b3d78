"""The same rules as one would write them on Jinja2 (sandboxed) and jmespath, all compiled once."""

import re
from dataclasses import dataclass
from typing import Any

import jmespath
import yaml
from jinja2 import ChainableUndefined
from jinja2.sandbox import SandboxedEnvironment
from jmespath import functions
from tests.bench.made import Made

from hookline.rules.filters import FILTERS

_SAME = ("datetime", "truncate")  # filters of ours that Jinja2 is given, so that engines are compared and not filters


class _Functions(functions.Functions):  # type: ignore[misc]
    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_matches(self, text: str, pattern: str) -> bool:
        return re.search(pattern, text) is not None


_OPTIONS = jmespath.Options(custom_functions=_Functions())


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule."""

    name: str
    sources: tuple[str, ...]
    when: Any
    text: Any


class Peer:
    """Routes and renders."""

    def __init__(self, rules: list[Made]) -> None:
        environment = SandboxedEnvironment(undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters |= {name: FILTERS[name] for name in _SAME}
        jmespath.parser.Parser.purge()
        self._rules = [
            Compiled(rule.name, rule.sources, jmespath.compile(rule.search), environment.from_string(rule.text))
            for rule in rules
        ]

    def told(self, source: str, scope: dict[str, Any]) -> tuple[str, str] | None:
        """Return the first rule that takes the event, and its text."""
        for rule in self._rules:
            if (not rule.sources or source in rule.sources) and rule.when.search(scope, _OPTIONS):
                return rule.name, rule.text.render(scope)
        return None


def loaded(content: bytes, rules: list[Made]) -> Peer:
    """Read the file and compile what is in it; jmespath's spelling of the conditions stands beside the file."""
    yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe; libyaml's is faster
    return Peer(rules)
