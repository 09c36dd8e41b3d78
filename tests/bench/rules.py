"""Two hundred rules: what loading them, an event and the commands take, beside Jinja2 with jmespath.

Ratios are of the processor's time and compare rounds with each other; below 1 Hookline takes less. Nothing is asserted.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from minijinja import Environment
from tests.bench.made import COUNT, PLACES, TEXT, Made, made, written
from tests.bench.measure import Took, in_turns, machine, processes, ratio
from tests.bench.peer import Peer, loaded

from hookline import gateway
from hookline.models import Inbound
from hookline.parse import read
from hookline.render import render
from hookline.route import route
from hookline.rules.expression import Expressions
from hookline.rules.filters import FILTERS
from hookline.rules.load import load_text
from hookline.rules.template.data import frozen
from hookline.see import Seen, see
from hookline.sources import KINDS
from local.project import EVENTS, ROOT

PACKAGES = ("minijinja", "jinja2", "jmespath", "pydantic", "pyyaml", "typer")
SAMPLES = ("alertmanager_critical", "alertmanager_group")
MICRO, MILLI = 1e-6, 1e-3
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")
_MOST_IMPORTS = 10


class Case:
    """Rules and an event, ready for both."""

    def __init__(self, sample: str, rules: list[Made]) -> None:
        event = json.loads((EVENTS / f"{sample}.json").read_text(encoding="utf-8"))
        self.inbound: Inbound = gateway.read(event, sys.maxsize)
        self.kind = KINDS["alertmanager"]
        self.payload = read(self.inbound, self.kind.reads)
        self.rules = load_text(written(rules), "rules.yaml")
        self.expressions = Expressions(self.rules.templates)
        self.seen: Seen = see(self.inbound, self.kind, self.payload)
        self.scope = self.seen.scope()
        self.plain: dict[str, Any] = json.loads(json.dumps(self.scope))
        self.peer = Peer(rules)
        others, own = self.theirs(), self.ours()
        if own != (others and (others[0], others[1].strip())):
            raise SystemExit(f"They differ, so there is nothing to compare:\n{own}\n{others}")

    def ours(self) -> tuple[str, str] | None:
        """Make the names that rules may use, which can't be changed then, and route and render."""
        scope = {name: frozen(value) for name, value in self.plain.items()}
        routed = route(self.inbound.source, scope, self.rules, self.expressions)
        for match in routed.matches:
            return match.rule.name, render(match.rule, self.seen.event, lambda: scope, self.expressions).text
        return None

    def theirs(self) -> tuple[str, str] | None:
        """Do the same on Jinja2 and jmespath, without bounds."""
        return self.peer.told(self.inbound.source, self.plain)


def events(rounds: int) -> None:
    """An event through the rules, to its text."""
    head("Route and render, µs per event", f"{'Hookline / Jinja2 + jmespath':>32}")
    for sample in SAMPLES:
        for name, place in PLACES.items():
            case = Case(sample, made(place))
            took = in_turns({"Hookline": case.ours, "Jinja2 + jmespath": case.theirs}, rounds)
            ours, theirs = took.values()
            what = f"{sample.removeprefix('alertmanager_')}, {'no rule' if place is None else name} takes it"
            row(f"{what}: Hookline", ours, MICRO, ratio(ours, theirs))
            row(f"{'':{len(what)}}  Jinja2 + jmespath", theirs, MICRO)


def loading(rounds: int) -> None:
    """The file, from its bytes to rules that run."""
    rules = made(COUNT - 1)
    content = written(rules)
    head(f"Load {COUNT} rules ({len(content) / 1024:.0f} KiB), ms", f"{'Hookline / Jinja2 + jmespath':>32}")

    def ready() -> None:
        found = load_text(content, "rules.yaml")
        expressions = Expressions(found.templates)
        route("alertmanager", {}, found, expressions)

    names = ("Hookline: YAML, validation, cross-check, templates", "… and the first event's conditions compiled",
             "Jinja2 + jmespath: YAML (libyaml), compiled")  # fmt: skip
    calls: tuple[Callable[[], object], ...] = (
        partial(load_text, content, "rules.yaml"), ready, partial(loaded, content, rules)
    )  # fmt: skip
    took = in_turns(dict(zip(names, calls, strict=True)), rounds, 0.0)
    for name in names:
        row(name, took[name], MILLI, "" if name == names[2] else ratio(took[name], took[names[2]]))


