"""Blocks that nobody types: what a text looks like, a picture of arrows, a case, what to enter elsewhere."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

from tests.doc_blocks import hookline_command, shell
from tests.doc_blocks.reader import Block, Stale

from hookline.digest import Entry, Summary
from hookline.sources import KINDS
from local.cloud.template import Template
from local.commands import tested
from local.project import ROOT, TEMPLATE

_ARROWS = ("──>", "-->", "──▶", "│")
_ADDRESS = re.compile(r"(?<![\w.])/(?:hooks|receipts)\S*")


def check(block: Block, folder: Path) -> None:
    """Raise Stale for what isn't so, Stale for what nobody knows."""
    for is_it, checks in _KNOWN:
        if is_it(block):
            checks(block, folder)
            return
    raise Stale("nobody knows what this block is: say it with a language, or let it follow its command")


def _check_picture(block: Block, _: Path) -> None:
    """A picture has the addresses that there are."""
    routes = {route.path for route in Template.load(TEMPLATE, "http://127.0.0.1").routes}
    for address in _ADDRESS.findall(block.text):
        _expect(address in routes, f"there is no {address}; there are {', '.join(sorted(routes))}")


def _check_case(block: Block, folder: Path) -> None:
    file = folder / "shown.case"
    file.write_text(block.text, encoding="utf-8")
    for result in tested.run(file):
        _expect(result.is_passed, result.error or str(result.difference))


def _check_digest(block: Block, _: Path) -> None:
    """The storm that all pages tell of."""
    storm = [*(("HighCPU", f"web-{n}") for n in range(1, 10)), *(("DiskFull", f"db-{n}") for n in (1, 1, 2))]
    summary = Summary()
    for n, (title, where) in enumerate(storm, 1):
        summary.add(Entry(n, str(n), 1, n, title, where, "firing", f"{title} {where}"))
    says = summary.text(2000, 4 * 60_000 + 1, "🔥 DiskFull on db-2")
    _expect(block.text == f"{says}\n", f"such a storm makes:\n{says}")


def _check_entered(block: Block, _: Path) -> None:
    """What is to be entered on a sender's side is what `hookline sources` says."""
    entered = " ".join(block.text.split())
    _expect(any(entered in kind.setup for kind in KINDS.values()), "no kind has this among what to enter")


def _check_usage(block: Block, _: Path) -> None:
    for call in shell.calls(block.text):
        hookline_command.check_names(call)


def _check_insights(block: Block, _: Path) -> None:
    """A query of CloudWatch Logs Insights asks for what the functions' lines have."""
    said = set()
    for file in (ROOT / "functions").rglob("*.py"):
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        said |= {node.value for node in nodes if isinstance(node, ast.Constant)}
    parts = re.fullmatch(r"fields @timestamp, (.+)\n\| filter (\w+) = \".+\"\n\| sort @timestamp\n", block.text)
    for field in ", ".join(parts.groups()).split(", ") if parts else [block.text]:
        _expect(said.issuperset(field.split(".")), f"no line has a field {field}")


def _is_text_of_event(block: Block) -> bool:
    """Those of docs/sources.md have a test of their own, tests/test_sources_page.py."""
    return bool(re.fullmatch(r"<!-- events/\S+\.json -->", block.above)) and block.page.name == "sources.md"


def _expect(is_so: object, sentence: str) -> None:
    if not is_so:
        raise Stale(sentence)


_KNOWN: list[tuple[Callable[[Block], object], Callable[[Block, Path], None]]] = [
    (_is_text_of_event, lambda *_: None),
    (lambda block: any(arrow in block.text for arrow in _ARROWS), _check_picture),
    (lambda block: re.search(r"^-{10,} event ", block.text, re.MULTILINE), _check_case),
    (lambda block: re.search(r"^Latest: ", block.text, re.MULTILINE), _check_digest),
    (lambda block: block.text.startswith("{"), _check_entered),
    (lambda block: block.text.startswith("fields @"), _check_insights),
    (lambda block: re.fullmatch(r"(hookline .*\n)+", block.text), _check_usage),
]
