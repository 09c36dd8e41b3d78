"""What is said of a rules file: the line, the column, what is wrong and what would be right."""

import sys
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from hookline import sources
from hookline.errors import RulesError
from hookline.rules.examine import examine
from hookline.rules.load import load, load_deployed, load_text, look
from hookline.rules.model import Basic, Bearer, Chat, Hmac, Rule, Rules, Token

SMALLEST = """\
# yaml-language-server: $schema=./rules.schema.json
chats:
  oncall: chat_a1b2c3d4

sources:
  alertmanager: {kind: alertmanager, auth: {bearer: ALERTMANAGER_TOKEN}}

rules:
  - {name: everything to on-call, chat: oncall}
"""
WHOLE = """\
chats:
  oncall: chat_a1b2c3d4
  office: {id: chat_e5f6a7b8}

sources:
  alertmanager: {kind: alertmanager, auth: {bearer: ALERTMANAGER_TOKEN}}
  contact: {kind: form, auth: none}

rules:
  - name: page
    source: alertmanager
    when: event.severity == "critical"
    each: payload.alerts
    chat: [oncall, office]
    repeat: 4h
    text: |
      {{ event.title }}
      {{ item.labels.instance }}
  - name: mail
    source: contact
    chat: "{{ 'oncall' if payload.topic == 'outage' else 'office' }}"
    otherwise: office
"""
AUTH = "`none` or exactly one of {bearer: SECRET}, {basic: SECRET}, {token: SECRET}, {hmac: SECRET}, {sns: TOPIC_ARN}"
BLOCK = "has to be a block of `name: value` lines"
TEXT = "has to be text; put it in quotes"


def options(block: type[BaseModel]) -> str:
    return ", ".join(f"`{field.alias or name}`" for name, field in block.model_fields.items())


RULE, CHAT, TOP = options(Rule), options(Chat), options(Rules)


def problems(content: str | bytes) -> list[str]:
    with pytest.raises(RulesError) as wrong:
        load_text(content.encode() if isinstance(content, str) else content, "r.yaml")
    assert str(wrong.value).splitlines() == [str(problem) for problem in wrong.value.problems]
    return [str(problem) for problem in wrong.value.problems]


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def test_the_smallest_file_loads() -> None:
    rules = load_text(SMALLEST.encode(), "rules.yaml")
    assert rules.chats["oncall"].id == "chat_a1b2c3d4"
    assert rules.sources["alertmanager"].auth == Bearer(bearer="ALERTMANAGER_TOKEN")
    assert rules.secrets == ["ALERTMANAGER_TOKEN"]
    (rule,) = rules.for_source("alertmanager")
    assert (rule.name, rule.chat, rule.text, rule.drop, rule.continues) == (
        "everything to on-call", ("oncall",), None, False, False
    )  # fmt: skip


def test_a_whole_file_loads() -> None:
    rules = load_text(WHOLE.encode(), "rules.yaml")
    page, mail = rules.rules
    assert (page.source, page.chat, page.repeat) == (("alertmanager",), ("oncall", "office"), 4 * 3600)
    assert (page.chat_is_expression, mail.chat_is_expression, mail.otherwise) == (False, True, "office")
    assert rules.sources["contact"].secret is None


def test_a_file_from_another_editor_loads_too() -> None:
    assert load_text(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode(), "r.yaml") == load_text(
        SMALLEST.encode(), ""
    )


@pytest.mark.parametrize(
    ("auth", "read"),
    [
        ("{basic: S}", Basic(basic="S")),
        ("{token: S}", Token(token="S")),
        ("{token: S, header: X-Key}", Token(token="S", header="X-Key")),
        ("{hmac: S}", Hmac(hmac="S")),
        ("{hmac: S, algorithm: sha512, signed: '{timestamp}.{body}'}",
         Hmac(hmac="S", algorithm="sha512", signed="{timestamp}.{body}")),
    ],
)  # fmt: skip
def test_each_way_of_proof_is_read(auth: str, read: object) -> None:
    rules = load_text(changed("auth: none", f"auth: {auth}").encode(), "r.yaml")
    assert rules.sources["contact"].auth == read
    assert rules.secrets == ["ALERTMANAGER_TOKEN", "S"]


