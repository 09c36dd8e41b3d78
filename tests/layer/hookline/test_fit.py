"""A text and the room it has."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.fit import MAX_PARTS, cut, fit, split

WORDS = " ".join(f"word{n}" for n in range(1000))
FAMILY = "👩\u200d👩\u200d👧\u200d👦"


def without_numbers(parts: list[str]) -> list[str]:
    """Return the parts, whose numbers have to be right."""
    for n, part in enumerate(parts, 1):
        assert part.startswith(f"({n}/{len(parts)}) ")
    return [part.partition(" ")[2] for part in parts]


def test_a_text_that_fits_stays_as_it_is() -> None:
    for text in ("short", "x" * 100):
        assert cut(text, 100) == text
        assert split(text, 100) == fit(text, 100, is_split=True) == [text]


def test_a_long_text_is_cut_at_a_word_with_a_note_of_what_is_missing() -> None:
    said = cut(WORDS, 2000)
    assert len(said) <= 2000
    note = re.fullmatch(r"(.*word\d+)… \((\d+) more\)", said)
    assert note is not None
    assert WORDS.startswith(note[1] + " ")
    assert len(note[1]) + int(note[2]) == len(WORDS)


def test_a_word_that_just_fits_is_not_taken_for_a_part_of_one() -> None:
    whole = "x" * 85 + " " + "y" * 214
    assert cut(whole, 100) == "x" * 85 + "… (215 more)"


def test_a_long_text_without_blanks_is_cut_all_the_same() -> None:
    assert cut("x" * 5000, 2000) == "x" * 1987 + "… (3013 more)"
    assert cut("short " + "x" * 500, 100) == "short " + "x" * 82 + "… (418 more)"


@pytest.mark.parametrize("letter", ["e\u0301", FAMILY, "👍🏽", "❤\ufe0f", "🇩🇪", "🏴\U000e0067\U000e0062\U000e007f"])
def test_no_cut_goes_through_a_letter_or_an_emoji(letter: str) -> None:
    for before in range(len(letter)):
        whole = "x" * before + letter * 200
        for kept in (cut(whole, 100).partition("…")[0], without_numbers(split(whole, 100))[0]):
            assert kept == "x" * before + letter * kept.count(letter)


def test_a_letter_without_end_is_cut_all_the_same() -> None:
    assert cut("e" + "\u0301" * 500, 100).endswith("… (413 more)")


@pytest.mark.parametrize(
    ("end", "lesser"),
    [("\n\n", "x\nx. x x"), ("\n", "x. x x"), (". ", "x x"), ("! ", "x x"), ("?» ", "x x"), ("。", "x x"), (" ", "x")],
)
def test_a_part_ends_where_one_reads_on_most_easily(end: str, lesser: str) -> None:
    parts = without_numbers(split(f"{'a' * 60}{end}{lesser}{'b' * 80}", 100))
    assert parts == ["a" * 60 + end.rstrip(), *parts[1:]]


def test_a_paragraph_that_ends_early_does_not_make_a_part_of_three_words() -> None:
    parts = without_numbers(split("Dear all\n\n" + "word " * 60, 100))
    assert parts[0].startswith("Dear all\n\nword word")
    assert len(parts) == 4


def test_a_word_goes_whole_into_the_next_part_if_it_can() -> None:
    assert without_numbers(split("short " + "x" * 90 + " the end", 100)) == ["short", "x" * 90, "the end"]


def test_what_ten_parts_do_not_hold_is_counted_in_the_last() -> None:
    parts = split(WORDS, 200)
    assert len(parts) == MAX_PARTS
    assert parts[9].startswith("(10/10) word")
    note = re.search(r"… \((\d+) more\)$", parts[9])
    assert note is not None
    said = " ".join(without_numbers(parts)).partition("…")[0]
    assert WORDS.startswith(said + " ")
    assert len(said) + int(note[1]) == len(WORDS)


def test_the_mark_of_a_text_stays_whatever_is_cut() -> None:
    assert fit("text", 100, mark="⚠ It failed.") == ["text\n⚠ It failed."]
    [said] = fit(WORDS, 200, mark="⚠ It failed.")
    assert re.fullmatch(r".*word\d+… \(\d+ more\)\n⚠ It failed\.", said)
    [said] = fit(WORDS, 100, mark="⚠ " + WORDS)
    assert re.fullmatch(r"word0 word1.*… \(\d+ more\)\n⚠ word0.*… \(\d+ more\)", said)
    assert len(said) <= 100
    assert fit(WORDS[:150], 100, mark="⚠ It failed.", is_split=True)[-1].endswith("\n⚠ It failed.")


words = ["a", "word", "Sentence.", "x" * 30, "y" * 91, FAMILY, "\n", "\n\n", "\u200d"]
texts = st.lists(st.sampled_from(words) | st.text(max_size=5), max_size=200).map(lambda said: " ".join(said).strip())


@settings(deadline=None)
@given(texts, st.integers(100, 300))
def test_parts_joined_give_back_every_word_in_order(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(len(part) <= limit for part in parts)
    if len(parts) == 1:
        assert parts == [text]
        return
    bare = without_numbers(parts)
    assert all(part.strip() for part in bare)
    assert len(bare) <= MAX_PARTS
    if len(bare) < MAX_PARTS and max(map(len, text.split())) <= limit - 8:
        assert " ".join(bare).split() == text.split()
    elif len(bare) < MAX_PARTS:
        assert "".join("".join(bare).split()) == "".join(text.split())


@settings(deadline=None)
@given(texts.filter(bool), st.integers(100, 300), st.text(max_size=400).map(str.strip), st.booleans())
def test_whatever_is_said_fits(text: str, limit: int, mark: str, is_split: bool) -> None:  # noqa: FBT001 - any
    said = fit(text, limit, mark=mark, is_split=is_split)
    assert 1 <= len(said) <= (MAX_PARTS if is_split else 1)
    assert all(0 < len(part) <= limit for part in said)
    assert [cut(part, limit) for part in said] == said
