"""What becomes of an order at Shopify: paid, cancelled, sent, refunded, disputed."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from hookline import amount, clock
from hookline.models import JSON, Event
from hookline.sources.kind import at, first, items, link, mapping, words
from hookline.sources.tell import tell

_FINANCE = {
    "pending": "not paid yet", "authorized": "payment authorized", "partially_paid": "paid in part", "paid": "paid",
    "partially_refunded": "refunded in part", "refunded": "refunded", "voided": "payment voided",
    "expired": "payment expired",
}  # fmt: skip
_REASONS = {
    "customer": "the customer asked for it", "declined": "payment declined", "fraud": "it may be fraud",
    "inventory": "out of stock", "staff": "a mistake of the staff",
}  # fmt: skip
_SENT = {"fulfilled": "sent", "partial": "sent in part"}
_SHIPPED = {"delivered": "Delivered", "out_for_delivery": "Out for delivery", "in_transit": "On its way"}
_TROUBLES = {"failure", "error", "attempted_delivery"}
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){1,10}")
_MOST_LISTED, _MOST = 3, 250  # things that are named one by one; that are looked at


def order(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001 - all are asked the same way
    """Say who wants what, and whether it is paid."""
    name = words(sent.get("name"), 30) or f"#{words(sent.get('order_number'), 20)}".rstrip("#")
    price = money(sent.get("total_price"), sent.get("currency"))
    reason = words(sent.get("cancel_reason"), 30)
    cancelled = sent.get("cancelled_at") is not None or bool(reason)
    state = [
        _FINANCE.get(words(sent.get("financial_status")), ""),
        _SENT.get(words(sent.get("fulfillment_status")), ""),
    ]
    note = words(sent.get("note"))
    return tell(
        _headline(f"Order {name}".strip() + (" cancelled" if cancelled else ""), price, sent),
        ", ".join(filter(None, [who(sent), _place(sent)])),
        things(sent.get("line_items")),
        ", ".join(filter(None, [_REASONS.get(reason, ""), *state])),
        f"“{note}”" if note else "",
        url=_admin(sent),
        severity="warning" if reason == "fraud" else "info",
        icon="🚫" if cancelled else "🛒",
        body=note,
        thread=_thread(sent.get("id")),
        fields=sent,
        items=items(sent.get("line_items")),
    )


def draft(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say whose offer it is, and where it stands."""
    price, state = money(sent.get("total_price"), sent.get("currency")), words(sent.get("status"), 30).replace("_", " ")
    title = f"Draft order {words(sent.get('name'), 30)}".strip()
    return tell(_headline(title, price, sent), who(sent), things(sent.get("line_items")), state, icon="📝", fields=sent)


