"""Stripe's events: payments, refunds, disputes, checkouts, invoices, subscriptions, payouts.

Names are from https://docs.stripe.com/api/events/types, the signature from https://docs.stripe.com/webhooks#verify-manually.
"""

import re
from datetime import datetime
from decimal import Decimal

from hookline import amount, clock
from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.kind import Greeting, Kind, at, first, items, mapping, words
from hookline.sources.stripe_words import told
from hookline.sources.tell import tell

_AMOUNTS = {"invoice.paid": ("amount_paid",), "invoice.payment_succeeded": ("amount_paid",)}
_USUAL_AMOUNTS = ("amount_total", "amount_remaining", "amount_due", "amount", "total")
_NAMES = (("customer_details", "name"), ("customer_name",), ("billing_details", "name"), ("shipping", "name"),
          ("last_payment_error", "payment_method", "billing_details", "name"))  # fmt: skip
_MAILS = (("customer_details", "email"), ("customer_email",), ("billing_details", "email"), ("receipt_email",),
          ("last_payment_error", "payment_method", "billing_details", "email"))  # fmt: skip
_WHYS = (("last_payment_error", "message"), ("last_setup_error", "message"), ("failure_message",),
         ("last_finalization_error", "message"), ("cancellation_details", "comment"))  # fmt: skip
_PAGES = {"charge": "payments", "payment_intent": "payments", "invoice": "invoices", "subscription": "subscriptions",
          "payout": "payouts", "customer": "customers"}  # fmt: skip
_ID = re.compile("[A-Za-z0-9_]{1,100}")
_LONGEST_CURRENCY = 10


def describe(payload: JSON, now: datetime) -> Event:
    """Say how much, of whom, and where something went wrong, why and what comes next."""
    event = mapping(payload)
    kind, thing = event.get("type"), mapping(at(event, "data", "object"))
    if not isinstance(kind, str) or not kind.strip():
        return generic.describe(payload, now)  # not what Stripe sends
    title, (icon, status, severity) = told(kind, thing, mapping(at(event, "data", "previous_attributes")))
    money = _money(kind, event, thing)
    why = _why(thing)
    return tell(
        title + (f": {money}" if money else "") + (" (test mode)" if event.get("livemode") is False else ""),
        ", ".join(filter(None, [_who(thing), _what(thing)])),
        why,
        _next(thing, now),
        url=_link(event, thing),
        status=status,
        severity=severity,
        icon=icon,
        body=why,
        thread=_thread(thing),
        fields=thing,
    )


def greet(payload: JSON) -> Greeting | None:
    """Answer the event that the dashboard sends to see whether an endpoint is there."""
    is_ping = at(payload, "type") == "v2.core.event_destination.ping"
    return Greeting("Stripe asked whether anybody is there") if is_ping else None


def _money(kind: str, event: dict[str, JSON], thing: dict[str, JSON]) -> str:
    currency = words(thing.get("currency"), _LONGEST_CURRENCY)
    if _object(thing) == "subscription":
        return _price(thing)
    if kind == "charge.refunded":
        back, earlier = thing.get("amount_refunded"), at(event, "data", "previous_attributes", "amount_refunded")
        found = (amount.read(back) or Decimal(0)) - (amount.read(earlier) or Decimal(0))
    else:
        read = (amount.read(thing.get(name)) for name in _AMOUNTS.get(kind, _USUAL_AMOUNTS))
        found = next((value for value in read if value is not None), Decimal(0))
    return amount.say(found, currency, minor=True) if found and currency else ""


def _price(subscription: dict[str, JSON]) -> str:
    """Return what a subscription costs and how often; what has several prices or steps has no one price."""
    listed = [mapping(item) for item in items(at(subscription, "items", "data"))]
    price = mapping(listed[0].get("price")) if len(listed) == 1 else {}
    each, many = amount.read(price.get("unit_amount")), amount.read(listed[0].get("quantity", 1)) if listed else None
    currency = words(price.get("currency"), _LONGEST_CURRENCY)
    if each is None or many is None or not currency:
        return ""
    every, count = words(at(price, "recurring", "interval"), 10), words(at(price, "recurring", "interval_count"), 5)
    often = f" every {count} {every}s" if count not in {"", "1"} else f" a {every}"
    return amount.say(each * many, currency, minor=True) + (often if every else "")


def _who(thing: dict[str, JSON]) -> str:
    names, mails = (_NAMES, _MAILS) if _object(thing) != "customer" else ((("name",),), (("email",),))
    name, mail = (first(words(at(thing, *path), 100) for path in paths) for paths in (names, mails))
    return f"{name} ({mail})" if name and mail else name or mail


def _what(thing: dict[str, JSON]) -> str:
    number = words(thing.get("number"), 50) if _object(thing) == "invoice" else ""
    if number or _object(thing) == "payout":  # whose description is always the same
        return f"invoice {number}" if number else ""
    return words(thing.get("description"), 150)


def _why(thing: dict[str, JSON]) -> str:
    if why := first(words(at(thing, *path)) for path in _WHYS):
        return why
    given = at(thing, "cancellation_details", "feedback")
    if _object(thing) in {"dispute", "refund"}:
        given = thing.get("reason")
    return f"reason: {reason.replace('_', ' ')}" if (reason := words(given, 60)) else ""


def _next(thing: dict[str, JSON], now: datetime) -> str:
    """Say when something happens next, as long as it is ahead."""
    ahead = {
        "answer within": at(thing, "evidence_details", "due_by"),
        "next attempt in": thing.get("next_payment_attempt"),
        "ends in": thing.get("cancel_at"),
        "trial ends in": thing.get("trial_end"),
    }
    for said, value in ahead.items():
        moment = clock.read(value)
        if moment and moment > now:
            return f"{said} {clock.say((moment - now).total_seconds())}"
    return ""


def _object(thing: dict[str, JSON]) -> str:
    return words(thing.get("object"), 50)


def _id(value: JSON) -> str:
    """Return an id; of what was expanded its own."""
    found = at(value, "id") if isinstance(value, dict) else value
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def _link(event: dict[str, JSON], thing: dict[str, JSON]) -> str:
    """Return the page of the dashboard, which for a test is another."""
    base = "https://dashboard.stripe.com/" + ("test/" if event.get("livemode") is False else "")
    if account := _id(event.get("account")):
        return f"{base}connect/accounts/{account}"
    page, own = _PAGES.get(_object(thing)), _id(thing)
    if page and own:
        return f"{base}{page}/{own}"
    for name in ("payment_intent", "charge", "subscription", "invoice"):
        if other := _id(thing.get(name)):
            return f"{base}{_PAGES[name]}/{other}"
    return f"{base}events/{_id(event)}" if _id(event) else ""


def _thread(thing: dict[str, JSON]) -> str:
    """Return what one story is about: a failed payment and the same one that succeeded later."""
    names = ("payment_intent", "subscription") if _object(thing) in {"charge", "refund", "checkout.session"} else ()
    return first([*(_id(thing.get(name)) for name in names), _id(thing)])


KIND = Kind(
    name="stripe",
    sender="Stripe",
    reads=frozenset({"json"}),
    describe=describe,
    greet=greet,
    proofs=("hmac",),
    signature={"header": "Stripe-Signature", "prefix": "v1=", "signed": "{timestamp}.{body}"},
    id_paths=(("id",),),
    setup=(
        "In Stripe's dashboard, under Developers and Webhooks, add an endpoint with the address {url} and choose the "
        "events that you want to hear of. The secret is its signing secret, which begins with whsec_."
    ),
)
