"""What many messages say in one text."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import count, groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.clock import MINUTE, SECOND_MS
from hookline.digest import Entry, Summary, fired, groups
from hookline.rules.model import MAX_TEXT, SHORTEST_LIMIT

BEGIN = 1_793_620_800_000
NOW = BEGIN + 4 * MINUTE * SECOND_MS
LATEST = "🔥 DiskFull on db-2\nLess than 3 % left."
MOST_SAVED = 150_000  # bytes


def said(title: str, *wheres: str, phase: str = "firing", thread: str = "", **more: Any) -> list[Entry]:
    """Return an entry for each place; with a thread, each place has its own."""
    return [
        Entry(0, f"{title} {where}".strip(), 1, BEGIN, title, where, phase, thread and f"{thread} {where}", **more)
        for where in wheres or [""]
    ]


def over(title: str, *wheres: str, thread: str = "t", **more: Any) -> list[Entry]:
    return said(title, *wheres, phase="resolved", thread=thread, **more)


def webs(*numbers: int) -> list[str]:
    return [f"web-{number}" for number in numbers]


def summary(*entries: Iterable[Entry]) -> Summary:
    """Add them in this order."""
    whole = Summary()
    for number, entry in enumerate((entry for few in entries for entry in few), 1):
        whole.add(replace(entry, number=number))
    return whole


def text(*entries: Iterable[Entry], limit: int = MAX_TEXT) -> str:
    return summary(*entries).text(limit, NOW, LATEST)


def first_line(*entries: Iterable[Entry], limit: int = MAX_TEXT) -> str:
    return text(*entries, limit=limit).partition("\n")[0]


def test_a_digest_says_how_many_of_what_where_and_the_latest_in_full() -> None:
    assert text(said("HighCPU", *webs(*range(1, 10))), said("DiskFull", "db-1", "db-2", "db-1")) == (
        "12 more in 4 min: HighCPU x9 (web-1…web-9), DiskFull x3 (db-1, db-2).\n"
        "Latest: 🔥 DiskFull on db-2\nLess than 3 % left."
    )


@pytest.mark.parametrize(
    ("wheres", "shown"),
    [
        (["web-1"], "A (web-1)"),
        ([""], "A"),
        (["web-1", "web-1"], "A x2 (web-1)"),
        (["web-10", "web-2"], "A x2 (web-2, web-10)"),
        (["web-10", "web-9", "", "web-2"], "A x4 (web-2…web-10)"),
        (["web-2", "web-9", "web-9", "web-5"], "A x4 (web-2…web-9)"),
        (["b", "web-01", "web-1"], "A x3 (b…web-1)"),
    ],
)
def test_places_are_named_in_the_order_that_people_count_in(wheres: list[str], shown: str) -> None:
    assert first_line(said("A", *wheres)) == f"{len(wheres)} more in 4 min: {shown}."


def test_a_place_that_the_title_names_is_not_named_again() -> None:
    assert first_line(said("CI failed on main of acme/api", "acme/api")) == (
        "1 more in 4 min: CI failed on main of acme/api."
    )


def test_the_most_frequent_come_first_then_those_seen_first() -> None:
    assert first_line(said("A"), said("B"), said("C"), said("B"), said("C")) == "5 more in 4 min: B x2, C x2, A."


def test_a_group_is_seen_when_the_first_of_it_is_whether_that_may_still_be_over_or_not() -> None:
    assert first_line(said("A", thread="t"), said("B"), said("A"), said("B")) == "4 more in 4 min: A x2, B x2."


def test_six_groups_are_named_and_the_messages_of_all_others_counted() -> None:
    titles = [*"ABCDEFG", *"ABCDEF"]
    assert first_line(*map(said, titles)).endswith(": A x2, B x2, C x2, D x2, E x2, F x2, and 1 other.")
    assert first_line(*map(said, [*titles, "H", "I"])).endswith(", F x2, and 3 others.")


def test_what_fired_and_was_resolved_meanwhile_is_only_counted() -> None:
    both = [said("A", *webs(1, 2), thread="t"), over("A", *webs(1, 2))]
    assert first_line(*both, said("B")) == "5 more in 4 min: B. 2 fired and resolved meanwhile."
    assert text(*both) == "4 more in 4 min: 2 fired and resolved meanwhile."
    assert (summary(*both).pairs, summary(*both).latest) == (2, None)


def test_what_was_said_to_fire_again_and_again_is_over_all_at_once() -> None:
    again = [said("A", "web-1", "web-1", "web-1", thread="t"), over("A", "web-1")]
    assert text(*again) == "4 more in 4 min: 1 fired and resolved meanwhile."


def test_what_fires_again_after_that_fires() -> None:
    again = [said("A", "web-1", thread="t"), over("A", "web-1"), said("A", "web-1", thread="t")]
    assert first_line(*again) == "3 more in 4 min: A (web-1). 1 fired and resolved meanwhile."


def test_what_is_resolved_of_which_nobody_heard_here_is_a_group_of_its_own() -> None:
    assert first_line(over("A", *webs(1, 2)), said("A", "web-1", thread="t")) == (
        "3 more in 4 min: A resolved x2 (web-1, web-2), A (web-1)."
    )
    assert first_line(said("A"), over("A", thread="")) == "2 more in 4 min: A, A resolved."


def test_what_is_called_something_else_when_it_is_over_takes_nothing_back() -> None:
    assert first_line(said("CI failed", thread="t"), over("CI succeeded")) == (
        "2 more in 4 min: CI failed, CI succeeded resolved."
    )


def test_of_a_thread_in_which_several_things_fire_only_what_is_called_the_same_is_over() -> None:
    firing = [replace(entry, thread="cluster") for entry in [*said("A", *webs(1, 2)), *said("B", "web-1")]]

    def then(title: str, where: str) -> str:
        return first_line(firing, [replace(*over(title, where), thread="cluster")])

    assert then("A", "web-2") == "4 more in 4 min: A (web-1), B (web-1). 1 fired and resolved meanwhile."
    assert then("C", "web-1") == "4 more in 4 min: A x2 (web-1, web-2), B (web-1), C resolved (web-1)."


def test_what_went_to_a_fallback_has_a_line_with_its_name() -> None:
    told = [said("A", *webs(1, 2), thread="t", to="oncall"), said("A", to="office"), over("A", *webs(1, 2))]
    assert text(said("B"), *told) == (
        "6 more in 4 min: B, A. 2 fired and resolved meanwhile.\n2 went to oncall.\n1 went to office.\n"
        f"Latest: {LATEST}"
    )
    assert summary(*told).went == {"oncall": 2, "office": 1}


def test_what_somebody_else_is_told_says_whose_it_is() -> None:
    whole = summary(said("A", *webs(1, 2)))
    assert whole.text(MAX_TEXT, NOW, "", "on\ncall") == "2 more in 4 min for on call: A x2 (web-1, web-2)."
    assert whole.text(SHORTEST_LIMIT, NOW, "", "x" * 1000).startswith(f"2 more in 4 min for {'x' * 59}…")


def test_of_many_fallbacks_five_are_named() -> None:
    told = [said("A", to=f"chat {number}") for number in (1, 2, 3, 4, 5, 6, 7, 1, 6)]
    assert text(*told).splitlines()[1:7] == [
        "2 went to chat 1.", *[f"1 went to chat {number}." for number in (2, 3, 4, 5)], "3 went to other chats."
    ]  # fmt: skip


def test_when_all_went_to_a_fallback_the_latest_of_those_is_shown() -> None:
    told = [said("A", *webs(1, 2), to="oncall"), said("B", thread="t"), over("B")]
    assert text(*told) == (
        f"4 more in 4 min: A x2 (web-1, web-2). 1 fired and resolved meanwhile.\n2 went to oncall.\nLatest: {LATEST}"
    )
    assert summary(*told).latest == ("A web-2", 1)


def test_the_latest_is_the_last_that_is_not_over_also_where_a_fallback_was_told() -> None:
    latest: list[Any] = []
    whole = Summary()
    fires = [*said("A", *webs(1, 2), thread="t"), *said("B"), *said("C", thread="t")]
    ends = [*over("C"), *said("D", to="oncall"), *over("E"), *over("A", "web-1")]
    for entry in [*fires, *ends, *said("A", "web-2", thread="t")]:
        whole.add(entry)
        latest.append(whole.latest and whole.latest[0])
    assert latest == ["A web-1", "A web-2", "B", "C", "B", "D", "E", "E", "A web-2"]


def test_a_further_part_of_a_text_is_no_message_of_its_own() -> None:
    parts = [said("A"), said("A", stands_for=0), said("A", stands_for=0, to="oncall")]
    assert first_line(*parts) == "1 more in 4 min: A."
    assert (summary(*parts).entries, summary(*parts).count, summary(*parts).went) == (3, 1, {})
    assert summary(said("B", to="oncall"), *parts[1:]).latest == ("B", 1)
    assert summary(*parts[1:]).text(MAX_TEXT, NOW, "the end.") == "0 more in 4 min.\nLatest: the end."


def test_an_entry_that_is_alone_is_worth_no_digest() -> None:
    alone = said("A", "web-1")[0]
    assert summary([alone]).only == ("A web-1", 1)
    assert summary([replace(alone, stands_for=0, generation=3)]).only == ("A web-1", 3)
    assert summary().only is summary([alone, alone]).only is None


def test_nothing_is_no_more_in_no_time() -> None:
    assert text() == "0 more in 0 s."
    assert summary().latest is None


def test_what_is_private_once_is_private_in_all() -> None:
    assert not summary(said("A")).is_private
    assert summary(said("A"), said("B", private=True), said("C")).is_private


def test_it_begins_when_the_first_was_accepted() -> None:
    late, early = said("A")[0], replace(said("A")[0], at=BEGIN - 1)
    assert summary([late, early, late]).first_at == BEGIN - 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("A\nB\r\n\tC  D", "A B C D"),
        ("\u202eA\u2066B\u200f", "A B"),
        ("A\x00B\u2028C\ud800", "A B C"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("word " * 1000, "word " * 11 + "word…"),
        ("\n\u202e", "untitled"),
        ("", "untitled"),
    ],
)
def test_a_title_is_one_short_line_whatever_it_is(title: str, shown: str) -> None:
    assert first_line(said(title)) == f"1 more in 4 min: {shown}."


def test_a_name_or_a_place_is_one_short_line_too() -> None:
    assert text(said("A", "web\n" * 1000), said("A", to="on\ncall")).splitlines()[:2] == [
        f"2 more in 4 min: A x2 ({'web ' * 9}web…).",
        "1 went to on call.",
    ]


MANY = [said(f"Title number {number}", f"place-{number}", f"place-{number + 1}") for number in range(1, 7)]


def test_the_first_line_stays_whole_and_the_latest_is_cut() -> None:
    whole = first_line(*MANY)
    limit = len(whole) + 60
    cut = summary(*MANY).text(limit, NOW, "word " * 100)
    assert cut.startswith(f"{whole}\nLatest: word word")
    assert re.search(r"… \(\d+ more\)$", cut)
    assert len(cut) <= limit


def test_of_a_latest_that_has_no_room_there_is_no_scrap() -> None:
    assert text(*MANY, limit=len(first_line(*MANY)) + 20) == first_line(*MANY)
    assert summary(*MANY).text(len(first_line(*MANY)) + 20, NOW, "short").endswith("\nLatest: short")


def test_where_the_first_line_is_too_long_places_go_first_then_groups() -> None:
    titles = [f"Title number {number} x2" for number in range(1, 7)]
    whole = f"12 more in 4 min: {', '.join(titles)}."
    assert first_line(*MANY, limit=len(whole)) == whole
    assert first_line(*MANY, limit=len(whole) - 1) == f"12 more in 4 min: {', '.join(titles[:5])}, and 2 others."
    assert first_line(*MANY, limit=100) == f"12 more in 4 min: {', '.join(titles[:3])}, and 6 others."
    long = [said("x" * 60, "y" * 40) * 2, *MANY[:5]]
    assert text(*long, limit=100) == f"12 more in 4 min: {'x' * 60} x2, and 10 others."
    assert text(*long, said("A", thread="t"), over("A"), limit=100) == (
        f"14 more in 4 min. 1 fired and resolved meanwhile.\nLatest: {LATEST}"
    )


def test_lines_of_fallbacks_shorten_the_first_and_what_has_no_room_is_left_out() -> None:
    told = [said("A", to=name) for name in ("oncall", "x" * 50, "office")]
    assert text(*MANY[:3], *told, limit=100) == (
        "9 more in 4 min: A x3, Title number 1 x2, and 4 others.\n1 went to oncall.\n1 went to office."
    )


def test_what_becomes_frequent_among_a_thousand_titles_comes_up() -> None:
    entries = [entry for number in range(1000) for entry in said(f"Title {number}")]
    for place in range(500, 1000, 20):
        entries.insert(place, said("HighCPU", "web-1")[0])
    assert first_line(entries).startswith("1025 more in 4 min: HighCPU x25 (web-1), Title ")


def test_what_fired_too_long_ago_to_be_remembered_is_not_taken_back() -> None:
    many = webs(*range(10_000))
    whole = summary(said("A", *many, thread="t"), over("A", *many[::-1]))
    assert 500 < whole.pairs < 1000
    assert first_line(said("A", *many, thread="t"), over("A", *many[::-1])) == (
        f"20000 more in 4 min: A x{10_000 - whole.pairs} (web-0…web-{9_999 - whole.pairs}), A resolved "
        f"x{10_000 - whole.pairs} (web-0…web-{9_999 - whole.pairs}). {whole.pairs} fired and resolved meanwhile."
    )


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no more than one thing be remembered that fired."""
    monkeypatch.setattr(fired, "MOST_BYTES", 150)