@pytest.mark.parametrize(
    ("written", "seconds"), [("30s", 30), ("5m", 300), ("4h", 14_400), ("1d", 86_400), ("5 m", 300)]
)
def test_a_length_of_time_is_read_in_seconds(written: str, seconds: int) -> None:
    assert load_text(changed("repeat: 4h", f"repeat: {written}").encode(), "r.yaml").rules[0].repeat == seconds


def test_a_block_may_bring_another_and_change_what_it_brings() -> None:
    anchored = SMALLEST.replace("- {", "- &first {") + "  - {<<: *first, name: again, drop: true}\n"
    first, again = load_text(anchored.encode(), "r.yaml").rules
    assert (again.name, again.chat, again.drop) == ("again", first.chat, True)


def test_of_several_blocks_that_are_brought_the_first_wins() -> None:
    several = SMALLEST + "  - {<<: [{name: a, chat: oncall}, {name: b, drop: true}]}\n"
    again = load_text(several.encode(), "r.yaml").rules[1]
    assert (again.name, again.chat, again.drop) == ("a", ("oncall",), True)


def test_a_file_is_read_from_its_path_and_its_problems_name_it(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(SMALLEST, encoding="utf-8")
    assert isinstance(load(path), Rules)
    path.write_text("", encoding="utf-8")
    with pytest.raises(RulesError) as wrong:
        load(path)
    assert str(wrong.value) == f"{path}:1:1: the file {BLOCK}"


def test_a_file_that_is_not_there_or_no_file_is_said(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.yaml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(RulesError) as wrong:
            load(path)
        assert str(wrong.value) == f"{path}:1:1: the file can't be read: {why}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # names that lead nowhere
        ("[oncall, office]", "onclal", "14:11: unknown chat 'onclal'; did you mean 'oncall'?"),
        ("[oncall, office]", "[oncall, zzz]", "14:20: unknown chat 'zzz'; there are oncall, office"),
        ("otherwise: office", "otherwise: ofice", "22:16: unknown chat 'ofice'; did you mean 'office'?"),
        ("source: contact", "source: contcat", "20:13: unknown source 'contcat'; did you mean 'contact'?"),
        ("source: contact", "source: [contact, zzz]", "20:23: unknown source 'zzz'; there are alertmanager, contact"),
        ("kind: form", "kind: from", "7:19: unknown kind 'from'; did you mean 'form'?"),
        ("kind: form", "kind: zzz", "7:19: unknown kind 'zzz'; there are " + ", ".join(sources.KINDS)),
        ("name: mail", "name: page", "19:11: a rule named 'page' stands further up; names tell rules apart"),
        # options
        ("    when:", "    whn:", "12:5: unknown option `whn`; did you mean `when`?"),
        ("    when:", "    zzz:", f"12:5: unknown option `zzz`; there are {RULE}"),
        ("kind: form,", "knd: 1, kind: form,", "7:13: unknown option `knd`; did you mean `kind`?"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, zzz: x}", f"3:31: unknown option `zzz`; there are {CHAT}"),
        ("{bearer: ALERTMANAGER_TOKEN}", "{hmac: S, algoritm: sha1}",
         "6:54: unknown option `algoritm`; did you mean `algorithm`?"),
        ("chats:\n", "chat: {}\nchats:\n", "1:1: unknown option `chat`; did you mean `chats`?"),
        # what is missing
        ("  - name: mail\n    source: contact", "  - source: contact", "19:5: `name` is missing"),
        ("    chat: [oncall, office]\n", "", "10:5: a rule needs a `chat`, or `drop: true`"),
        ("kind: form, ", "", "7:12: `kind` is missing"),
        ("{id: chat_e5f6a7b8}", "{}", "3:11: `id` is missing"),
        ("    otherwise: office\n", "",
         "19:5: a `chat` that is an expression stands alone and needs `otherwise`: a chat for when it names none"),
        # auth
        (", auth: none", "", f"7:12: `auth` is missing; it has to be {AUTH}"),
        ("auth: none", "auth: ~", f"7:31: `auth` has to be {AUTH}"),
        ("auth: none", "auth: bearer", f"7:31: `auth` has to be {AUTH}"),
        ("auth: none", "auth: {beaer: S}", f"7:31: `auth` has to be {AUTH}"),
        ("auth: none", "auth: {bearer: S, hmac: S}", f"7:31: `auth` has to be {AUTH}"),
        ("auth: none", "auth: [none]", f"7:31: `auth` has to be {AUTH}"),
        ("auth: none", "auth: {bearer: }", f"7:40: `bearer` {TEXT}"),
        ("auth: none", "auth: {bearer: a b}",
         "7:40: `bearer` has to be the name of a secret in letters, digits and _, as in ALERTMANAGER_TOKEN"),
        ("auth: none", "auth: {hmac: S, algorithm: md5}", "7:52: `algorithm` has to be 'sha1', 'sha256' or 'sha512'"),
        ("auth: none", "auth: {hmac: S, signed: x}",
         "7:31: `signed` has to contain {body}, or anyone could change the body"),
        # values
        ("chat_e5f6a7b8", "tel:+15550100", "3:16: `id` has to be the id of a chat, as in chat_a1b2c3d4"),
        ("oncall: chat_a1b2c3d4", "oncall: +15550100", "2:11: `id` has to be the id of a chat, as in chat_a1b2c3d4"),
        ("chat_e5f6a7b8", "15550100", f"3:16: `id` {TEXT}"),
        ("oncall: chat_a1b2c3d4", "oncall: [1]", "2:11: `id` has to be the id of a chat, as in chat_a1b2c3d4"),
        ("sources:\n", "sources:\n  Contact Us: {kind: form, auth: none}\n",
         "6:3: `Contact Us` has to be in small letters, digits, - and _, because it is part of an address"),
        ("repeat: 4h", "repeat: 5",
         "15:13: `repeat`: 5 is not a length of time; write a number and s, m, h or d, as in 30s, 5m, 4h, 1d"),
        ("repeat: 4h", "repeat: 0s",
         "15:13: `repeat`: '0s' is not a length of time; write a number and s, m, h or d, as in 30s, 5m, 4h, 1d"),
        ('when: event.severity == "critical"', "when: true", f"12:11: `when` {TEXT}"),
        ('when: event.severity == "critical"', "when: 2026-11-02", f"12:11: `when` {TEXT}"),
        ('when: event.severity == "critical"', "when: {a: 1}", f"12:11: `when` {TEXT}"),
        ("repeat: 4h", "drop: perhaps", "15:11: `drop` has to be true or false"),
        ("name: mail", "name: ''", "19:11: `name` must not be empty"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, limit: 99}", "3:38: `limit` has to be at least 100"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, limit: 2001}", "3:38: `limit` has to be at most 2000"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, limit: short}", "3:38: `limit` has to be a whole number"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, pace: fast}",
         "3:37: `pace`: 'fast' is not a pace; write texts per length of time, as in `3 per 1m`, or `off`"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, budget: 0}",
         "3:39: `budget`: 0 is not a budget; write `auto`, a number from 1 to 100, or `off`"),
        ("{id: chat_e5f6a7b8}", "{id: chat_e5f6a7b8, quiet: ['22:00-07:00 Europe/Berln']}",
         "3:39: `quiet`: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        ("repeat: 4h", "effect: slm", "15:13: `effect` has no 'slm'; did you mean 'slam'?"),
        ("repeat: 4h", "effect: zzz",
         ("15:13: `effect` has to be 'slam', 'loud', 'gentle', 'invisible-ink', 'echo', 'spotlight', 'balloons', "
          "'confetti', 'love', 'lasers', 'fireworks' or 'celebration'")),
        ("repeat: 4h", "link_preview: {}", "15:19: `link_preview` needs an `image`, a `title` or both"),
        ("repeat: 4h", "link_preview: {titel: x}", "15:20: unknown option `titel`; did you mean `title`?"),
        ("repeat: 4h", "split: maybe", "15:12: `split` has to be true or false"),
        ("name: mail", f"name: {'x' * 101}", "19:11: `name` has to have at most 100 characters"),
        ("source: contact", "source: 7",
         "20:13: `source` has to be a name or a list of names; put it in quotes if it is one"),
        ("source: contact", "source: [7]", f"20:14: `source` {TEXT}"),
        # what YAML reads as true or false
        ('when: event.severity == "critical"', "when: yes",
         "12:11: `when` has to be text, and YAML reads yes as true; put it in quotes"),
        ("otherwise: office", "otherwise: No",
         "22:16: `otherwise` has to be text, and YAML reads No as false; put it in quotes"),
        ("[oncall, office]", "on", "14:11: `chat` has to be text, and YAML reads on as true; put it in quotes"),
        ("[oncall, office]", "[oncall, off]",
         "14:20: `chat` has to be text, and YAML reads off as false; put it in quotes"),
        # expressions
        ('event.severity == "critical"', "event.severity ==",
         "12:28: `when`: unexpected end of input"),
        ("payload.alerts", "payload alerts", "13:19: `each`: unexpected identifier, expected end of input"),
        ("payload.alerts", "payload.alerts | frist",
         "13:28: `each`: there is no filter `frist`; did you mean `first`?"),
        ("      {{ item.labels.instance }}", "      {{ item.labels | }}",
         "18:24: `text`: unexpected `}}`, expected identifier"),
        ("      {{ item.labels.instance }}", "      {{ item.labels | uper }}",
         "18:24: `text`: there is no filter `uper`; did you mean `upper`?"),
        ("text: |\n      {{ event.title }}\n      {{ item.labels.instance }}", "text: '{{ event. }}'",
         "16:22: `text`: unexpected `}}`, expected identifier or integer"),
        ('else \'office\' }}"', 'else \'office\' }"', "21:67: `chat`: unexpected `}`, expected `}}`"),
        # YAML
        ("rules:\n", "rules:\n\t", "10:1: this is not YAML: a tab stands here; indent with blanks"),
        ("[oncall, office]", "[oncall, office", "15:11: this is not YAML: did not find expected ',' or ']'"),
        ("    repeat: 4h", "    chat: oncall", "15:5: `chat` stands here twice"),
        ("repeat: 4h", "<<: 3", "15:9: `<<` takes a block, or a list of blocks"),
        ("repeat: 4h", "? [a, b]\n    : 1",
         "15:7: a list or a block can't be a name; a text that begins with {{ has to be in quotes"),
        ("repeat: 4h", "repeat: 2026-13-45",
         "15:13: '2026-13-45' can't be read as timestamp; put it in quotes if it is text"),
        ("repeat: 4h", "repeat: !!bool perhaps",
         "15:13: 'perhaps' can't be read as bool; put it in quotes if it is text"),
        ("repeat: 4h", "repeat: !!timestamp soon",
         "15:13: 'soon' can't be read as timestamp; put it in quotes if it is text"),
        ("repeat: 4h", "repeat: !!int ''", "15:13: '' can't be read as int; put it in quotes if it is text"),
        ("repeat: 4h", "repeat: !!python/object:os.system x",
         ("15:13: this is not YAML: could not determine a constructor for the tag "
          "'tag:yaml.org,2002:python/object:os.system'")),
    ],
)  # fmt: skip
def test_a_mistake_is_pointed_at_and_what_would_be_right_is_said(old: str, new: str, said: str) -> None:
    assert problems(changed(old, new)) == [f"r.yaml:{said}"]


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing yet\n", "hello", "[1]", "7", "&a [*a]", "null"])
def test_a_file_without_the_three_blocks_is_said_to_be_so(content: str) -> None:
    assert problems(content) == [f"r.yaml:1:1: the file {BLOCK}"]


