"""What the pages say is so: their files load, and they name all that there is."""

import re

import pytest

from hookline.rules.examine import examine
from hookline.rules.filters import FILTERS, IN_PLACE_OF_OTHERS
from hookline.rules.model import Chat, Rule, Source
from hookline.rules.template import words
from local.project import ROOT

RULES_PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", RULES_PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_rules_page_has_nothing_wrong(example: str) -> None:
    assert [str(problem) for problem in examine(example.encode(), "docs/rules.md").problems] == []


def test_the_rules_page_names_every_filter_and_option() -> None:
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`+([^`]+)`+", RULES_PAGE))))
    options = [field.alias or name for block in (Chat, Rule, Source) for name, field in block.model_fields.items()]
    assert {*FILTERS, *IN_PLACE_OF_OTHERS, *words.QUICK_FILTERS, *words.SLOW_FILTERS, *options} <= named