@pytest.mark.usefixtures("forgetful")
def test_what_is_not_remembered_counts_as_often_as_it_fired_and_from_then_on() -> None:
    entries = [*said("A", "web-1", thread="t"), *said("B", "", ""), *said("A", "web-1", thread="t"), *said("C")]
    assert first_line(entries, said("D", thread="t")) == "6 more in 4 min: A x2 (web-1), B x2, C, D."


@pytest.mark.usefixtures("forgetful")
def test_what_is_not_remembered_is_no_later_than_it_was() -> None:
    entries = [*said("A", "web-1", thread="t"), *said("B")]
    assert summary(entries, said("C", thread="t"), over("C")).latest == ("B", 1)


@pytest.mark.usefixtures("forgetful")
def test_what_has_no_thread_drives_nothing_out_of_memory() -> None:
    assert summary(said("A", thread="t"), said("B", *webs(*range(100))), over("A")).pairs == 1


@pytest.mark.parametrize("letter", ["x", "\U0001f525", '"'])
def test_a_hundred_thousand_of_which_none_is_like_the_other_are_counted_in_little_room(letter: str) -> None:
    whole = Summary()
    ids = (f"{number:036}" for number in count())
    for number in range(100_000):
        words = f"{number} {letter * 100}"
        to = words if number % 2 else ""
        thread = words if number % 4 else ""
        whole.add(Entry(number, next(ids), 1, BEGIN, words, f"p {words}", "firing", thread, to if number < 100 else ""))
    saved = json.dumps(whole.to_dict(), ensure_ascii=False)
    assert len(saved.encode()) < MOST_SAVED
    assert len(whole.text(MAX_TEXT, NOW, LATEST)) <= MAX_TEXT
    assert whole.text(MAX_TEXT, NOW, LATEST).startswith("100000 more in 4 min: ")
    assert whole.latest == (f"{99_999:036}", 1)


