"""What `hookline check` says of a rules file."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hookline.errors import Problem, RulesError
from hookline.rules.alone import alone
from hookline.rules.check import in_file_order
from hookline.rules.examine import examine
from hookline.rules.load import contents
from hookline.rules.model import Rules
from local.commands.pointed import pointed
from local.commands.trials import trials

_IN_JSON = ("file", "line", "column", "severity", "sentence", "excerpt")


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of a file, and a line that sums up."""

    problems: list[Problem]
    summary: str

    @property
    def ok(self) -> bool:
        """True when the file can be used."""
        return all(problem.severity == "warning" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Return all of it for machines."""
        problems = [{name: getattr(problem, name) for name in _IN_JSON} for problem in self.problems]
        return {"ok": self.ok, "problems": problems}

    def as_text(self) -> str:
        """Return the problems with their lines, or an empty text."""
        return "\n".join(map(pointed, self.problems))


def check(path: Path) -> Checked:
    """Say everything that is wrong with the file, and what works but is probably not meant."""
    try:
        return check_text(contents(path), str(path))
    except RulesError as error:
        return Checked(error.problems, counted(error.problems))


def check_text(content: bytes, name: str) -> Checked:
    """Say the same of a content; ``name`` is what its problems are reported under."""
    rules, problems, tree = examine(content, name)
    if rules is not None:
        problems = in_file_order([*problems, *alone(rules, tree), *trials(rules, tree)])
    said = counted(problems)
    if rules is None or any(problem.severity == "error" for problem in problems):
        return Checked(problems, said)
    return Checked(problems, f"{name}: {size(rules)}; {said or 'nothing is wrong'}.")


def counted(problems: Collection[Problem]) -> str:
    """Return how many errors and warnings there are, as in ``3 problems, 1 warning``."""
    warnings = sum(problem.severity == "warning" for problem in problems)
    counts = (("problem", len(problems) - warnings), ("warning", warnings))
    return ", ".join(_many(count, what) for what, count in counts if count)


def size(rules: Rules) -> str:
    """Return what is in them, as in ``4 rules, 3 sources, 2 chats``."""
    counts = (("rule", rules.rules), ("source", rules.sources), ("chat", rules.chats))
    return ", ".join(_many(len(of), what) for what, of in counts)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