def parts(rounds: int) -> None:
    """What an event costs by part."""
    case = Case("alertmanager_group", made(COUNT - 1))
    rules, expressions, scope = case.rules.for_source("alertmanager"), case.expressions, case.scope
    whens = [rule.when for rule in rules if rule.when]
    head(f"An event by part, µs ({len(rules)} of {COUNT} rules are for its source)", f"{'of the whole':>32}")
    calls: dict[str, Callable[[], object]] = {
        "the whole": case.ours,
        "payload and the other names made immutable": lambda: [frozen(value) for value in case.plain.values()],
        "the rules of its source picked": lambda: case.rules.for_source("alertmanager"),
        f"{len(rules)} conditions, in one go": lambda: route("alertmanager", scope, case.rules, expressions),
        f"{len(rules)} conditions, one by one": lambda: [bool(expressions.value(when, scope)) for when in whens],
        "the text": lambda: render(rules[-1], case.seen.event, lambda: scope, expressions),
    }
    took = in_turns(calls, rounds)
    for name, took_here in took.items():
        row(name, took_here, MICRO, ratio(took_here, took["the whole"]))
    bounds(case, whens, rounds)


def bounds(case: Case, whens: list[str], rounds: int) -> None:
    """What it costs that nothing can run away."""
    head("The same on MiniJinja alone: no bounds, plain data, µs", f"{'bounded / not':>32}")
    free = Environment(undefined_behavior="chainable", trim_blocks=True, lstrip_blocks=True, filters=dict(FILTERS))
    scope, plain, expressions = case.scope, case.plain, case.expressions
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        f"{len(whens)} conditions, one by one": (
            lambda: [expressions.value(when, scope) for when in whens],
            lambda: [free.eval_expr(when, **plain) for when in whens],
        ),
        "the text": (lambda: expressions.text(TEXT, scope), lambda: free.render_str(TEXT, **plain)),
    }
    for name, (bounded, unbounded) in pairs.items():
        took = in_turns({"bounded": bounded, "not": unbounded}, rounds)
        row(f"{name}: bounded", took["bounded"], MICRO, ratio(took["bounded"], took["not"]))
        row(f"{'':{len(name)}}  not", took["not"], MICRO)


def commands(rounds: int) -> None:
    """The commands as they are typed, with the process that tries templates. Bytecode is there, as at a second call."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rules.yaml"
        file.write_bytes(written(made(COUNT - 1), tests=10))
        hookline = str(Path(sys.executable).with_name("hookline"))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        imports = "import pydantic.main, typer, yaml"
        calls = {
            "python -c pass": [sys.executable, "-c", "pass"],
            f"python -c '{imports}'": [sys.executable, "-c", imports],
            "hookline check": [hookline, "check", str(file)],
            "hookline test": [hookline, "test", str(file)],
        }
        os.chdir(ROOT)
        head(f"Commands on {COUNT} rules, ms", f"{'to the libraries alone':>32}")
        took = processes(calls, rounds, environment)
        libraries = took[list(calls)[1]]
        for name, took_here in took.items():
            row(name, took_here, MILLI, ratio(took_here, libraries))
        said = subprocess.run(
            [sys.executable, "-X", "importtime", hookline, "check", str(file)],
            env=environment, capture_output=True, text=True, check=True,
        ).stderr  # fmt: skip
    imported = sorted(((int(us), name) for us, name in _IMPORT.findall(said)), reverse=True)
    whole = sum(us for us, _ in imported) / 1000
    print(f"\n  `check` imports {len(imported)} modules in {whole:.0f} ms; those that take most:")
    print(f"  {', '.join(f'{name} {us / 1000:.0f}' for us, name in imported[:_MOST_IMPORTS])}")


def head(title: str, compared: str) -> None:
    print(f"\n{title:<58}{'CPU':>9}  {'middle half':<18}{'wall':>9}{compared}")


def row(name: str, took: Took, unit: float, compared: str = "") -> None:
    print(f"  {name:<56}{took.shown(unit)}{compared:>32}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rules", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="of each comparison; commands take half as many")
    rounds = max(4, parser.parse_args().rounds)
    print(machine(PACKAGES))
    events(rounds)
    loading(rounds)
    parts(rounds)
    commands(rounds // 2)


if __name__ == "__main__":
    main()
