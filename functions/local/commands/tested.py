"""Runs tests of rules: the `tests:` block of a rules file, and cases."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hookline.errors import Refused, RulesError
from hookline.rules.expression import Expressions
from hookline.rules.load import load
from hookline.rules.model import Test
from local.commands import cases
from local.commands.diff import Line, difference
from local.commands.errors import Wrong
from local.commands.events import read_webhook
from local.commands.expected import compared
from local.commands.paste import pasted
from local.commands.rehearse import rehearse


@dataclass(slots=True)
class Result:
    """What became of a test. One that could not be run has an ``error`` instead of a ``difference``."""

    file: str
    name: str
    difference: list[Line] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    is_updated: bool = False
    paste: str = ""  # what the test would have to say

    @property
    def is_passed(self) -> bool:
        return not (self.difference or self.error)


def files(paths: list[Path]) -> list[Path]:
    """Return the files, and those with tests in them in the folders. Raises Wrong where there is nothing to run."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            here = [file for file in sorted(path.rglob("*")) if _has_tests(file)]
            if not here:
                raise Wrong(f"{path} holds no .case file and no rules file with `tests:`.")
            found += here
        elif path.is_file():
            found.append(path)
        else:
            raise Wrong(f"There is no {path}.")
    return found


def _has_tests(file: Path) -> bool:
    if file.suffix == cases.SUFFIX:
        return True
    return file.suffix in {".yaml", ".yml"} and b"\ntests:" in file.read_bytes()


def run(file: Path, *, update: bool = False) -> Iterator[Result]:
    """Run each test of the file; with ``update`` write what became of a case's events into it."""
    if file.suffix == cases.SUFFIX:
        yield _case(file, update=update)
        return
    loaded = Result(str(file), "the rules file is right")
    with _timed(loaded):
        try:
            rules = load(file)
        except RulesError as error:
            loaded.error = str(error)
    if loaded.error:
        yield loaded
        return
    expressions = Expressions(rules.templates)
    for test in rules.tests:
        result = Result(str(file), test.name)
        with _timed(result):
            rehearsal = rehearse(rules, _event(test, file), expressions)
            result.difference = compared(test.expect, rehearsal)
            result.paste = pasted(test, rehearsal.messages) if result.difference else ""
        yield result


def _case(file: Path, *, update: bool) -> Result:
    result = Result(str(file), file.stem.replace("-", " "))
    with _timed(result):
        case = cases.load(file)
        said = cases.outcomes(case)
        came = "\n\n".join(said)
        if case.expected != came:
            if update:
                file.write_text(cases.updated(case, said), encoding="utf-8")
                result.is_updated = True
            else:
                result.difference = difference(case.expected, came)
    return result


def _event(test: Test, file: Path) -> dict[str, Any]:
    places = [file.parent / test.event, Path(test.event)]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise Wrong(f"There is no {places[0]}" + (f", and no {places[1]}." if places[0] != places[1] else "."))
    event = read_webhook(path, test.source)
    if test.source is not None:  # a bare body has no clock of its own, and a test must say the same tomorrow
        event["requestContext"] |= {"requestId": "test", "timeEpoch": cases.NOON}
    return event


@contextmanager
def _timed(result: Result) -> Iterator[None]:
    """Note how long it took, and what kept it from being run."""
    begun = time.perf_counter()
    try:
        yield
    except (Refused, Wrong, ValueError, OSError) as error:
        result.error = str(error)
    finally:
        result.seconds = time.perf_counter() - begun
