"""How callers prove who they are, and the kinds of senders with the proofs that they know."""

import re

from hookline.rules.auth import AUTH_BLOCKS
from hookline.rules.names import Block
from hookline.sources import KINDS
from hookline.sources.kind import Kind
from local.project import ROOT
from local.recipe import recipe
from local.rules_reference.table import anchor, code, codes, table

_NONE = ("`none`", "Nothing: whoever knows the address may post.", "It has to be written.")
_SENDERS = ROOT / "docs" / "sources.md"
_SECTION = re.compile(r"^## (?P<heading>.+)\n(?P<text>(?:(?!## ).*\n)*)", re.MULTILINE)
_KIND = re.compile(r"\{kind: ([a-z-]+),")


def ways() -> str:
    """Return the ways of `auth`, and which kinds know none better."""
    rows = [*(_way(name, block) for name, block in AUTH_BLOCKS.items()), (*_NONE, _knowing("none"))]
    return table(("`auth`", "what the caller sends", "what you write", "best for"), rows)


def _way(name: str, block: type[Block]) -> tuple[str, ...]:
    option = block.model_fields[name]
    example = (option.examples or [""])[0]
    return code(f"{{{name}: {example}}}"), _told(block.__doc__), option.description or "", _knowing(name)


def kinds() -> str:
    """Return all kinds in the order of their sections: who speaks so, and which proofs it knows."""
    sections = _SECTION.finditer(_SENDERS.read_text(encoding="utf-8"))
    rows = [_kind(KINDS[name], found["heading"]) for found in sections for name in _KIND.findall(found["text"])[:1]]
    if len(rows) != len(KINDS):
        raise LookupError(f"{_SENDERS.name} has to have a section for each of the kinds {', '.join(KINDS)}")
    return table(("kind", "sender", "bodies", "proofs, the best first", "`auth`"), rows)


def _kind(kind: Kind, heading: str) -> tuple[str, ...]:
    link = f"[{heading}]({_SENDERS.name}#{anchor(heading)})"
    return code(kind.name), link, ", ".join(sorted(kind.reads)), codes(kind.proofs), code(recipe(kind.name).auth)


def _knowing(way: str) -> str:
    return codes(kind.name for kind in KINDS.values() if kind.proofs[0] == way)


def _told(docstring: str | None) -> str:
    return " ".join((docstring or "").split())