def test_all_blocks_that_are_missing_or_empty_are_said() -> None:
    assert problems("chats: {}\n") == ["r.yaml:1:1: `sources` is missing", "r.yaml:1:1: `rules` is missing"]
    assert problems("chats:\nsources:\nrules:\n") == [
        f"r.yaml:1:7: `chats` {BLOCK}",
        f"r.yaml:2:9: `sources` {BLOCK}",
        "r.yaml:3:7: `rules` has to be a list",
    ]


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    wrong = (
        changed("kind: form", "kind: from")
        .replace("each: payload.alerts", "each: payload alerts")
        .replace("mail", "page")
    )
    assert [problem.split(":")[1] for problem in problems(wrong)] == ["7", "13", "19"]
    wrong = changed("auth: none", "auth: {bearer: 7}").replace("when:", "whn:").replace("repeat: 4h", "repeat: 4")
    assert [problem.split(":")[1] for problem in problems(wrong)] == ["7", "12", "15"]


def test_a_block_that_is_wrong_hides_nothing_else() -> None:
    wrong = """\
chats:
  oncall: {id: 7, fallback: nobody}
  office: {id: chat_2, quite: x, fallback: [oncall, ofice]}
sources:
  in: {kind: jsn, aut: none}
  Out: {kind: form, auth: none}
rules:
  - {name: a, whn: x, chat: onclal, source: [Out, inn], text: "{{ x | uper }}"}
  - {chat: [office, offce], each: "a b"}
  - {name: a, repeat: 5, fallback: nobody, drop: false}
  - {name: b, chat: "{{ x }}", otherwise: ofice, thread: "{{", reply_to: "{% x %}", link_preview: {title: "{{ . }}"}}
  - [a]
templates:
  broken: "{{ a b }}"
  "a b": x
tests:
  - {name: t, event: e.json, expects: [], expect: [{rule: bb, chat: ofice}, {rule: a, chat: oncall}]}
  - {name: t, event: e.json, source: ot, expect: []}
"""
    said = [(problem.split(":")[1], problem.split(": ", 1)[1].partition(";")[0]) for problem in problems(wrong)]
    assert said == [
        ("2", f"`id` {TEXT.partition(';')[0]}"),
        ("2", "unknown chat 'nobody'"),
        ("3", "unknown option `quite`"),
        ("3", "unknown chat 'ofice'"),
        ("5", "`auth` is missing"),
        ("5", "unknown kind 'jsn'"),
        ("5", "unknown option `aut`"),
        ("6", "`Out` has to be in small letters, digits, - and _, because it is part of an address"),
        ("8", "unknown option `whn`"),
        ("8", "unknown chat 'onclal'"),
        ("8", "unknown source 'inn'"),
        ("8", "`text`: there is no filter `uper`"),
        ("9", "`name` is missing"),
        ("9", "unknown chat 'offce'"),
        ("9", "`each`: unexpected identifier, expected end of input"),
        ("10", "a rule named 'a' stands further up"),
        ("10", "`repeat`: 5 is not a length of time"),
        ("10", "unknown chat 'nobody'"),
        ("11", "unknown chat 'ofice'"),
        ("11", "`thread`: unexpected end of input, expected expression"),
        ("11", "`reply_to`: unknown statement x"),
        ("11", "`title`: unexpected `.`"),
        ("12", f"`rules` {BLOCK}"),
        ("14", "`broken`: unexpected identifier, expected `}}`"),
        ("15", "`a b` has to be a name in letters, digits and _ . / -, as in alert.txt"),
        ("17", "unknown option `expects`"),
        ("17", "unknown rule 'bb'"),
        ("17", "unknown chat 'ofice'"),
        ("18", "a test named 't' stands further up"),
        ("18", "unknown source 'ot'"),
    ]


