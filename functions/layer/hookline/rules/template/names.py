"""The names that a template gives to things itself, which the event needn't have."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hookline.rules.template.tokens import Tag, Token


def bound(tags: Iterable[Tag]) -> tuple[set[str], set[str]]:
    """Return these names; and those of them under which templates are imported."""
    given: set[str] = set()
    imported: set[str] = set()
    for tag in tags:
        names = {token.text for token in tag.tokens[1:] if token.kind == "name"}
        match tag.word:
            case "for":
                given |= {"loop", *_before(tag, "in")}
            case "set" | "with":
                given.update(_assigned(tag))
            case "macro" | "call":
                given |= {"caller", *names}
            case "import" | "from":
                given |= names
                imported |= names
    return given, imported


def _before(tag: Tag, word: str) -> Iterator[str]:
    for token in tag.tokens[1:]:
        if token.text == word:
            return
        if token.kind == "name":
            yield token.text


def _assigned(tag: Tag) -> Iterator[str]:
    """Give the names on the left of each ``=``, or the one that a block is given to."""
    tokens = tag.tokens[1:]
    if tag.word == "set":
        yield from (token.text for token in tokens[: _place_of("=", tokens)] if token.kind == "name")
        return
    for token, following in pairwise(tokens):
        if token.kind == "name" and following.text == "=":
            yield token.text


def _place_of(text: str, tokens: Sequence[Token]) -> int:
    return next((n for n, token in enumerate(tokens) if token.text == text), len(tokens))
