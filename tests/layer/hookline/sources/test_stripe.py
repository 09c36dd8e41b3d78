"""What somebody reads when money comes, goes, or doesn't."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from tests.layer.hookline.sources.anything import anything

from hookline.sources.kind import MAX_TEXT
from hookline.sources.stripe import KIND, describe

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
IN_3_DAYS = int(NOW.timestamp()) + 3 * 86_400


def event(kind: str, thing: dict[str, Any], before: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    data = {"object": thing} | ({} if before is None else {"previous_attributes": before})
    return {"id": "evt_1", "object": "event", "type": kind, "livemode": True, "data": data} | changes


def text(kind: str, thing: dict[str, Any], before: dict[str, Any] | None = None, **changes: Any) -> str:
    return describe(event(kind, thing, before, **changes), NOW).text


def payment(**changes: Any) -> dict[str, Any]:
    return {"id": "pi_1", "object": "payment_intent", "amount": 4900, "currency": "eur"} | changes


def subscription(**changes: Any) -> dict[str, Any]:
    monthly = {"unit_amount": 1500, "currency": "eur", "recurring": {"interval": "month", "interval_count": 1}}
    items = {"data": [{"quantity": 3, "price": monthly}]}
    return {"id": "sub_1", "object": "subscription", "status": "active", "items": items} | changes


def test_a_payment_says_how_much_of_whom_for_what() -> None:
    assert text("payment_intent.succeeded", payment(receipt_email="ada@example.com", description="Order 1042")) == (
        "💰 Payment received: 49.00 EUR\nada@example.com, Order 1042\nhttps://dashboard.stripe.com/payments/pi_1"
    )


def test_a_payment_that_failed_says_why() -> None:
    whose = {"billing_details": {"name": "Ada Winter", "email": "ada@example.com"}}
    error = {"message": "Your card has insufficient funds.", "payment_method": whose}
    told = describe(event("payment_intent.payment_failed", payment(last_payment_error=error)), NOW)
    assert told.text == (
        "⚠️ Payment failed: 49.00 EUR\nAda Winter (ada@example.com)\nYour card has insufficient funds.\n"
        "https://dashboard.stripe.com/payments/pi_1"
    )
    assert (told.status, told.severity, told.body) == ("firing", "warning", "Your card has insufficient funds.")


def test_money_without_cents_has_none() -> None:
    assert text("payment_intent.succeeded", payment(amount=1900, currency="jpy")).startswith(
        "💰 Payment received: 1,900 JPY\n"
    )
    assert text("payment_intent.succeeded", payment(amount=1500, currency="kwd")).startswith(
        "💰 Payment received: 1.500 KWD\n"
    )


def test_what_is_only_a_test_says_so_and_leads_to_the_tests() -> None:
    assert text("payment_intent.succeeded", payment(), livemode=False) == (
        "💰 Payment received: 49.00 EUR (test mode)\nhttps://dashboard.stripe.com/test/payments/pi_1"
    )


@pytest.mark.parametrize(
    ("status", "said", "how", "severity"),
    [("won", "✅ Dispute won", "resolved", "info"), ("lost", "❌ Dispute lost", "resolved", "warning"),
     ("warning_closed", "✅ Dispute closed", "resolved", "info")],
)  # fmt: skip
def test_a_dispute_ends_well_or_not(status: str, said: str, how: str, severity: str) -> None:
    thing = {"id": "du_1", "object": "dispute", "amount": 4900, "currency": "usd", "status": status}
    told = describe(event("charge.dispute.closed", thing | {"payment_intent": "pi_1"}), NOW)
    assert told.text == f"{said}: 49.00 USD\nhttps://dashboard.stripe.com/payments/pi_1"
    assert (told.status, told.severity, told.thread) == (how, severity, "du_1")


def test_an_invoice_that_is_not_paid_says_when_it_is_tried_again() -> None:
    invoice = {"id": "in_1", "object": "invoice", "number": "F-7", "customer_name": "Birch & Sons", "currency": "eur"}
    failed = invoice | {"amount_remaining": 1900, "attempt_count": 2, "next_payment_attempt": IN_3_DAYS}
    assert text("invoice.payment_failed", failed) == (
        "⚠️ Invoice not paid: 19.00 EUR\nBirch & Sons, invoice F-7\nnext attempt in 3 d\n"
        "https://dashboard.stripe.com/invoices/in_1"
    )
    paid = describe(event("invoice.paid", invoice | {"amount_paid": 1900, "attempt_count": 3}), NOW)
    assert paid.text.startswith("✅ Invoice paid after 3 attempts: 19.00 EUR\n")
    assert (paid.status, paid.thread) == ("resolved", "in_1")
    at_once = describe(event("invoice.paid", invoice | {"amount_paid": 1900, "attempt_count": 1}), NOW)
    assert (at_once.status, at_once.title) == ("info", "Invoice paid: 19.00 EUR")


def test_a_refund_of_a_part_says_how_much_came_back_now() -> None:
    charge = {"id": "ch_1", "object": "charge", "amount": 4900, "amount_refunded": 3000, "currency": "eur"}
    assert text("charge.refunded", charge, {"amount_refunded": 2000}).startswith("↩️ Refund: 10.00 EUR\n")


def test_a_subscription_says_what_it_brings_and_how_often() -> None:
    assert text("customer.subscription.created", subscription()) == (
        "💰 New subscription: 45.00 EUR a month\nhttps://dashboard.stripe.com/subscriptions/sub_1"
    )


@pytest.mark.parametrize(
    ("now", "before", "said", "status"),
    [({"status": "past_due"}, {"status": "active"}, "⚠️ Subscription unpaid", "firing"),
     ({"status": "active"}, {"status": "past_due"}, "✅ Subscription paid again", "resolved"),
     ({"status": "active"}, {"status": "trialing"}, "💰 Trial became a subscription", "info"),
     ({"cancel_at_period_end": True}, {"cancel_at_period_end": False}, "🔔 Subscription will end", "info"),
     ({"cancel_at_period_end": False}, {"cancel_at_period_end": True}, "🔔 Subscription goes on after all", "info"),
     ({"quantity": 4}, {"quantity": 3}, "🔔 Subscription changed", "info")],
)  # fmt: skip
def test_a_change_of_a_subscription_is_told_by_what_was_before(
    now: dict[str, Any], before: dict[str, Any], said: str, status: str
) -> None:
    told = describe(event("customer.subscription.updated", subscription(**now), before), NOW)
    assert (told.text.partition(":")[0], told.status) == (said, status)


@pytest.mark.parametrize(
    ("kind", "said", "status"),
    [("tax.settings.updated", "🔔 Tax settings updated", "info"),
     ("treasury.outbound_payment.failed", "⚠️ Treasury outbound payment failed", "firing"),
     ("v2.core.account.closed", "🔔 Core account closed", "info")],
)  # fmt: skip
def test_a_type_that_nobody_thought_of_is_told_by_its_name(kind: str, said: str, status: str) -> None:
    told = describe(event(kind, {"id": "x_1", "object": "thing"}), NOW)
    assert told.text == f"{said}\nhttps://dashboard.stripe.com/events/evt_1"
    assert told.status == status


def test_a_payment_of_a_connected_account_leads_to_the_account() -> None:
    told = describe(event("payment_intent.succeeded", payment(), account="acct_7"), NOW)
    assert told.url == "https://dashboard.stripe.com/connect/accounts/acct_7"


def test_an_id_that_is_none_makes_no_address() -> None:
    assert describe(event("charge.failed", {"id": "../x?", "object": "charge"}, id="a b"), NOW).url == ""


def test_a_failed_payment_and_the_one_that_worked_are_one_story() -> None:
    charge = {"id": "ch_1", "object": "charge", "payment_intent": {"id": "pi_1"}, "amount": 4900, "currency": "eur"}
    threads = [
        describe(event(kind, thing), NOW).thread
        for kind, thing in (("payment_intent.succeeded", payment()), ("charge.failed", charge))
    ]
    assert threads == ["pi_1", "pi_1"]


def test_a_ping_is_greeted_and_tells_nobody_anything() -> None:
    assert KIND.greet is not None
    assert KIND.greet({"type": "v2.core.event_destination.ping"}) is not None
    assert KIND.greet(event("payment_intent.succeeded", payment())) is None
    assert KIND.greet(["ping"]) is None


def test_what_is_no_event_is_told_like_any_json() -> None:
    assert describe({"title": "Hello"}, NOW).text == "🔔 Hello"


NAMES = ["type", "data", "object", "previous_attributes", "id", "amount", "currency", "status", "items", "price",
         "unit_amount", "quantity", "recurring", "interval", "amount_refunded", "customer_details", "name", "email",
         "livemode", "account", "payment_intent", "attempt_count", "number", "reason", "trial_end"]  # fmt: skip
VALUES = ["invoice.paid", "charge.refunded", "customer.subscription.updated", "charge.dispute.closed", "subscription",
          "dispute", "invoice", "eur", "999999999999999", "1793900000"]  # fmt: skip


@settings(max_examples=200)
@given(anything(NAMES, VALUES), anything(NAMES, VALUES))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any, thing: Any) -> None:
    for sent in (payload, {"type": "customer.subscription.updated", "data": {"object": thing}}):
        told = describe(sent, NOW)
        assert told.title
        assert told.text.strip()
        assert len(told.text) <= MAX_TEXT
        assert told.status in {"firing", "resolved", "info"}
        assert told.severity in {"critical", "warning", "info"}
    assert KIND.greet is not None
    KIND.greet(payload)
