"""What is said of templates that were tried on samples, and that a template which ends the process ends no other's."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hookline.rules.examine import examine
from hookline.sources import KINDS
from local.commands import trials as module
from local.commands.trials import KILLED, Trial, trials, tried

# Stands in for the process that tries templates: here some templates do end it, each in its way.
DEADLY = """\
import os, signal
from hookline.rules.expression import Expressions
from local.commands import trial

def text(self, source, scope):
    if source == "abort":
        os.abort()
    if source == "loop":
        while True:
            pass
    if source == "memory":
        bytearray(2 * trial.BYTES)
    if source == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return expressions_text(self, source, scope)

expressions_text, Expressions.text = Expressions.text, text
trial.main()
"""
FILE = """\
chats: {oncall: chat_1}
sources:
  alertmanager: {kind: alertmanager, auth: none}
  json: {kind: json, auth: none}
  github: {kind: github, auth: none}
rules:
"""


def text(source: str, scope: int = 0) -> Trial:
    return Trial(source, is_text=True, scope=scope)


def said(rules: str) -> list[str]:
    read, problems, tree = examine((FILE + rules).encode(), "rules.yaml")
    assert read is not None, problems
    return [f"{problem.line} {problem.severity}: {problem.sentence}" for problem in trials(read, tree)]


@pytest.fixture
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "deadly.py"
    script.write_text(DEADLY)
    run = subprocess.run

    def instead(command: list[str], **options: Any) -> Any:
        assert command == [sys.executable, "-m", "local.commands.trial"]
        return run([sys.executable, str(script)], **options)

    monkeypatch.setattr(module.subprocess, "run", instead)


def test_what_fails_is_told_by_its_place_with_the_reason() -> None:
    ended = tried({}, [{"payload": 1}, {"payload": 0}], [text("{{ 1 // payload }}", n) for n in (0, 1, 0)])
    assert [bool(failed["why"]) for failed in ended] == [False, True, False]
    assert not ended[1]["is_limit"]


def test_a_limit_is_told_from_a_mistake() -> None:
    [failed] = tried({}, [{}], [text("{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}")])
    assert failed == {"why": "it takes too many steps", "is_limit": True, "is_for": True}


def test_nothing_to_try_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.subprocess, "run", None)
    assert tried({}, [], []) == []


@pytest.mark.slow
@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize("how", ["abort", "loop", "kill"])
def test_a_template_that_ends_the_process_is_named_and_the_others_are_tried_all_the_same(how: str) -> None:
    planned = [text("fine"), text(how), text("{{ 1 // 0 }}"), text(how), text("fine")]
    first, killed, failed, again, last = tried({}, [{}], planned)
    assert (first["why"], last["why"]) == ("", "")
    assert killed == again == KILLED
    assert failed["why"] not in {"", KILLED["why"]}


@pytest.mark.slow
@pytest.mark.usefixtures("deadly")
@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
def test_a_template_that_takes_too_much_memory_is_named() -> None:
    first, killed, last = tried({}, [{}], [text("fine"), text("memory"), text("fine")])
    assert (first["why"], last["why"]) == ("", "")
    assert killed == KILLED


def test_a_process_that_does_not_start_is_no_template_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="didn't start"):
        tried({}, [{}], [text("fine")])


def test_each_template_is_tried_with_each_sample_of_the_kinds_that_it_is_for() -> None:
    rules, _, _ = examine(
        (FILE + "  - {name: a, source: json, chat: oncall, text: '{{ 1 }}'}\n").encode(), "rules.yaml"
    )
    assert rules is not None
    planned = list(module._planned(rules, list(module.samples({"alertmanager", "json"}))))  # noqa: SLF001
    assert {sample.kind for _, sample, _ in planned} == {"json"}


def test_the_first_failure_of_a_template_is_told_once_at_its_place() -> None:
    [warning] = said("  - name: a\n    source: alertmanager\n    chat: oncall\n    text: '{{ payload.status // 2 }}'\n")
    assert warning.startswith("10 warning: `text`: fails with events/alertmanager_")


def test_a_limit_is_an_error_whatever_the_kind() -> None:
    endless = "{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}"
    [error] = said(f"  - {{name: a, source: json, chat: oncall, text: '{endless}'}}\n")
    assert error.startswith("7 error: `text`: fails with events/")
    assert error.endswith(": it takes too many steps")


def test_what_a_sender_of_its_own_may_post_is_no_reason_to_warn() -> None:
    assert said("  - {name: a, source: json, chat: oncall, text: '{{ payload.nothing - 1 }}'}\n") == []
    assert said("  - {name: a, source: alertmanager, chat: oncall, text: '{{ payload.nothing - 1 }}'}\n") != []


def test_a_sample_that_the_rule_would_not_take_counts_for_limits_alone() -> None:
    rule = "  - {name: a, source: alertmanager, when: %s, chat: oncall, text: '{{ %s }}'}\n"
    assert said(rule % ("not true", "payload.status - 1")) == []
    assert said(rule % ("payload.nothing / 2", "payload.status - 1"))[0].startswith("7 warning: `when`")
    assert len(said(rule % ("not false", "payload.status - 1"))) == 1
    [error] = said(rule % ("not true", "payload.status * 99999"))
    assert error.startswith("7 error: `text`")


def test_a_text_of_an_each_that_gives_nothing_is_not_the_one_that_goes_out() -> None:
    rule = "  - {name: a, source: alertmanager, each: payload.nothing, chat: oncall, text: '{{ item.status - 1 }}'}\n"
    assert said(rule) == []


def test_what_fails_with_all_that_a_sender_posts_is_a_warning_also_where_its_payloads_have_no_known_shape() -> None:
    rule = "  - {name: a, source: github, chat: oncall, text: '{{ %s }}'}\n"
    assert KINDS["github"].shape is None
    assert len(said(rule % "payload.nothing - 1")) == 1
    assert said(rule % "payload.ref.upper()") == []  # some have none
    assert said(rule.replace("chat:", "when: payload.ref, chat:") % "payload.ref - 1") != []


def test_a_limit_behind_what_fails_is_found() -> None:
    [error] = said("  - {name: a, source: json, chat: oncall, text: \"{{ payload - 1 }}{{ 'a' * 99999 }}\"}\n")
    assert error.startswith("7 error: `text`: fails with events/")


def test_a_rule_with_each_is_tried_with_an_item() -> None:
    rule = "  - {name: a, source: alertmanager, chat: oncall, %s text: '{{ item.labels.alertname.upper() - 1 }}'}\n"
    assert len(said(rule % "each: payload.alerts,")) == 1
    assert (
        said("  - {name: a, source: alertmanager, chat: oncall, each: payload.alerts, text: '{{ item.status }}'}\n")
        == []
    )


def test_every_option_that_is_a_template_is_tried() -> None:
    broken, right = "payload.status // 2", "payload.alerts"
    found = set()
    for when, each in ((broken, right), (right, broken), (right, right)):  # where one fails the text isn't come to
        rule = (
            f"  - {{name: a, source: alertmanager, when: {when}, each: {each}, otherwise: oncall,\n"
            f"     chat: '{{{{ {broken} }}}}',\n"
            f"     text: '{{{{ {broken} }}}}', thread: '{{{{ {broken} }}}}', reply_to: '{{{{ {broken} }}}}',\n"
            f"     link_preview: {{title: '{{{{ {broken} }}}}', image: '{{{{ {broken} }}}}'}}}}\n"
        )
        found |= {sentence.split("`")[1] for sentence in said(rule)}
    assert found == {"chat", "each", "image", "reply_to", "text", "thread", "title", "when"}
