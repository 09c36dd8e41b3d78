"""What `hookline check` says of a rules file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hookline.errors import Problem, RulesError
from hookline.rules import load


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of a file, and a line that sums up."""

    problems: list[Problem]
    summary: str

    @property
    def ok(self) -> bool:
        """True when the file can be used."""
        return not self.problems

    @property
    def lines(self) -> list[str]:
        """What to print."""
        return [*map(str, self.problems), self.summary]

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {"ok": self.ok, "problems": [asdict(problem) for problem in self.problems]}


def check(path: Path) -> Checked:
    """Load the file and count what is in it."""
    try:
        rules = load(path)
    except RulesError as error:
        return Checked(error.problems, f"{len(error.problems)} problems")
    counted = f"{len(rules.rules)} rules, {len(rules.sources)} sources, {len(rules.chats)} chats"
    return Checked([], f"{path}: {counted}; nothing is wrong.")
