"""Names that no event has."""

import pytest

from hookline.rules.examine import examine

FILE = """\
chats: {oncall: chat_a}
sources:
  alerts: {kind: alertmanager, auth: none}
  form: {kind: form, auth: none}
rules:
  - name: first
    source: SOURCE
    continue: true
    chat: oncall
    RULE
  - {name: rest, chat: oncall}
"""


def warned(rule: str, source: str = "alerts") -> list[str]:
    examined = examine(FILE.replace("RULE", rule).replace("SOURCE", source).encode(), "r.yaml")
    assert all(problem.severity == "warning" for problem in examined.problems), examined.problems
    return [str(problem) for problem in examined.problems]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("when: paylod.status == 1", "r.yaml:10:11: warning: `when`: there is no `paylod`; did you mean 'payload'?"),
        ("text: '{{ event.titel }}'",
         "r.yaml:10:15: warning: `text`: `event` never has `titel`; did you mean 'title'?"),
        ("when: event.where",
         ("r.yaml:10:11: warning: `when`: `event` never has `where`; there are title, status, severity, icon, body, "
          "url, fields, thread, items, id, received_at")),
        ("text: '{{ payload.comonLabels.x }}'",
         "r.yaml:10:15: warning: `text`: `payload` never has `comonLabels`; did you mean 'commonLabels'?"),
        ("when: payload.alerts.labels.x",
         ("r.yaml:10:11: warning: `when`: `payload.alerts` is a list and has no `labels`; "
          "`each`, a loop or `[0]` gives one of its items")),
        ("when: headers.x_env == 'prod'",
         "r.yaml:10:11: warning: `when`: `headers` never has `x_env`; write `headers['x-env']`"),
        ("text: \"{{ headers['X-Env'] }}\"",
         "r.yaml:10:15: warning: `text`: `headers` never has `X-Env`; write `headers['x-env']`"),
        ("when: payload.status != null", "r.yaml:10:29: warning: `when`: there is no `null`; write `none`"),
        ("when: item.labels",
         "r.yaml:10:11: warning: `when`: there is no `item` here; only the text of a rule with `each` has one"),
        ("{each: payload.alerts, text: '{{ item.anotations.summary }}'}".strip("{}").replace(", text", "\n    text"),
         "r.yaml:11:15: warning: `text`: `item` never has `anotations`; did you mean 'annotations'?"),
    ],
)  # fmt: skip
def test_a_name_that_no_event_of_the_kind_has_is_a_warning(rule: str, said: str) -> None:
    assert warned(rule) == [said]


@pytest.mark.parametrize(
    "rule",
    [
        "when: payload.alerts[0].labels.anything == 1 and payload.commonLabels.team == headers['x-a'] and query.q",
        "text: '{{ event.fields.x }} {{ now }} {{ source }} {{ event.received_at | ago }}'",
        "text: '{% for a in payload.alerts %}{{ a.labels.x }}{{ loop.index }}{% endfor %}{% set b = 1 %}{{ b }}'",
        "each: payload.alerts\n    text: '{{ item.labels.anything }}'",
        "each: payload.alerts | sort\n    text: '{{ item.whatever }}'",
    ],
)
def test_what_some_event_can_have_is_not(rule: str) -> None:
    assert warned(rule) == []


def test_a_rule_for_several_kinds_may_use_what_one_of_them_has() -> None:
    assert warned("when: payload.anything.at.all", source="[alerts, form]") == []
    assert warned("when: payload.anything", source="form") == []
