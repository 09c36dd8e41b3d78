"""The page about senders: a section for each kind, whose lines pass and whose texts are what becomes of its event."""

import re
from pathlib import Path

import pytest
import yaml

from hookline.rules.load import load_text
from hookline.sources import KINDS
from local.commands.check import check
from local.commands.events import read_webhook
from local.commands.rehearse import rehearse
from local.project import ROOT

PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS: dict[str, str] = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)*)", PAGE, re.MULTILINE))
CHATS = "chats: {oncall: {id: chat_1, fallback: office}, office: {id: chat_2, fallback: oncall}}\n"


def blocks(text: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def kinds(text: str) -> set[str]:
    given = [source for block in blocks(text) for source in (yaml.safe_load(block).get("sources") or {}).values()]
    return {source["kind"] for source in given}


RULES = [(heading, block) for heading, text in SECTIONS.items() for block in blocks(text)]
SHOWN = [
    (heading, *shown)
    for heading, text in SECTIONS.items()
    for shown in re.findall(r"<!-- (events/\S+\.json) -->\n```\n(.*?)\n```", text, re.DOTALL)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_section_with_rules_and_a_text(kind: str) -> None:
    [heading] = [heading for heading, text in SECTIONS.items() if kind in kinds(text)]
    assert kinds(SECTIONS[heading]) == {kind}
    assert f"`{kind}`" in SECTIONS[heading]
    assert any(name == heading for name, *_ in SHOWN)


@pytest.mark.parametrize(("heading", "block"), RULES)
def test_the_rules_of_a_section_have_nothing_wrong(heading: str, block: str, tmp_path: Path) -> None:
    file = tmp_path / f"{heading}.yaml"
    file.write_text(CHATS + block, encoding="utf-8")
    assert [str(problem) for problem in check(file).problems] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_to_be_entered_there_is_what_the_command_says(kind: str) -> None:
    [section] = [text for text in SECTIONS.values() if kind in kinds(text)]
    for entered in re.findall(r"\n\n```(?:json)?\n({.*?)\n```", section, re.DOTALL):
        assert " ".join(entered.split()) in KINDS[kind].setup


@pytest.mark.parametrize(("heading", "event", "text"), SHOWN)
def test_a_text_that_is_shown_is_what_the_rules_above_it_make_of_the_event(heading: str, event: str, text: str) -> None:
    rules = load_text((CHATS + blocks(SECTIONS[heading])[0]).encode(), heading)
    messages = rehearse(rules, read_webhook(ROOT / event)).messages
    assert {message.text for message in messages} == {text}


@pytest.mark.parametrize("kind", KINDS)
def test_the_readme_leads_to_the_section_of_every_kind(kind: str) -> None:
    [heading] = [heading for heading, text in SECTIONS.items() if kind in kinds(text)]
    anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
    assert f"](docs/sources.md#{anchor})" in next(
        line for line in README.splitlines() if line.startswith(f"| `{kind}` |")
    )
