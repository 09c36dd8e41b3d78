"""The playground tells what rules would make of a webhook as one types, and what is wrong with them at its line."""

from typing import Any

import pytest
from tests.local.page.browser.opened import opened
from tests.test_run import Run, eventually

pytestmark = pytest.mark.slow

WORDS = 'text: "Mended: {{ event.title }}"'


@pytest.fixture(autouse=True)
def _file(run: Run) -> Any:
    """Let the rules of the file run again."""
    yield
    run.http.post("/page/rules", json={"text": None}, headers={"Origin": run.url}).raise_for_status()


def test_an_error_is_shown_at_its_line_and_a_bubble_once_it_is_mended(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    rules = page.rules()
    view.locator("#texts .bubble").first.wait_for()
    good = rules.input_value()
    bad = good.replace("source: alertmanager, chat: oncall", "source: alertmanager, chat: onclal")
    line = next(n for n, each in enumerate(bad.splitlines(), 1) if "onclal" in each)
    rules.fill(bad)
    view.locator(".lines .is-error").wait_for()
    assert view.locator(".lines .is-error").inner_text() == str(line)
    problem = view.get_by_role("button", name=f"Line {line}")
    assert "did you mean 'oncall'?" in problem.inner_text()
    assert rules.get_attribute("aria-invalid") == "true"
    assert view.get_by_role("button", name="Send with these rules").is_disabled()
    problem.click()
    here = rules.evaluate("area => area.value.slice(0, area.selectionStart).split('\\n').length")
    assert (here, rules.evaluate("area => area === document.activeElement")) == (line, True)
    rules.fill(good.replace("source: alertmanager, chat: oncall", f"source: alertmanager, chat: oncall, {WORDS}"))
    view.locator("#texts .bubble", has_text="Mended: ").wait_for()
    view.locator("#problems .is-error").wait_for(state="detached")
    assert view.locator("#why .rule.is-good").text_content().startswith("✓alerts to on-call")


PASTE = """(area, data) => area.dispatchEvent(
    new InputEvent("beforeinput", {data, inputType: "insertFromPaste", cancelable: true}))"""
PUT = "(area, text) => { area.value = text; area.dispatchEvent(new Event('input')); }"


def test_rules_that_are_far_too_long_are_said_to_be_so_and_not_numbered(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    rules = page.rules()
    good = rules.input_value()
    assert not rules.evaluate(PASTE, "a: 1\n" * 500_000)
    view.get_by_text("That was left out: it is larger than 1 MiB").wait_for()
    assert rules.evaluate(PASTE, "a: 1\n")
    rules.evaluate(PUT, f"{'# ' + 'é' * 6000}\n" * 100)
    view.get_by_role("button", name="the text is larger than 1 MiB").wait_for()
    assert view.locator("#lines").evaluate("lines => lines.childElementCount") == 0
    assert view.get_by_role("button", name="Send with these rules").is_disabled()
    rules.evaluate(PUT, good)
    view.get_by_text("the text is larger than 1 MiB").wait_for(state="detached")
    assert view.locator("#lines").evaluate("lines => lines.childElementCount") == good.count("\n") + 1


def test_what_is_sent_with_changed_rules_arrives_on_the_phone(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    rules = page.rules()
    rules.fill(rules.input_value().replace("{name: alerts to on-call,", f"{{name: alerts to on-call, {WORDS},"))
    view.locator("#texts .bubble", has_text="Mended: ").wait_for()
    view.get_by_role("button", name="Send with these rules").click()
    page.bubble("Mended: ").first.wait_for()
    view.locator(".notice", has_text="the file on your disk is as it was").wait_for()
    view.get_by_role("button", name="See what became of it").click()
    view.locator(".webhook .details:not([hidden])").get_by_text("Mended: ").first.wait_for()
    view.locator(".notice").get_by_role("button", name="Back to the file").click()
    view.locator(".notice", has_text="the file on your disk").wait_for(state="detached")


def test_rules_are_used_and_the_file_runs_again(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    rules = page.rules()
    rules.fill(rules.input_value() + "\n# used\n")
    view.get_by_role("button", name="Use these rules").click()
    view.get_by_text("These rules run now.").wait_for()
    view.get_by_role("button", name="Back to the file").last.click()
    view.get_by_text("The rules of the file run.").wait_for()
    assert "# used" not in rules.input_value()


def test_a_draft_survives_a_reload(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    rules = page.rules()
    rules.fill(rules.input_value() + "\n# a draft\n")
    view.get_by_label("Webhook", exact=True).fill('{"title": "My own"}')
    view.get_by_label("Source").select_option("json")
    view.locator("#texts .bubble", has_text="My own").wait_for()
    view.reload()
    view.locator("#texts .bubble", has_text="My own").wait_for()
    assert view.get_by_role("tab", name="Playground").get_attribute("aria-selected") == "true"
    assert page.rules().input_value().endswith("# a draft\n")


def test_a_webhook_is_edited_and_replayed(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("Before the edit")
    page.details("Before the edit").get_by_role("button", name="Edit and replay").click()
    body = view.get_by_label("Webhook", exact=True)
    assert body.evaluate("area => area === document.activeElement")
    assert view.get_by_label("Source").input_value() == "json"
    body.fill(body.input_value().replace("Before", "After"))
    view.locator("#texts .bubble", has_text="After the edit").wait_for()
    view.get_by_role("button", name="Send", exact=True).click()
    page.bubble("After the edit").wait_for()


def test_what_is_sent_again_is_told_to_be_the_same(run: Run, view: Any) -> None:
    page = opened(view, run)
    run.post(
        "json", {"title": "Only once"}, {"Authorization": "Bearer local-json-token", "Idempotency-Key": "only-once"}
    )
    details = page.details("Only once")
    page.bubble("Only once").wait_for()
    details.get_by_role("button", name="Send again").click()
    details.get_by_text("nobody is told twice").wait_for()
    page.row("Only once").locator(".row .verdict", has_text="duplicate").wait_for()
    assert len([text for text in run.texts() if "Only once" in text]) == 1


def test_tab_indents_and_escape_lets_it_leave(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    rules = page.rules()
    rules.fill("chats:\noncall: x\n")
    rules.evaluate("area => area.setSelectionRange(7, 7)")
    view.keyboard.press("Tab")
    assert rules.input_value() == "chats:\n  oncall: x\n"
    view.keyboard.press("Shift+Tab")
    assert rules.input_value() == "chats:\noncall: x\n"
    view.keyboard.press("Escape")
    view.keyboard.press("Tab")
    assert not rules.evaluate("area => area === document.activeElement")


def test_the_newest_answer_wins(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.playground()
    page.rules()
    body = view.get_by_label("Webhook", exact=True)
    view.get_by_label("Source").select_option("json")
    held = []
    view.route("**/page/rehearse", lambda route: held.append(route))  # noqa: PLW0108 - playwright wants a function
    body.fill('{"title": "The old one"}')
    eventually(lambda: view.evaluate("0") or len(held) == 1)
    body.fill('{"title": "The new one"}')
    eventually(lambda: view.evaluate("0") or len(held) == 2)
    held[1].continue_()
    view.locator("#texts .bubble", has_text="The new one").wait_for()
    view.unroute("**/page/rehearse")
