"""Kinds are found by the name that they have themselves."""

from hookline.sources import KINDS


def test_each_kind_has_the_name_that_rules_have_for_it() -> None:
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in KINDS}
    assert "pager" not in KINDS
    assert KINDS.get("pager") is None
