"""What Stripe's types of events are called by people (https://docs.stripe.com/api/events/types)."""

import re

from hookline import amount
from hookline.models import JSON
from hookline.sources.kind import words

Tone = tuple[str, str, str]
# Icon, status and severity of what is told.
_PAID, _BACK, _BANK, _NEWS = (
    ("💰", "info", "info"),
    ("↩️", "info", "info"),
    ("🏦", "info", "info"),
    ("🔔", "info", "info"),
)
_TROUBLE, _OVER, _LOST = ("⚠️", "firing", "warning"), ("✅", "resolved", "info"), ("❌", "resolved", "warning")
_TOLD = {
    "payment_intent.succeeded": ("Payment received", _PAID),
    "payment_intent.payment_failed": ("Payment failed", _TROUBLE),
    "payment_intent.processing": ("Payment on its way", _NEWS),
    "payment_intent.requires_action": ("Payment waits for the customer", _NEWS),
    "payment_intent.amount_capturable_updated": ("Payment can be captured", _NEWS),
    "payment_intent.canceled": ("Payment cancelled", _NEWS),
    "setup_intent.setup_failed": ("Payment method not saved", _TROUBLE),
    "charge.succeeded": ("Payment received", _PAID),
    "charge.failed": ("Payment failed", _TROUBLE),
    "charge.refunded": ("Refund", _BACK),
    "refund.created": ("Refund", _BACK),
    "refund.failed": ("Refund failed", _TROUBLE),
    "charge.dispute.created": ("Dispute", _TROUBLE),
    "charge.dispute.updated": ("Dispute updated", _NEWS),
    "charge.dispute.funds_withdrawn": ("Dispute, the money is withheld", _NEWS),
    "charge.dispute.funds_reinstated": ("Dispute, the money is back", _OVER),
    "radar.early_fraud_warning.created": ("Payment that may be fraud", _TROUBLE),
    "checkout.session.completed": ("Checkout completed", _PAID),
    "checkout.session.async_payment_succeeded": ("Checkout paid", _PAID),
    "checkout.session.async_payment_failed": ("Checkout not paid", _TROUBLE),
    "checkout.session.expired": ("Checkout abandoned", _NEWS),
    "invoice.paid": ("Invoice paid", _PAID),
    "invoice.payment_succeeded": ("Invoice paid", _PAID),
    "invoice.payment_failed": ("Invoice not paid", _TROUBLE),
    "invoice.payment_action_required": ("Invoice waits for the customer", _TROUBLE),
    "invoice.overdue": ("Invoice overdue", _TROUBLE),
    "invoice.marked_uncollectible": ("Invoice written off", _LOST),
    "customer.subscription.created": ("New subscription", _PAID),
    "customer.subscription.deleted": ("Subscription ended", _NEWS),
    "customer.subscription.paused": ("Subscription paused", _NEWS),
    "customer.subscription.resumed": ("Subscription resumed", _NEWS),
    "customer.subscription.trial_will_end": ("Trial ends soon", _NEWS),
    "payout.paid": ("Payout arrived", _BANK),
    "payout.failed": ("Payout failed", _TROUBLE),
}
_DISPUTE_ENDS = {"won": ("Dispute won", _OVER), "lost": ("Dispute lost", _LOST)}
_UNPAID = {"past_due", "unpaid"}


def told(kind: str, thing: dict[str, JSON], before: dict[str, JSON]) -> tuple[str, Tone]:
    """Return the title of an event; and icon, status and severity."""
    if kind == "charge.dispute.closed":
        return _DISPUTE_ENDS.get(words(thing.get("status")), ("Dispute closed", _OVER))
    if kind == "customer.subscription.updated":
        return _changed(thing, before)
    if kind == "invoice.paid" and (tries := amount.read(thing.get("attempt_count"))) and tries > 1:
        return f"Invoice paid after {words(thing.get('attempt_count'), 9)} attempts", _OVER
    said = words(re.sub(r"^v[0-9]+\.", "", kind).replace(".", " ").replace("_", " "), 100)
    failed = kind.endswith(("failed", "action_required", "error_report_triggered"))
    return _TOLD.get(kind) or (f"{said[:1].upper()}{said[1:]}", _TROUBLE if failed else _NEWS)


def _changed(thing: dict[str, JSON], before: dict[str, JSON]) -> tuple[str, Tone]:
    """Say what is new about a subscription; the event holds the old values of what changed."""
    new, old = (words(of.get("status")) for of in (thing, before))
    if "status" in before and new in _UNPAID:
        return "Subscription unpaid", _TROUBLE
    if new == "active" and old in _UNPAID:
        return "Subscription paid again", _OVER
    if new == "active" and old == "trialing":
        return "Trial became a subscription", _PAID
    if "cancel_at_period_end" in before or "cancel_at" in before:
        ends = thing.get("cancel_at_period_end") is True or thing.get("cancel_at") is not None
        return ("Subscription will end" if ends else "Subscription goes on after all"), _NEWS
    return "Subscription changed", _NEWS
