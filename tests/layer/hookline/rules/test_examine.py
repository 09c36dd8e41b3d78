"""What works but is probably not meant: said as a warning, beside what is wrong."""

import pytest

from hookline.rules.examine import examine

FILE = """\
chats:
  oncall: chat_a
  office: {id: chat_b, fallback: oncall}
sources:
  github: {kind: json, auth: {hmac: S, signed: "{timestamp}.{body}", timestamp: X-Time}}
  shop: {kind: json, auth: {hmac: T}}
  open: {kind: form, auth: none}
rules:
  - {name: first, source: github, when: event.title == "a", chat: oncall}
  - {name: second, source: [shop, open], chat: oncall}
  - {name: last, chat: office}
"""


def warned(old: str = "", new: str = "") -> list[str]:
    assert old in FILE
    examined = examine(FILE.replace(old, new, 1).encode(), "r.yaml")
    assert examined.rules
    assert all(problem.severity == "warning" and problem.excerpt for problem in examined.problems)
    return [str(problem) for problem in examined.problems]


def test_nothing_is_said_of_a_file_that_is_meant_so() -> None:
    assert warned() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # never reached
        ('when: event.title == "a", ', "",
         "11:12: warning: this rule is never reached: 'first' and 'second' further up takes every event"),
        ('source: github, when: event.title == "a", ', "drop: true, continue: true, ",
         "10:12: warning: this rule is never reached: 'first' further up takes every event"),
        # the same chat
        ("chat_b", "chat_a", "3:16: warning: 'office' is the same chat as 'oncall'; both have this id"),
        ("fallback: oncall", "fallback: office",
         "3:34: warning: a chat can't stand in for itself, as 'office' would here; name another or none"),
        ("name: last, chat: office", "name: last, chat: office, fallback: [oncall, office]",
         "11:51: warning: a chat can't stand in for itself, as 'office' would here; name another or none"),
        # of whatever else the sender signs only the body
        ("chat: oncall}\n  - {name: second", "chat: '{{ query.chat }}', otherwise: oncall}\n  - {name: second",
         "9:71: warning: the signature of 'github' doesn't cover the query; whoever sees a request can change it"),
        ('event.title == "a"', "event.title, each: query.all",
         "9:60: warning: the signature of 'github' doesn't cover the query; whoever sees a request can change it"),
        # nothing to do
        ("name: last, chat: office", "name: last, drop: true, split: true",
         "11:30: warning: `split` has nothing to do in a rule that drops"),
        # what YAML reads as true or false
        ("  office: {id: chat_b, fallback: oncall}", "  office: {id: chat_b, fallback: oncall}\n  on: chat_c",
         "4:3: warning: YAML reads on as true or false; put it in quotes, here and where it is used"),
        # unsigned headers
        ('event.title == "a"', "\"1 == headers['x-github-event']\"",
         ("9:47: warning: the signature of 'github' doesn't cover the header x-github-event; whoever sees a request "
          "can change it")),
        ('event.title == "a"', "\"1 == headers['X-GitHub-Event']\"",
         ("9:47: warning: the signature of 'github' doesn't cover the header x-github-event; whoever sees a request "
          "can change it")),
        ("[shop, open]", "[open, shop], when: \"headers['x-time']\"",
         ("10:49: warning: the signature of 'shop' doesn't cover the header x-time; whoever sees a request "
          "can change it")),
    ],
)  # fmt: skip
def test_what_is_probably_not_meant_is_said(old: str, new: str, said: str) -> None:
    assert f"r.yaml:{said}" in warned(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{id: chat_b,", "{id: chat_b, quiet: 22:00-07:00 UTC, pace: 5 per 1m, budget: 5, expires: 2h,"),
        ("name: last", "name: last, thread: a, urgent: true"),
        ('source: github, when: event.title == "a", ', "continue: true, "),
        ("  office: {id: chat_b, fallback: oncall}", "  office: {id: chat_b, fallback: oncall}\n  'on': chat_c"),
        ('event.title == "a"', "\"headers['x-time'] == 1\""),
        ('event.title == "a"', "payload.headers.x_a == 1"),
        ("[shop, open]", "open, when: \"headers['x-a'] == 1\""),
        ("name: last, chat: office", "name: last, chat: [oncall, office], fallback: office"),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_not(old: str, new: str) -> None:
    assert warned(old, new) == []


def test_a_rule_without_any_source_to_speak_of_is_not_called_out_of_reach() -> None:
    content = b"chats: {a: chat_a}\nsources: {}\nrules: [{name: a, chat: a}, {name: b, chat: a}]\n"
    assert examine(content, "r.yaml").problems == []


def test_warnings_stand_among_the_errors_in_the_order_of_the_file() -> None:
    wrong = FILE.replace("fallback: oncall", "fallback: office").replace("name: last", "name: last, repeat: 5")
    examined = examine(wrong.replace("chat: oncall", "chat: nobody").encode(), "r.yaml")
    assert examined.rules is None
    assert [(problem.line, problem.severity) for problem in examined.problems] == [
        (3, "warning"), (9, "error"), (10, "error"), (11, "error")
    ]  # fmt: skip


def test_nothing_is_supposed_of_a_block_that_is_wrong() -> None:
    """A `when` that is no text must not make its rule one that takes everything."""
    wrong = FILE.replace('source: github, when: event.title == "a"', "when: yes")
    assert [problem.severity for problem in examine(wrong.encode(), "r.yaml").problems] == ["error"]


@pytest.mark.parametrize("content", [b"", b"a: [", b"\xff", b"7", b"x" * 2_000_000])
def test_of_what_is_no_rules_file_only_that_is_said(content: bytes) -> None:
    rules, problems, _ = examine(content, "r.yaml")
    assert rules is None
    assert [problem.severity for problem in problems] == ["error"]