def test_names_are_not_missed_where_nobody_could_write_any() -> None:
    assert problems("chats: 7\nsources: {}\nrules:\n- {name: a, chat: b, source: c}\n") == [
        f"r.yaml:1:8: `chats` {BLOCK}",
        "r.yaml:4:30: unknown source 'c'; there are none",
    ]


def test_a_deployed_file_with_a_broken_template_still_loads_and_one_with_a_wrong_name_does_not(tmp_path: Path) -> None:
    """A function that doesn't start tells nobody anything; a text that fails is told as its kind's own."""
    file = tmp_path / "rules.yaml"
    file.write_text(changed("{{ event.title }}", "{{ event.title | uper }}"))
    assert len(load_deployed(file).rules) == 2
    with pytest.raises(RulesError, match="there is no filter `uper`"):
        load(file)
    file.write_text(changed("[oncall, office]", "[oncall, nobody]"))
    with pytest.raises(RulesError, match="unknown chat 'nobody'"):
        load_deployed(file)


def test_of_many_names_only_some_are_listed() -> None:
    chats = ", ".join(f"c{n}: chat_{n}" for n in range(28))
    (said,) = problems(f"chats: {{{chats}}}\nsources: {{}}\nrules:\n- {{name: a, chat: zzz}}\n")
    assert said.endswith("there are " + ", ".join(f"c{n}" for n in range(20)) + " and 8 more")


