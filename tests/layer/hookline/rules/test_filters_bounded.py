"""The filters that MiniJinja has, too: the same answers as long as these are short."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minijinja import Environment, TemplateError

from hookline.rules.filters import FILTERS
from hookline.rules.filters.bounded import MOST_PARTS, format_, indent, join, replace, split

OWN, NATIVE = Environment(filters=FILTERS), Environment()
TEXT = st.text("ab, \n%é", max_size=30)
SCALARS = TEXT | st.integers(-(10**12), 10**12) | st.booleans()


def same(expression: str, **scope: Any) -> None:
    assert OWN.eval_expr(expression, **scope) == NATIVE.eval_expr(expression, **scope)


@given(st.lists(SCALARS) | TEXT | st.dictionaries(TEXT, SCALARS), TEXT)
def test_join_is_minijinjas(value: Any, separator: str) -> None:
    same("value | join(separator)", value=value, separator=separator)
    same("value | join", value=value)


@given(st.lists(st.fixed_dictionaries({"a": st.fixed_dictionaries({"b": SCALARS}), "c": SCALARS})))
def test_join_takes_an_attribute_as_minijinja_does(value: list[Any]) -> None:
    same("value | join('-', attribute='c')", value=value)
    same("value | join('-', attribute='a.b')", value=value)


@given(SCALARS, TEXT, TEXT)
def test_replace_is_minijinjas(value: Any, old: str, new: str) -> None:
    same("value | replace(old, new)", value=value, old=old, new=new)


@given(TEXT, st.text("ab, \n", min_size=1, max_size=2), st.none() | st.integers(0, 5))
def test_split_is_minijinjas(value: str, separator: str, most: int | None) -> None:
    same("value | split | list", value=value)
    same("value | split(separator, most) | list", value=value, separator=separator, most=most)


@given(st.text("ab \r\n", max_size=30), st.integers(0, 20), st.booleans(), st.booleans())
def test_indent_is_minijinjas(value: str, width: int, first: bool, blank: bool) -> None:  # noqa: FBT001
    same("value | indent(width, first, blank)", value=value, width=width, first=first, blank=blank)


@pytest.mark.parametrize(
    ("expression", "said"),
    [("'%s on %d' | format('disk', 3)", "disk on 3"),
     ("'%5s|%-5s|%.2s' | format('abc', 'abc', 'abc')", "  abc|abc  |ab"),
     ("'%05.1f %% %x %o %+d %e %g' | format(1.25, 255, 8, 4, 1.5, 0.1)", "001.2 % ff 10 +4 1.500000e+00 0.1"),
     ("'%(a)s %(b)03d' | format(a='x', b=7)", "x 007"), ("'%s' | format('a', 'unused')", "a"),
     ("'%s' | format('%d %s')", "%d %s"), ("'é%sé' | format('ü')", "éüé"), ("'none' | format", "none"),
     ("'%c' | format('x')", "x"), ("'%s %s' | format(true, 1.5)", "True 1.5")],
)  # fmt: skip
def test_format_is_minijinjas(expression: str, said: str) -> None:
    assert OWN.eval_expr(expression) == NATIVE.eval_expr(expression) == said


def test_null_fills_a_field_with_nothing_where_minijinja_writes_none() -> None:
    assert format_("<%s> <%d> <%4s> <%-4.1f>", None, None, None, None) == "<> <> <    > <    >"
    assert join(["a", None, "b"], ",") == "a,,b"


@pytest.mark.parametrize(
    ("field", "arguments", "why"),
    [("%101d", (1,), "100 wide"), ("%.101f", (1,), "100 wide"), ("%999999999999999999d", (1,), "100 wide"),
     ("%*d", (100_000, 1), "no field"), ("%r", ("a",), "no field"), ("%y", ("a",), "no field"),
     ("100%", (), "no value"), ("%s %s", ("a",), "no value for one"), ("%(a)s", ("a",), r"no value for %\(a\)"),
     ("%d", ("a",), "can't write"),
     ("%d", (10**60,), "too large"), ("%d", (float("inf"),), "can't write"), ("%c", (10**9,), "can't write"),
     ("%c", (0xD800,), "can't write"), ("%c", ("ab",), "can't write"), ("%x", (1.5,), "can't write"),
     ("%(", (), "no value")],
)  # fmt: skip
def test_a_field_that_is_too_wide_or_none_is_refused(field: str, arguments: tuple[Any, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        format_(field, *arguments)


HALF = "x" * 40_000


@pytest.mark.parametrize(
    "expression",
    ["[half, half] | join", "['a', 'b', 'c'] | join(half)", "half | join(',')", "half | replace('x', 'yy')",
     "'abc' | replace('', half)", "'%s%s' | format(half, half)", "many | format(half)", "newlines | indent(20)",
     "'a' | replace('a', half ~ half)"],
)  # fmt: skip
def test_what_would_grow_beyond_64_kibibytes_is_refused_before_it_does(expression: str) -> None:
    with pytest.raises((ValueError, TemplateError)):
        OWN.eval_expr(expression, half=HALF, many="%s" * 2, newlines="a\n" * 9000)


def test_the_last_of_a_thousand_parts_has_the_rest() -> None:
    parts = split("a," * 5000, ",")
    assert len(parts) == MOST_PARTS
    assert ",".join(parts) == "a," * 5000


@pytest.mark.parametrize("count", [-1, 1.5, "2", True])
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        replace("aaa", "a", "b", count)
    with pytest.raises(ValueError, match="whole number"):
        split("a,a", ",", count)


def test_only_the_first_are_replaced_when_a_count_says_so() -> None:
    assert [replace("aaa", "a", "b", count) for count in (0, 2, 9)] == ["aaa", "bba", "bbb"]


def test_what_has_no_items_cannot_be_joined_and_nothing_splits_nowhere() -> None:
    with pytest.raises(ValueError, match="items of a list"):
        join(7)
    with pytest.raises(ValueError, match="split at nothing"):
        split("abc", "")


@pytest.mark.parametrize("width", [-1, 21, 1.5, None])
def test_an_indent_has_a_width_that_leaves_room(width: Any) -> None:
    with pytest.raises(ValueError, match="whole number from 0 to 20"):
        indent("a", width)


def test_what_an_item_doesnt_have_is_joined_as_nothing() -> None:
    items = [{"a": {"b": 1}}, {"a": 2}, None, "text", [], {"a": {"b": [3]}}]
    assert join(items, "|", attribute="a.b") == "1|||||[3]"
    assert join([["x", "y"], ["z"]], "|", attribute="1") == "y|"
