"""What the pages say is so: their files load, and they name all that there is."""

import re

import pytest

from hookline.digest import Entry, Summary
from hookline.rules.examine import examine
from hookline.rules.filters import FILTERS, IN_PLACE_OF_OTHERS, pattern
from hookline.rules.model import Chat, Rule, Source
from hookline.rules.template import words
from local.project import ROOT

RULES_PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", RULES_PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_rules_page_has_nothing_wrong(example: str) -> None:
    assert [str(problem) for problem in examine(example.encode(), "docs/rules.md").problems] == []


def test_the_rules_page_names_every_filter_and_option() -> None:
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`+([^`]+)`+", RULES_PAGE))))
    options = [field.alias or name for block in (Chat, Rule, Source) for name, field in block.model_fields.items()]
    assert {*FILTERS, *IN_PLACE_OF_OTHERS, *words.QUICK_FILTERS, *words.SLOW_FILTERS, *options} <= named


@pytest.mark.parametrize(
    ("what", "words_of"),
    [
        ("statements", words.STATEMENTS),
        ("filters", words.QUICK_FILTERS | words.SLOW_FILTERS),
        ("tests", words.TESTS),
        ("methods", words.METHODS | words.AS_FILTERS.keys()),
        ("functions", words.CALLABLE),
    ],
)
def test_the_rules_page_lists_the_words_of_templates_and_no_others(what: str, words_of: frozenset[str]) -> None:
    row = re.search(rf"^\| {what} \| `([a-z0-9 ]+)`", RULES_PAGE, re.MULTILINE)
    assert row
    assert sorted(row[1].split()) == sorted(words_of)


def test_the_rules_page_says_how_far_a_pattern_looks() -> None:
    assert f"the first {pattern.MOST_READ:,} bytes; on {pattern.LARGE_READS:,} for a pattern" in RULES_PAGE


@pytest.mark.parametrize("page", [RULES_PAGE, README])
def test_the_digest_that_a_page_shows_is_what_such_a_storm_makes(page: str) -> None:
    storm = [*(("HighCPU", f"web-{n}") for n in range(1, 10)), *(("DiskFull", f"db-{n}") for n in (1, 1, 2))]
    summary = Summary()
    for n, (title, where) in enumerate(storm, 1):
        summary.add(Entry(n, str(n), 1, n, title, where, "firing", f"{title} {where}"))
    shown = summary.text(2000, 4 * 60_000 + 1, "🔥 DiskFull on db-2")
    assert f"```\n{shown}\n```" in page