def test_a_problem_has_its_line_as_it_stands_in_the_file() -> None:
    with pytest.raises(RulesError) as wrong:
        load_text(changed("kind: form", "kind: from").replace("\n", "\r\n").encode(), "r.yaml")
    assert [problem.excerpt for problem in wrong.value.problems] == ["  contact: {kind: from, auth: none}"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("text: |\n      a\n\n      ä🔥 {{ x | uper }}\n", 19, 17),
        ("text: |2\n        a\n          b {{ x | uper }}\n", 18, 20),
        ("text: >\n      a\n\n      {{ x | uper }}\n", 19, 14),
        ('text: "{{ x | uper }}"\n', 16, 19),
        ('text: "\\u00e4 {{ x | uper }}"\n', 16, 11),
        ("text: a {{ x\n      | uper }}\n", 17, 9),
        ("text: 'it''s {{ x | uper }}'\n", 16, 11),
        ("text: !!str 'a {{ x | uper }}'\n", 16, 27),
        ("text: &t a {{ x | uper }}\n", 16, 23),
    ],
)
def test_a_mistake_in_a_template_is_pointed_at_where_it_stands_in_the_file(text: str, line: int, column: int) -> None:
    wrong = changed("text: |\n      {{ event.title }}\n      {{ item.labels.instance }}\n", text)
    (said,) = problems(wrong)
    assert said == f"r.yaml:{line}:{column}: `text`: there is no filter `uper`; did you mean `upper`?"


