"""Whether a block of YAML is what it seems to be: rules, or a file of somebody else's."""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.doc_blocks import shell
from tests.doc_blocks.reader import Block, Stale

from hookline.sources import KINDS
from local.cloud.intrinsics import parse
from local.commands import tested
from local.commands.check import check as check_rules
from local.project import TEMPLATE

OF_RULES = {"chats", "sources", "rules", "templates", "tests"}
OF_ALERTMANAGER = {"global", "route", "receivers", "inhibit_rules", "templates", "time_intervals"}
OF_PROMETHEUS = {"global", "alerting", "rule_files", "scrape_configs"}
OF_TEMPLATE = {"Parameters", "Resources", "Outputs", "Globals", "Conditions"}
# What completes a fragment must have no faults of its own: everybody has somebody to stand in.
_FALLBACK = "everybody-else"


def whole(text: str) -> str:
    """Return the rules file that a fragment is of, its own lines first: they keep their numbers."""
    data: dict[str, Any] = yaml.safe_load(text)
    tests = data.get("tests") or []
    rules = data["rules"] if "rules" in data else [*_expected(tests), *_unexpected(tests)] or _any(data)
    chats = sorted({name for rule in rules for name in _chats(rule)})
    stand_ins = {name: {"id": f"chat_{n}", "fallback": _FALLBACK} for n, name in enumerate(chats)}
    added = {
        "chats": {**stand_ins, _FALLBACK: {"id": "chat_fallback", "fallback": chats[0] if chats else _FALLBACK}},
        "sources": {name: _source(name) for name in sorted(_sources(rules) or {"alertmanager"})},
        "rules": rules,
    }
    missing = {name: block for name, block in added.items() if name not in data}
    return text + yaml.safe_dump(missing, sort_keys=False) if missing else text


def _any(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": "all", "chat": next(iter(data.get("chats", ())), "anybody")}]


def _expected(tests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give the rules that the tests speak of."""
    made = {one["rule"]: (_source_of(test), one["chat"]) for test in tests for one in test["expect"]}
    return ({"name": name, "source": source, "chat": chat} for name, (source, chat) in made.items())


def _unexpected(tests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give a rule for what nobody hears of."""
    sources = {_source_of(test) for test in tests if not test["expect"]}
    return ({"name": f"nothing of {source}", "source": source, "drop": True} for source in sources)


def _source_of(test: Mapping[str, Any]) -> str:
    return str(test.get("source") or Path(test["event"]).name.partition("_")[0])


def _chats(rule: Mapping[str, Any]) -> Iterable[str]:
    for option in ("chat", "fallback", "otherwise"):
        named = rule.get(option) or []
        yield from (name for name in ([named] if isinstance(named, str) else named) if "{" not in name)


def _sources(rules: Iterable[Mapping[str, Any]]) -> set[str]:
    named = [rule.get("source") or [] for rule in rules]
    return {name for names in named for name in ([names] if isinstance(names, str) else names)}


def _source(name: str) -> dict[str, Any]:
    return {"kind": name if name in KINDS else "json", "auth": "none"}


def check_fragment(block: Block, folder: Path) -> None:
    """Raise Stale for what `hookline check` finds wrong with rules, or for a test of theirs that fails."""
    file = folder / "rules.yaml"
    file.write_text(whole(block.text), encoding="utf-8")
    problems = [problem for problem in check_rules(file).problems if not _is_of_a_start(problem.sentence)]
    if problems:
        raise Stale("; ".join(map(str, problems)))
    failed = [result for result in tested.run(file) if not result.is_passed]
    if failed:
        raise Stale("; ".join(f"{result.name}: {result.error or result.difference}" for result in failed))


def _is_of_a_start(sentence: str) -> bool:
    """A first file has one chat, and says nothing of who stands in for it."""
    return "has no `fallback`, which is fine for a start" in sentence


def check_alertmanager(block: Block, folder: Path) -> None:
    """Raise Stale for what Alertmanager's own tool refuses, where that is installed."""
    data = yaml.safe_load(block.text)
    receivers = data.get("receivers") or [{"name": data["route"]["receiver"]}]
    whole = {"route": {"receiver": receivers[0]["name"]}, **data, "receivers": receivers}
    _expect(all(set(receiver) > {"name"} for receiver in data.get("receivers", [])), "a receiver receives nothing")
    if amtool := shutil.which("amtool"):
        file = folder / "alertmanager.yml"
        file.write_text(yaml.safe_dump(whole), encoding="utf-8")
        checked = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
        _expect(checked.returncode == 0, checked.stdout + checked.stderr)


def check_prometheus(block: Block, _: Path) -> None:
    """Raise Stale for groups without rules, or rules that say nothing."""
    for group in yaml.safe_load(block.text).get("groups", []):
        _expect(group.get("name") and group.get("rules"), "a group needs a name and rules")
        for rule in group["rules"]:
            _expect(("alert" in rule or "record" in rule) and rule.get("expr"), f"{rule} needs `alert` and `expr`")


def check_workflow(block: Block, _: Path) -> None:
    """Raise Stale for a workflow of GitHub whose jobs do nothing, or whose steps can't be read."""
    data = yaml.safe_load(block.text)
    _expect(True in data or "on" in data, "a workflow needs `on`")  # YAML 1.1 reads a bare `on` as true
    for job in data["jobs"].values():
        _expect(job.get("runs-on") or job.get("uses"), "a job needs `runs-on`")
        for step in job.get("steps", []):
            _expect(("uses" in step) != ("run" in step), f"{step} needs either `uses` or `run`")


def check_steps(block: Block, _: Path) -> None:
    """Raise Stale for steps of a workflow that do nothing."""
    for step in yaml.safe_load(block.text):
        _expect(("uses" in step) != ("run" in step), f"{step} needs either `uses` or `run`")


def check_template(block: Block, _: Path) -> None:
    """Raise Stale for what CloudFormation's YAML isn't, or for a resource that the template doesn't have."""
    known = parse(TEMPLATE.read_text(encoding="utf-8"))
    for part, given in parse(block.text).items():
        _expect(part in OF_TEMPLATE, f"a template has no {part}")
        if part == "Resources":
            _expect(all(name in known[part] or "Type" in one for name, one in given.items()), "an unknown resource")


def runs(block: Block) -> list[str]:
    """Return what the steps of a workflow run."""
    data = yaml.safe_load(block.text)
    steps = data if isinstance(data, list) else [s for job in data["jobs"].values() for s in job.get("steps", [])]
    return [line.text for step in steps for line in shell.lines(step.get("run", ""))]


def check_of(block: Block) -> Callable[[Block, Path], None] | None:
    """Return what checks such a block, or None where nobody knows it."""
    data = yaml.safe_load(block.text)
    if isinstance(data, list):
        return check_steps if all(isinstance(step, dict) and {"uses", "run"} & step.keys() for step in data) else None
    names = set(data)
    if names <= OF_RULES and "receivers" not in names:
        return check_fragment
    if "jobs" in names:
        return check_workflow
    if "groups" in names or (names <= OF_PROMETHEUS and names & {"alerting", "scrape_configs"}):
        return check_prometheus
    if names <= OF_ALERTMANAGER and names & {"route", "receivers"}:
        return check_alertmanager
    return check_template if names <= OF_TEMPLATE else None


def _expect(is_so: Any, sentence: str) -> None:
    if not is_so:
        raise Stale(sentence)
