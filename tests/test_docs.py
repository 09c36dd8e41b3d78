"""The reference is what the models make of it, and what is shown is so."""

import re

import pytest

from hookline.compose import REPEAT_ITEM, REPEAT_WEBHOOK
from hookline.rules.filters import FILTERS, IN_PLACE_OF_OTHERS
from hookline.rules.model import Rule
from local.rules_reference import words
from local.rules_reference.page import PAGE, written

RULES_PAGE = PAGE.read_text(encoding="utf-8")
OURS = {**FILTERS, **IN_PLACE_OF_OTHERS}


def test_the_rules_page_says_what_the_models_say() -> None:
    assert written(RULES_PAGE) == RULES_PAGE, "Run `make docs` after a change of the models, the filters or the kinds."


def test_a_page_without_one_of_the_parts_is_not_written() -> None:
    with pytest.raises(LookupError, match="each of these parts once"):
        written(RULES_PAGE.replace("<!-- generated: bounds -->", ""))


def claims(name: str) -> list[tuple[str, str]]:
    """Return what a filter's docstring says that its examples give."""
    said = " ".join((OURS[name].__doc__ or "").split())
    return re.findall(r"``([^`]*\|[^`]*)``(?: and ``[^`]*``)? (?:is|are) ``([^`]*)``", said)


@pytest.mark.parametrize("name", OURS)
def test_an_example_in_a_docstring_gives_what_it_says(name: str) -> None:
    assert [words.gives(example) for example, _ in claims(name)] == [given for _, given in claims(name)]


def test_most_docstrings_say_what_their_example_gives() -> None:
    silent = {name for name in OURS if not claims(name)}
    assert silent == {"dictsort", "indent", "items", "matches", "tojson", "truncate"}


def test_editors_are_told_the_repeat_that_there_is() -> None:
    said = f"{REPEAT_WEBHOOK // 60}m without it, {REPEAT_ITEM // 3600}h for an item of `each`."
    assert said in (Rule.model_fields["repeat"].description or "")