ANY_TEXT = st.text(max_size=80) | st.sampled_from(["x" * 500, "\n" * 70, "\u202e" * 80, "👩\u200d👧" * 40, "1" * 5000])
NAMES = st.sampled_from(["HighCPU", "DiskFull", "Slow", "web-2", "web-10", ""])


def entries(words: st.SearchStrategy[str]) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        number=st.integers(1, 10**6),
        id=st.uuids().map(str),
        generation=st.integers(1, 3),
        at=st.integers(BEGIN, NOW),
        title=words,
        where=words,
        phase=st.sampled_from(["firing", "firing", "resolved", "info"]),
        thread=st.sampled_from(["", "a", "b", "c", "\ud800"]),
        to=st.sampled_from(["", "", "", "oncall", "office"]),
        stands_for=st.sampled_from([0, 1, 1, 12]) if words is ANY_TEXT else st.just(1),
        private=st.booleans(),
        tried=st.lists(st.text(max_size=9), max_size=2).map(tuple),
        fallbacks=st.lists(st.tuples(words, words, st.none() | st.integers(100, 2000)), max_size=2).map(tuple),
    )


@given(entries(ANY_TEXT))
def test_an_entry_is_stored_without_its_number_and_without_what_is_as_it_mostly_is(entry: Entry) -> None:
    assert Entry.from_json(entry.number, entry.to_json()) == entry
    plain = Entry(7, "id", 1, BEGIN, "A", "", "info", "")
    assert plain.to_json() == f'{{"id":"id","at":{BEGIN},"title":"A"}}'
    assert Entry.from_json(7, f'{{"id": "id", "at": {BEGIN}, "title": "A", "colour": "red"}}') == plain


