"""Tries every template on samples in a process that may die, and says which ones fail."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from hookline.errors import Problem, Severity
from hookline.rules.model import Rules
from hookline.rules.templated import Templated, of_rule
from hookline.rules.tree import Tree
from hookline.sources import KINDS
from local.commands.samples import Sample, samples
from local.commands.trial import BYTES, SECONDS

PATIENCE_S = 60  # for all of them; the processor's time is bounded for each
KILLED = {
    "why": f"it takes more than {SECONDS * 1000:.0f} ms of processor time or {BYTES >> 20} MiB, or aborts the process",
    "is_limit": True,
    "is_for": True,
}
_OF_ONES_OWN = frozenset({"json", "form"})  # kinds that anybody's own programs and pages post
_ALONE = ("when", "each", "chat")  # they are worked out once for the whole event


@dataclass(frozen=True)
class Trial:
    """A template and the number of the scope it is tried with; ``each`` gives the item.

    Where ``when`` is false, or ``each`` gives no item, only limits count.
    """

    source: str
    is_text: bool
    scope: int
    each: str | None = None
    when: str | None = None


def trials(rules: Rules, tree: Tree) -> Iterator[Problem]:
    """Say of each template of the rules whether a sample of its kinds breaks it."""
    found = list(samples({source.kind for source in rules.sources.values()}))
    planned = list(_planned(rules, found))
    different = list(dict.fromkeys(trial for *_, trial in planned))
    failures = dict(zip(different, tried(rules.templates, [s.scope for s in found], different), strict=True))
    for template, its in groupby(planned, itemgetter(0)):
        failed = [(sample, failures[trial]) for _, sample, trial in its]
        for sample, failure in _worst(failed):
            severity: Severity = "error" if failure["is_limit"] else "warning"
            sentence = f"`{template.path[-1]}`: fails with {sample.name}: {failure['why']}"
            yield tree.problem(template.path, sentence, severity=severity)


def _worst(failed: Sequence[tuple[Sample, dict[str, Any]]]) -> Iterator[tuple[Sample, dict[str, Any]]]:
    """Give the failure that is worth telling, if one is: a limit, or else the first that a sender would cause.

    What a sender posts whose payloads have no known shape may well have what one of the samples lacks, but hardly what
    all of them lack. What a sender of its own posts may be anything.
    """
    lasting = {sample.kind for sample, _ in failed} - _OF_ONES_OWN
    lasting -= {sample.kind for sample, failure in failed if failure["is_for"] and not failure["why"]}
    counting = [
        (sample, failure)
        for sample, failure in failed
        if failure["is_limit"] or (failure["why"] and (KINDS[sample.kind].shape is not None or sample.kind in lasting))
    ]
    yield from sorted(counting, key=lambda one: not one[1]["is_limit"])[:1]


def _planned(rules: Rules, found: Sequence[Sample]) -> Iterator[tuple[Templated, Sample, Trial]]:
    for n, rule in enumerate(rules.rules):
        kinds = {rules.sources[name].kind for name in rule.source or rules.sources}
        for template in of_rule(rule, ("rules", n)):
            for m, sample in enumerate(found):
                if sample.kind in kinds:
                    each = None if template.path[-1] in _ALONE else rule.each
                    when = None if template.path[-1] == "when" else rule.when
                    yield template, sample, Trial(template.source, template.what == "text", m, each, when)


def tried(templates: Mapping[str, str], scopes: Sequence[Any], planned: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return of each trial ``why`` it failed, empty when it didn't or wouldn't be made, and whether by a limit.

    ``is_for`` says whether the rule would come to it at all with that sample.
    """
    ended: list[dict[str, Any]] = []
    while len(ended) < len(planned):
        rest = [asdict(trial) for trial in planned[len(ended) :]]
        given = json.dumps({"templates": dict(templates), "scopes": scopes, "trials": rest})
        lines = subprocess.run(
            [sys.executable, "-m", "local.commands.trial"],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        ).stdout.splitlines()
        if not lines:
            raise RuntimeError("The process that tries templates didn't start.")
        ended += [json.loads(said) if (said := line.partition(" ")[2]) else KILLED for line in lines]
    return ended