def test_the_file_is_validated_once_when_it_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys.modules[look.__module__], "usable", lambda _: pytest.fail("the parts are for a file that is wrong")
    )
    assert load_text(WHOLE.encode(), "r.yaml").rules


def test_a_file_of_ten_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(SMALLEST.encode() + b"# " + b"x" * 10_000_000)
    began = perf_counter()
    with pytest.raises(RulesError) as wrong:
        load(path)
    assert perf_counter() - began < 0.5
    assert (
        str(wrong.value) == f"{path}:1:1: the file is larger than 1 MiB, and rules have a few KB; is it another file?"
    )


def test_without_any_chat_there_are_none_to_choose_from() -> None:
    assert problems("chats: {}\nsources: {}\nrules:\n- {name: a, chat: b}\n") == [
        "r.yaml:4:19: unknown chat 'b'; there are none"
    ]


def test_bytes_that_are_no_utf_8_are_pointed_at_by_their_line() -> None:
    assert problems(b"chats:\n  a: chat_1\n  b: \xff\n") == ["r.yaml:3:6: the file has to be UTF-8, and here it isn't"]


def test_a_second_document_or_a_control_character_is_not_yaml() -> None:
    assert problems(SMALLEST + "---\na: 1\n") == ["r.yaml:10:1: this is not YAML: but found another document"]
    assert problems("a: \x00") == [
        "r.yaml:1:1: this is not YAML: unacceptable character #x0000: control characters are not allowed"
    ]