@given(st.lists(entries(ANY_TEXT), max_size=30), st.integers(SHORTEST_LIMIT, MAX_TEXT), st.text(max_size=3000))
def test_every_digest_begins_with_the_number_of_its_messages_and_fits(
    given: list[Entry], limit: int, latest: str
) -> None:
    whole = summary(given)
    told = whole.text(limit, NOW, latest)
    begin = re.match(r"^(\d+) more in ", told)
    assert begin is not None
    assert int(begin[1]) == whole.count == sum(entry.stands_for for entry in given)
    assert whole.entries == len(given)
    assert 0 <= 2 * whole.pairs <= whole.count
    assert len(told) <= limit
    assert told.partition("\n")[0].isprintable() or "\u200d" in told


@settings(max_examples=200)
@given(st.lists(entries(NAMES), max_size=60), st.data())
def test_a_summary_that_is_saved_and_restored_anywhere_says_the_same(given: list[Entry], data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, len(given))))
    with pytest.MonkeyPatch.context() as patch:  # or nothing would ever be given up
        patch.setattr(groups, "MOST_KEPT", 3)
        patch.setattr(fired, "MOST_BYTES", 350)
        whole, now_and_then = Summary(), Summary()
        for number, entry in enumerate(given):
            if number in places:
                now_and_then = Summary.from_dict(json.loads(json.dumps(now_and_then.to_dict())))
            whole.add(entry)
            now_and_then.add(entry)
            assert now_and_then.latest == whole.latest
        assert now_and_then.to_dict() == whole.to_dict()
        assert now_and_then.text(MAX_TEXT, NOW, LATEST) == whole.text(MAX_TEXT, NOW, LATEST)
        assert now_and_then.only == whole.only
        if not whole.pairs:
            assert counted(whole.text(MAX_TEXT, NOW, LATEST)) == whole.count


