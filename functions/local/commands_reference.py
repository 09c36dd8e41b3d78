"""Writes docs/commands.md, from what the commands say of themselves; `make docs` does."""

from collections.abc import Iterator
from textwrap import wrap

import typer

from local.cli import NAME, app
from local.commands.helped import exits
from local.commands.manual import Entry, Manual, every, manual
from local.commands.options import WHICH_STACK
from local.project import ROOT

PAGE = ROOT / "docs" / "commands.md"
WIDTH = 120  # columns of a paragraph
_INTRODUCTION = f"""\
# Commands

<!-- Made by `make docs` from the commands themselves; what is changed here is lost. -->

`make run` and `make test` put `{NAME}` into `.venv/bin`. With that on the path it can be typed as it stands here:

```sh
export PATH="$PWD/.venv/bin:$PATH"
{NAME} --install-completion    # once: then Tab completes commands, options, names of chats, rules and sources, ids
```

- **Exit codes**: 0 for yes or done; 1 when the answer is no; 2 when the call was wrong or can't be answered here. Who
  stops a command with Ctrl-C gets 130, and one whose reader has gone, as in `{NAME} log | head -1`, ends with 141.
- **Answers** stand on the standard output; warnings, and why there is no answer, on the standard error, as sentences.
- **`--json`** prints one JSON document. Where there is no answer it prints nothing: the sentence says why, and the exit
  code whether that is a no.
- **Colours** are for terminals alone. `NO_COLOR=1` or `TERM=dumb` switches them off, `FORCE_COLOR=1` brings them into a
  pipe.
- **If {NAME} itself breaks**, it says into which file it wrote how that came. `HOOKLINE_DEBUG=1` shows it at once.

"""
_STACK = """\
## Which stack

These commands ask the run on this machine, whatever AWS credentials there are, or with `--stack` a deployed stack:
{commands}.

{options}

The names of chats are those of the rules that run there: of the file of the run, of the version that was pushed last,
or else of `functions/rules/rules.yaml` or the file that `RULES` names.
"""


def pages() -> list[Manual]:
    """Return what there is to say about every command."""
    group = typer.main.get_group(app)
    root = manual(group, typer.Context(group, info_name=NAME, **group.context_settings))
    headings = list(dict.fromkeys(one.heading for one in root.commands))
    in_order = sorted(root.commands, key=lambda one: headings.index(one.heading))
    return [page for one in in_order for page in (one, *every(one))]


def written() -> str:
    """Return the page."""
    found = pages()
    return _INTRODUCTION + "\n".join([_contents(found), *map(_section, found), _stack(found)])


def _contents(found: list[Manual]) -> str:
    lines = ["| | command | what it does |", "| --- | --- | --- |"]
    before = ""
    for one in found:
        heading, before = ("" if one.heading == before else one.heading), one.heading or before
        lines.append(f"| {heading} | [`{one.path}`](#{_anchor(one.path)}) | {_cell(one.summary)} |")
    return "\n".join([*lines, ""])


def _section(page: Manual) -> str:
    return "\n".join([f"## {page.path}", "", *_about(page), *_entries(page), *wrap(exits(page), WIDTH), ""])


def _about(page: Manual) -> Iterator[str]:
    yield from ["```", page.synopsis, "```", ""]
    for paragraph in (page.summary, *page.more):
        yield from [*wrap(paragraph, WIDTH, break_on_hyphens=False), ""]
    yield from ["```sh", *page.examples, "```", ""]


def _entries(page: Manual) -> Iterator[str]:
    """Give tables of what is the command's own; the others are written once, at the end."""
    for heading, entries in page.headings().items():
        own = [entry for entry in entries if not entry.names.endswith("--help")]
        if heading == WHICH_STACK:
            yield from [f"And {_listed(own)}, which say [which stack](#{_anchor(WHICH_STACK)}).", ""]
        elif own:
            yield from [_table(heading, own), ""]


def _table(heading: str, entries: list[Entry]) -> str:
    lines = [f"| {heading.lower().rstrip('s')} | |", "| --- | --- |"]
    return "\n".join(lines + [f"| `{entry.names}` | {_cell(entry.said)} |" for entry in entries])


def _stack(found: list[Manual]) -> str:
    """Say once what the options of many are."""
    asking = {one.path: one.headings()[WHICH_STACK] for one in found if WHICH_STACK in one.headings()}
    commands = ", ".join(f"[`{path.removeprefix(f'{NAME} ')}`](#{_anchor(path)})" for path in asking)
    options = next(iter(asking.values()))
    return _STACK.format(
        commands="\n".join(wrap(commands, WIDTH, break_on_hyphens=False)), options=_table("Options", options)
    )


def _listed(entries: list[Entry]) -> str:
    names = [f"`{entry.names.partition(' ')[0]}`" for entry in entries]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