@pytest.mark.parametrize("content", ["[" * 100_000, "{a: " * 5_000, "? " * 5_000, "- " * 5_000 + "x"])
def test_a_file_that_is_nested_without_end_is_refused(content: str) -> None:
    (problem,) = problems(content)
    assert problem.endswith(": the file is nested more than 50 levels deep")


def laughs(one: str, block: str) -> str:
    """Return a small file whose last anchor says `one` ten thousand million times."""
    grow = (f"a{n}: &a{n} " + block.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 11))
    return "\n".join([f"a0: &a0 {one}", *grow]) + "\n"


LISTS, MERGES = laughs("[x]", "[{}]"), laughs("{x: 1}", "{{<<: [{}]}}")


@pytest.mark.parametrize(
    "content",
    [
        LISTS,
        MERGES,
        LISTS + "? *a10\n: 1\n",
        LISTS + "chats: *a10\nsources: *a10\nrules: *a10\n",
        LISTS + "chats: {a: *a10}\nsources: {a: *a10, b: {kind: *a10, auth: *a10}}\nrules: [*a10]\n",
        LISTS + "chats: {}\nsources: {}\nrules: [{name: *a10, chat: *a10, repeat: *a10, when: *a10, drop: *a10}]\n",
        MERGES + "chats: *a10\nsources: *a10\nrules: [*a10]\n",
    ],
)
def test_anchors_cannot_make_a_small_file_large(content: str) -> None:
    said = problems(content)
    assert f"r.yaml:1:1: unknown option `a0`; there are {TOP}" in said or len(said) == 1
    assert len("\n".join(said)) < 10_000


@pytest.mark.parametrize(
    "content",
    ["&a [*a]", "&a {chats: *a, sources: *a, rules: *a}", "&a {<<: *a}", "&a {chats: {<<: *a}, <<: *a}",
     "chats: {}\nsources: {}\nrules: &r [*r]", "&a\n? *a\n: 1", "chats: &c {a: *c}\nsources: {}\nrules: []"],
)  # fmt: skip
def test_a_file_that_contains_itself_is_refused(content: str) -> None:
    assert problems(content)


letters = st.text(st.characters(codec="utf-8"), max_size=60)
parts = st.lists(
    st.sampled_from(
        ["chats:", "sources:", "rules:", "\n", "\n  ", "\n    ", "- ", "a: ", "name: ", "chat: ", "oncall", "kind: ",
         "form", "auth: ", "none", "{", "}", "[", "]", ", ", "&a ", "*a ", "<<: ", "? ", ": ", "|\n", ">\n",
         "'", '"', "#",
         "\t", "!!int ", "!!bool ", "!!set ", "!!timestamp ", "!x ", "2026-13-01", "1:99", "0x_", "~", "%YAML 1.1\n",
         "---",
         "...", "{{ x }}", "{{", "drop: true", "repeat: ", "5m", "chat_a1", "hmac: ", "S"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@st.composite
def scratched(draw: st.DrawFn) -> str:
    """Give the whole file with a piece taken out, and something else put there."""
    start = draw(st.integers(0, len(WHOLE)))
    end = start + draw(st.integers(0, 20))
    return WHOLE[:start] + draw(parts | letters) + WHOLE[end:]


@settings(deadline=None, max_examples=300)
@given(letters.map(str.encode) | st.binary(max_size=40) | parts.map(str.encode) | scratched().map(str.encode))
def test_any_file_at_all_loads_or_is_told_what_is_wrong(content: bytes) -> None:
    examined = examine(content, "r.yaml")
    lines = len(content.decode(errors="replace").splitlines()) + 1
    assert all(0 < problem.line <= lines and problem.column > 0 for problem in examined.problems)
    errors = [problem for problem in examined.problems if problem.severity == "error"]
    if examined.rules:
        assert not errors
        assert load_text(content, "r.yaml") == examined.rules
        assert all(chat.id.startswith("chat_") for chat in examined.rules.chats.values())
    else:
        with pytest.raises(RulesError) as wrong:
            load_text(content, "r.yaml")
        assert wrong.value.problems == errors != []