def checkout(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say what is in a basket that came as far as the till."""
    title = "Checkout completed" if sent.get("completed_at") else "Checkout not completed yet"
    url = link(sent.get("abandoned_checkout_url"))
    price = money(sent.get("total_price"), sent.get("currency"))
    return tell(
        _headline(title, price, sent), who(sent), things(sent.get("line_items")), url=url, icon="🛒", fields=sent
    )


def refund(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say how much goes back, for what."""
    paid = [mapping(one) for one in items(sent.get("transactions"))[:_MOST]]
    back = [one for one in paid if one.get("kind") in ("refund", None)]
    failed = any(one.get("status") in ("failure", "error") for one in back)
    total = sum((amount.read(one.get("amount")) or Decimal(0) for one in back), Decimal(0))
    currency = words(back[0].get("currency"), 10) if back else ""
    listed = [mapping(one) for one in items(sent.get("refund_line_items"))[:_MOST]]
    return tell(
        _headline("Refund failed" if failed else "Refund", amount.say(total, currency) if total else "", sent),
        things([{**mapping(one.get("line_item")), "quantity": one.get("quantity")} for one in listed]),
        words(sent.get("note")),
        icon="⚠️" if failed else "↩️",
        status="firing" if failed else "info",
        severity="warning" if failed else "info",
        body=words(sent.get("note")),
        thread=_thread(sent.get("order_id")),
        fields=sent,
        items=listed,
    )


def fulfillment(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say what was sent, and with whom."""
    shipped = words(sent.get("shipment_status"), 30)
    failed, cancelled = {shipped, words(sent.get("status"), 30)} & _TROUBLES, sent.get("status") == "cancelled"
    name = words(sent.get("name"), 30).partition(".")[0]
    state = "Delivery failed" if failed else "Delivery cancelled" if cancelled else _SHIPPED.get(shipped, "Sent")
    return tell(
        f"{state}: order {name}" if name else state,
        things(sent.get("line_items")),
        " ".join(filter(None, (words(sent.get(part), 60) for part in ("tracking_company", "tracking_number")))),
        url=link(sent.get("tracking_url")),
        icon="⚠️" if failed else "📦",
        status="firing" if failed else "info",
        severity="warning" if failed else "info",
        thread=_thread(sent.get("order_id")),
        fields=sent,
    )


def dispute(sent: dict[str, JSON], now: datetime) -> Event:
    """Say why somebody wants their money back, and until when to answer."""
    state, reason = words(sent.get("status"), 30), words(sent.get("reason"), 60).replace("_", " ")
    over = {"won": ("Dispute won", "✅"), "lost": ("Dispute lost", "❌"), "accepted": ("Dispute accepted", "❌"),
            "charge_refunded": ("Dispute refunded", "↩️")}.get(state)  # fmt: skip
    due = None if over else clock.read(sent.get("evidence_due_by"))
    title, icon = over or ("Dispute", "⚠️")
    return tell(
        _headline(title, money(sent.get("amount"), sent.get("currency")), sent),
        f"reason: {reason}" if reason else "",
        f"answer within {clock.say((due - now).total_seconds())}" if due and due > now else "",
        icon=icon,
        status="resolved" if over else "firing",
        severity="info" if state == "won" else "warning",
        thread=f"dispute {words(sent.get('id'), 60)}".removesuffix("dispute "),
        fields=sent,
    )


def money(value: JSON, currency: JSON) -> str:
    """Write an amount, or nothing where there is none."""
    found, code = amount.read(value), words(currency, 10)
    return "" if found is None else amount.say(found, code)


def things(listed: JSON) -> str:
    """Name the first things with their number, and say how many more there are."""
    named = list(_things(listed))
    more = f" and {len(named) - _MOST_LISTED} more" if len(named) > _MOST_LISTED else ""
    return ", ".join(named[:_MOST_LISTED]) + more


def who(sent: dict[str, JSON]) -> str:
    """Return the customer's name, else the address."""
    names = (" ".join(filter(None, (words(at(sent, "customer", part), 60) for part in ("first_name", "last_name")))),)
    others = (("billing_address", "name"), ("shipping_address", "name"), ("email",), ("contact_email",))
    return first([*names, *(words(at(sent, *path), 100) for path in others)])


def _things(listed: JSON) -> Iterator[str]:
    for thing in map(mapping, items(listed)[:_MOST]):
        title = words(thing.get("title"), 80) or words(thing.get("name"), 80)
        variant = words(thing.get("variant_title"), 40)
        if title:
            yield f"{words(thing.get('quantity'), 9) or 1} × {title}" + (f" ({variant})" if variant else "")


def _headline(title: str, price: str, sent: dict[str, JSON]) -> str:
    return title + (f": {price}" if price else "") + (" (test)" if sent.get("test") is True else "")


def _place(sent: dict[str, JSON]) -> str:
    return first(words(at(sent, part, "city"), 60) for part in ("shipping_address", "billing_address"))


def _admin(sent: dict[str, JSON]) -> str:
    """Return the order's page in the admin, whose host is the one of the page that the customer sees."""
    number, page = sent.get("id"), sent.get("order_status_url")
    try:
        host = urlsplit(page).hostname or "" if isinstance(page, str) else ""
    except ValueError:
        return ""
    is_number = isinstance(number, int) and not isinstance(number, bool) and 0 < number < amount.MOST
    return link(f"https://{host}/admin/orders/{number}") if is_number and _HOST.fullmatch(host) else ""


def _thread(number: JSON) -> str:
    return f"order {words(number, 60)}" if words(number, 60) else ""
