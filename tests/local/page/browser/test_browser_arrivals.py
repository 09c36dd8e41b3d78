"""What comes in is seen without a reload: which rule took it, why others didn't, and what became of its texts."""

import json
from typing import Any

import pytest
from tests.local.page.browser.opened import opened
from tests.test_run import Run, eventually

pytestmark = pytest.mark.slow


def test_a_webhook_appears_with_the_rule_that_took_it_and_why_others_did_not(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("Disk full")
    details = page.details("Disk full")
    details.locator(".rule.is-good").wait_for()
    assert page.row("Disk full").locator(".row .verdict").inner_text() == "queued"
    rules = details.locator(".rule").all_text_contents()
    assert rules[0] == '–ignore watchdog not matched: event.title == "Watchdog" is false'
    assert rules[1] == "–alerts to on-call another source: it is for alertmanager"
    assert rules[-1] == "✓anything else to on-call → oncall matched: it has no condition"
    details.locator(".delivery", has_text="Disk full").get_by_text("201").wait_for()
    # Whoever looks at a text reads it.
    page.bubble("Disk full").get_by_text("read").wait_for()
    page.row("Disk full").locator(".became", has_text="read").wait_for()


def test_what_nobody_hears_of_says_why(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("Watchdog")
    row = page.row("Watchdog")
    row.locator(".row .verdict", has_text="dropped").wait_for()
    run.post("json", {"title": "x"}, {"Authorization": "Bearer nearly"})
    view.locator(".row .verdict", has_text="refused").first.wait_for()


def test_a_provider_that_is_down_is_plain_to_see_and_all_arrives_once_it_is_back(run: Run, view: Any) -> None:
    page = opened(view, run)
    view.get_by_role("switch", name="Provider down").check()
    notice = view.locator(".notice", has_text="Provider down")
    notice.wait_for()
    page.post("In the dark")
    details = page.details("In the dark")
    details.locator(".attempts").get_by_text("503").first.wait_for()
    page.row("In the dark").locator(".became", has_text="retrying").wait_for()
    notice.get_by_role("button", name="Switch it off").click()
    notice.wait_for(state="detached")
    assert run.http.get("/blooio/faults").json() == {"faults": []}
    page.bubble("In the dark").wait_for()
    assert [text for text in run.texts() if "In the dark" in text] == ["🔔 In the dark"]


def test_a_rate_limit_counts_down_to_nothing(run: Run, view: Any) -> None:
    page = opened(view, run)
    view.get_by_role("switch", name="Rate limited").check()
    view.locator(".notice", has_text="the next 3 texts").wait_for()
    page.post("Too many")
    view.locator(".notice", has_text="the next 2 texts").wait_for()
    page.details("Too many").locator(".attempts").get_by_text("429").first.wait_for()
    view.get_by_role("switch", name="Rate limited").uncheck()
    view.locator(".notice", has_text="Rate limited").wait_for(state="detached")
    # The tests share the chat: what is still tried again would take the place of another's text.
    page.bubble("Too many").wait_for()


def test_a_number_that_can_not_be_is_said_to_be_none_and_switches_nothing(run: Run, view: Any) -> None:
    opened(view, run)
    streak, switch = view.get_by_role("spinbutton", name="Texts in a row"), view.get_by_role("switch", name="Waits")
    wrong = view.get_by_text("It has to be a whole number from 1 to 100.")
    for value in ("0", "-3", "2.5", "", "1000000"):
        streak.fill(value)
        switch.click()
        wrong.wait_for()
        eventually(lambda: not switch.is_checked())
        streak.fill("3")
        wrong.wait_for(state="detached")
    assert run.http.get("/blooio/limits").json() == {"limits": []}
    switch.check()
    view.locator(".notice", has_text="3 texts in a row").wait_for()
    streak.fill("0")
    streak.press("Tab")
    wrong.wait_for()
    assert switch.is_checked()
    assert run.http.get("/blooio/limits").json()["limits"][0]["streak"] == 3


def test_a_reply_brings_what_waits_in_one_text(run: Run, view: Any) -> None:
    page = opened(view, run)
    streak = view.get_by_role("spinbutton", name="Texts in a row")
    streak.fill("1")
    view.get_by_role("switch", name="Waits for a reply").check()
    view.locator(".notice", has_text="Waits for a reply").wait_for()
    for title in ("Desk one", "Desk two", "Desk three"):
        page.post(title, "desk")
    page.chat("desk")
    page.bubble("Desk one").wait_for()
    page.row("Desk three").locator(".became", has_text="parked").wait_for()
    view.locator("#hint", has_text="waits for an answer").wait_for()
    view.get_by_label("Answer as the person", exact=True).fill("On it")
    view.get_by_role("button", name="Send as the person").click()
    view.locator(".is-mine", has_text="On it").wait_for()
    page.bubble("2 more").wait_for()
    details = page.details("Desk three")
    details.locator(".delivery", has_text="In one text").get_by_text("2 more").wait_for()
    # It waits where it was told instead, and is not over before nobody waits.
    details.locator(".delivery", has_text="Instead").locator(".status", has_text="parked").first.wait_for()
    assert page.row("Desk three").locator(".became").inner_text() == "parked"
    for name in ("office", "oncall"):
        page.chat(name)
        view.get_by_label("Answer as the person", exact=True).fill("Here, too")
        view.get_by_role("button", name="Send as the person").click()
        view.locator(".is-mine", has_text="Here, too").first.wait_for()
    page.row("Desk three").locator(".became", has_text="digested").wait_for()


def test_a_reply_to_one_text_quotes_it_and_says_which_it_answers(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("Which one?")
    page.post("This one!")
    page.bubble("This one!").wait_for()
    view.get_by_role("button", name="React to 🔔 Which one?").click()
    view.get_by_role("group", name="Reactions").get_by_role("button", name="Reply").click()
    view.keyboard.type("The first")
    view.keyboard.press("Enter")
    page.bubble("The first").locator(".quote", has_text="Which one?").wait_for()
    said = next(c for c in run.http.get("/blooio/conversations").json() if c["chat_id"] == "chat_oncall")["texts"]
    first, answer = (next(text for text in said if words in text["text"]) for words in ("Which one?", "The first"))
    assert answer["reply_to"] == first["id"]


def test_each_channel_is_named_where_it_begins(run: Run, view: Any) -> None:
    texts = [
        {"id": f"msg_{n}", "chat_id": "chat_oncall", "text": f"By {name}", "status": "delivered",
         "created_at": 1000 * n, "protocol": protocol, "direction": direction, "reaction": None}
        for n, (protocol, name, direction) in enumerate(
            [("imessage", "iMessage", "outbound"), ("sms", "SMS", "outbound"), ("sms", "SMS", "inbound"),
             ("whatsapp", "WhatsApp", "outbound"), ("rcs", "RCS", "outbound")]
        )
    ]  # fmt: skip
    told = [{"chat_id": "chat_oncall", "limit": None, "in_a_row": 0, "refused": 0, "texts": texts}]
    view.route("**/blooio/conversations", lambda route: route.fulfill(json=told))
    page = opened(view, run)
    page.bubble("By RCS").wait_for()
    headings = [heading.partition(" · ")[0] for heading in view.locator("#bubbles .day").all_inner_texts()]
    assert headings == ["iMessage", "SMS", "WhatsApp", "RCS"]


def test_what_could_not_be_said_stays_in_the_field_with_the_reason(run: Run, view: Any) -> None:
    page = opened(view, run)
    page.post("Say something")
    page.bubble("Say something").wait_for()
    words = view.get_by_label("Answer as the person", exact=True)
    refusal = {"error": {"code": "not_found", "message": "No chat was found."}}
    view.route("**/blooio/reply", lambda route: route.fulfill(status=404, json=refusal))
    words.fill("Hello?")
    words.press("Enter")
    view.locator("#hint", has_text="No chat was found.").wait_for()
    eventually(lambda: words.input_value() == "Hello?")
    view.unroute("**/blooio/reply")
    words.press("Enter")
    view.locator(".is-mine", has_text="Hello?").wait_for()
    view.locator("#hint").wait_for(state="hidden")


def test_the_form_that_comes_along_arrives(run: Run, view: Any) -> None:
    view.goto("/form")
    view.get_by_label("Name").fill("Noor Haddad")
    view.get_by_label("E-mail").fill("noor@example.com")
    view.get_by_label("Message").fill("Is Friday all right?")
    view.get_by_role("button").click()
    view.get_by_role("heading", name="Thank you").wait_for()
    page = opened(view, run)
    page.chat("office")
    page.bubble("Is Friday all right?").wait_for()


def test_a_line_that_breaks_is_told_and_taken_up_again(run: Run, view: Any) -> None:
    view.route("**/page/stream", lambda route: route.abort())
    view.goto("/")
    view.locator(".notice", has_text="The server has stopped.").wait_for()
    view.unroute("**/page/stream")
    view.locator(".notice", has_text="The server has stopped.").wait_for(state="detached")
    page = opened(view, run)
    page.post("Back again")
    page.row("Back again").wait_for()


def test_live_says_so_offers_no_buttons_and_asks_before_it_sends(run: Run, view: Any) -> None:
    sent = []
    with run.http.stream("GET", "/page/stream") as answer:
        hello = next(line for line in answer.iter_lines() if line.startswith("data: "))
    told = json.loads(hello.removeprefix("data: "))
    body = f"event: hello\ndata: {json.dumps({**told, 'live': True})}\n\n"
    view.route("**/page/stream", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    view.route("**/page/send", lambda route: (sent.append(1), route.fulfill(json={"status": 202, "answer": None})))
    page = opened(view, run)
    view.locator(".notice", has_text="LIVE").wait_for()
    assert view.get_by_role("button", name="Alert", exact=True).get_attribute("aria-disabled") == "true"
    assert not view.get_by_role("switch").first.is_visible()
    page.playground()
    view.get_by_role("button", name="Send", exact=True).click()
    view.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    view.get_by_role("button", name="Send", exact=True).click()
    assert sent == []
    view.get_by_role("dialog").get_by_role("button", name="Send it").click()
    view.get_by_text("Sent, and answered 202.").wait_for()
    assert sent == [1]
