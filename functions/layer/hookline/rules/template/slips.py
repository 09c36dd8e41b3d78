"""What people write who know another language, or forgot an end; the engine says only where it stopped."""

import re

from hookline.rules.template import words
from hookline.rules.template.tokens import Tag, Unreadable, pieces

_LEADING_IF = re.compile(r"\s*if\b(?!\s*[.|=!<>])")
_BRACES = re.compile(r"\s*(\{\{|\{%)")
_OUTPUT_OF_STATEMENT = re.compile(r"\{\{-?\s*(if|for|set|include|with)\s[^{}]*$")
_UNKNOWN = re.compile(r"unknown statement (\w+)")
_WORD = re.compile(r"\w+")
_ENDED = (
    "unexpected end of input, expected "  # the engine's words, too, for a sign behind this place that it doesn't know
)
_LAST_KNOWN = re.compile(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\w+|\S)\s*(?=[&!?;$@#`^\\])""", re.DOTALL)
_OPEN_ENDED = "expected end of block"
_IN_SMALL_LETTERS = frozenset({"and", "or", "not", "in", "is", "if", "else"})
_ELSEWHERE = {
    "&&": "`&&` is written `and` here",
    "||": "`||` is written `or` here",
    "!": "`!x` is written `not x` here",
    "?": "`a ? b : c` is written `b if a else c` here",
}
_BLOCKS = frozenset(word.removeprefix("end") for word in words.STATEMENTS if word.startswith("end"))


def before_reading(source: str) -> tuple[int, str] | None:
    """Return what is wrong with the beginning of an expression that may look right to the engine: where, and why."""
    if _LEADING_IF.match(source):
        return source.index("if"), "leave out `if`; an expression is no more than the condition itself"
    return None


def of_expression(source: str, at: int, said: str) -> tuple[int, str]:
    """Return where and what is wrong with an expression of which the engine says this."""
    for opens in (_BRACES.match(source), _BRACES.match(source, at)):
        if opens:
            closes = {"{{": "}}", "{%": "%}"}[opens[1]]
            return opens.start(1), f"it is an expression already; leave out {opens[1]} and {closes}"
    if foreign := _foreign(source, at, said):
        return foreign
    # The engine reads on to the `}}` that was put behind the expression, which nobody wrote.
    if at >= len(source.rstrip()):
        return at, re.sub("^unexpected `}`", "unexpected end of input", said).removesuffix(", expected end of input")
    return at, _in_other_words(source, at) or ("unexpected end of input" if said == f"{_ENDED}end of input" else said)


def of_text(source: str, at: int, said: str) -> tuple[int, str]:
    """Return the same of a text."""
    unknown = _UNKNOWN.fullmatch(said)
    if (unknown and unknown[1] in words.STATEMENTS) or said.endswith(_OPEN_ENDED):
        return _unbalanced(source) or _foreign(source, at, said) or (at, said)
    if foreign := _foreign(source, at, said):
        return foreign
    if begun := _OUTPUT_OF_STATEMENT.search(source[:at]):
        return begun.start(1), f"`{begun[1]}` is a statement; write it as {{% {begun[1]} … %}}"
    return at, _in_other_words(source, at) or said


def _foreign(source: str, at: int, said: str) -> tuple[int, str] | None:
    """Return the sign behind this place that no template has, and what it is called here."""
    known = _LAST_KNOWN.match(source, at) if said.startswith(_ENDED) else None
    return (known.end(), _in_other_words(source, known.end()) or "unexpected character") if known else None


def _in_other_words(source: str, at: int) -> str:
    """Return what a sign or a word of another language is called here, or nothing."""
    for sign, sentence in _ELSEWHERE.items():
        begin = max(0, at - len(sign) + 1)
        if sign in source[begin : at + len(sign)] and not (sign == "!" and source[at + 1 : at + 2] == "="):
            return sentence
    word = _WORD.match(source, at)
    if word and word[0] == "contains":
        is_denied = source[:at].split()[-1:] == ["not"]
        return "`x not contains y` is written `y not in x` here" if is_denied else "`x contains y` is `y in x` here"
    if word and word[0].lower() in _IN_SMALL_LETTERS and not word[0].islower():
        return f"write `{word[0].lower()}` in small letters"
    return ""


def _unbalanced(source: str) -> tuple[int, str] | None:
    """Return the statement that has no end, or stands outside of any that it belongs to."""
    within: list[Tag] = []
    try:
        tags = [piece for piece in pieces(source) if isinstance(piece, Tag)]
    except Unreadable:
        return None
    for tag in tags:
        opened = tag.word.removeprefix("end")
        if tag.word.startswith("end"):
            if not within:
                return tag.at, f"`{{% {tag.word} %}}` ends nothing here"
            if within[-1].word != opened:
                return _missing(within[-1])
            within.pop()
        elif tag.word in _BLOCKS and not (tag.word == "set" and any(token.text == "=" for token in tag.tokens)):
            within.append(tag)
        elif tag.word in {"elif", "else"} and not any(outer.word in {"if", "for"} for outer in within):
            return tag.at, f"`{{% {tag.word} %}}` stands in no `{{% if %}}`"
    return _missing(within[-1]) if within else None


def _missing(tag: Tag) -> tuple[int, str]:
    return tag.at, f"`{{% end{tag.word} %}}` is missing: `{{% {tag.word} %}}` begins here and has no end"