def counted(told: str) -> int:
    """Add up what the groups and the others say."""
    about = told.splitlines()[0]
    named = re.sub(r" \([^)]*\)", "", about.partition(": ")[2].removesuffix(".")).split(", ")
    times = (re.search(r"(?: x|and )(\d+)", one) for one in named if one)
    return sum(int(one[1]) if one else 1 for one in times)


@settings(max_examples=300)
@given(st.lists(entries(NAMES), max_size=25))
def test_a_digest_says_what_counting_by_hand_gives(given: list[Entry]) -> None:
    pairs, live = 0, list[Entry]()
    for entry in given:
        firing = [one for one in live if one.phase == "firing" and one.thread == entry.thread != ""]
        ended = [one for one in firing if called(one) == called(entry)] if entry.phase == "resolved" else []
        pairs += bool(ended)
        live = [one for one in live if not any(one is other for other in ended)] + [entry] * (not ended)
    whole = summary(given)
    assert whole.pairs == pairs
    assert whole.went == Counter(entry.to for entry in given if entry.to)
    last = live[-1] if live else None
    assert whole.latest == (last and (last.id, last.generation))
    ranked = sorted(live, key=name)
    sizes = sorted((len(list(group)) for _, group in groupby(ranked, key=name)), reverse=True)
    assert counted(re.sub(r"(: |\. )\d+ fired and resolved meanwhile", "", whole.text(MAX_TEXT, NOW, ""))) == len(live)
    shown = whole.text(MAX_TEXT, NOW, "").partition("\n")[0]
    assert [int(times) for times in re.findall(r" x(\d+)", shown)] == [size for size in sizes[:6] if size > 1]


def called(entry: Entry) -> tuple[str, str]:
    return entry.title or "untitled", "" if entry.where == entry.title else entry.where


def name(entry: Entry) -> tuple[str, bool]:
    return entry.title, entry.phase == "resolved"
