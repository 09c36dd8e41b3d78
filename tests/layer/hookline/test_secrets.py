"""The held copy of the secrets: how old it may be, and what keeps it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.errors import SecretsUnavailable
from hookline.secrets import REFRESH_MS, SOONEST_MS, Secrets, parse


class Store:
    """Answers with what it is told to, or is down; on a clock that is set by hand."""

    def __init__(self, **content: Any) -> None:
        self.content = content
        self.is_down = False
        self.asked = 0
        self.ms = 1_000_000

    def __call__(self) -> str:
        self.asked += 1
        if self.is_down:
            raise OSError("no route to the store")
        return json.dumps(self.content)

    def now(self) -> int:
        return self.ms


@pytest.fixture
def store() -> Store:
    return Store(KEY="one", SEVERAL=["new", "old"], BLANK="")


@pytest.fixture
def secrets(store: Store) -> Secrets:
    return Secrets(store, store.now)


def test_nothing_is_asked_before_it_is_needed(store: Store, secrets: Secrets) -> None:  # noqa: ARG001 - it exists
    assert store.asked == 0


def test_a_secret_is_one_text_or_several_the_current_one_first(secrets: Secrets) -> None:
    assert secrets.get("KEY") == ("one",)
    assert secrets.get("SEVERAL") == ("new", "old")


def test_the_copy_is_held_until_it_is_old(store: Store, secrets: Secrets) -> None:
    secrets.get("KEY")
    store.content = {"KEY": "two"}
    store.ms += REFRESH_MS - 1
    assert secrets.get("KEY") == ("one",)
    store.ms += 1
    assert secrets.get("KEY") == ("two",)
    assert store.asked == 2


def test_a_store_that_is_down_leaves_the_copy_in_use(store: Store, secrets: Secrets) -> None:
    secrets.get("KEY")
    store.is_down = True
    for _ in range(3):
        store.ms += REFRESH_MS
        assert secrets.get("KEY") == ("one",)
        assert not secrets.refreshed()
    assert store.asked == 4


def test_a_store_that_becomes_unreadable_leaves_the_copy_in_use(store: Store, secrets: Secrets) -> None:
    secrets.get("KEY")
    store.content = {"KEY": 7}
    store.ms += REFRESH_MS
    assert secrets.get("KEY") == ("one",)


def test_a_store_that_was_never_up_is_asked_every_few_seconds_and_says_why_it_failed(
    store: Store, secrets: Secrets
) -> None:
    store.is_down = True
    for _ in range(2):
        with pytest.raises(SecretsUnavailable, match=r"^The secret store could not be read: no route to the store$"):
            secrets.get("KEY")
    store.is_down = False
    with pytest.raises(SecretsUnavailable):
        secrets.get("KEY")
    store.ms += SOONEST_MS
    assert secrets.get("KEY") == ("one",)


def test_a_name_that_was_just_filled_in_is_found_within_seconds(store: Store, secrets: Secrets) -> None:
    with pytest.raises(SecretsUnavailable):
        secrets.get("NEW")
    store.content = {"KEY": "one", "NEW": "n"}
    store.ms += SOONEST_MS
    assert secrets.get("NEW") == ("n",)


def test_all_who_meet_a_replaced_secret_together_are_told_that_it_changed(store: Store, secrets: Secrets) -> None:
    secrets.get("KEY")
    store.content = {"KEY": "two"}
    store.ms += SOONEST_MS
    assert [secrets.refreshed() for _ in range(3)] == [True, True, True]
    store.ms += SOONEST_MS
    assert not secrets.refreshed()


@pytest.mark.parametrize("name", ["MISSING", "BLANK", "key", ""])
def test_a_name_that_is_missing_or_not_filled_in_is_said(secrets: Secrets, name: str) -> None:
    with pytest.raises(SecretsUnavailable) as missing:
        secrets.get(name)
    assert str(missing.value) == f"The secret {name} is not in the secret store; add it to the JSON map there."


def test_asking_again_says_whether_anything_changed(store: Store, secrets: Secrets) -> None:
    secrets.get("KEY")
    store.ms += SOONEST_MS
    assert not secrets.refreshed()
    store.content = {"KEY": "two"}
    store.ms += SOONEST_MS - 1
    assert not secrets.refreshed()
    store.ms += 1
    assert secrets.refreshed()
    assert secrets.get("KEY") == ("two",)


@pytest.mark.parametrize("text", ["", "null", "[]", '"hush"', "{", "hush", "7", "{'KEY': 'hush'}"])
def test_what_is_no_map_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="have to be a JSON map") as refused:
        parse(text)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("value", [7, None, True, {"hush": 1}, ["hush", 7], [["hush"]]])
def test_a_value_that_is_no_text_is_refused_by_its_name_only(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^The secret KEY has to be a string or a list of strings\.$"):
        parse(json.dumps({"FINE": "x", "KEY": value}))


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_no_blank_text_is_ever_a_secret(content: dict[str, Any]) -> None:
    values = parse(json.dumps(content))
    assert values.keys() == content.keys()
    assert all(value.strip() for several in values.values() for value in several)


def test_a_fetch_may_be_any_callable() -> None:
    fetch: Callable[[], str] = '{"A": "x"}'.strip
    assert Secrets(fetch, lambda: 0).get("A") == ("x",)
