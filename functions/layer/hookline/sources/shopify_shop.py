"""What happens in a shop at Shopify besides orders: products, stock, customers, and the shop itself."""

from datetime import datetime

from hookline import amount, clock
from hookline.models import JSON, Event
from hookline.sources.kind import at, first, items, mapping, words
from hookline.sources.shopify_orders import money
from hookline.sources.tell import tell

_MOST = 250  # variants that are looked at
_AT_ONCE = 60  # seconds in which what is new is changed by its own creation


def product(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001 - all are asked the same way
    """Say what is new or changed, at what price, and how much of it there is."""
    title, state = words(sent.get("title"), 100), words(sent.get("status"), 20)
    variants = [mapping(variant) for variant in items(sent.get("variants"))[:_MOST]]
    prices = [price for variant in variants if (price := amount.read(variant.get("price"))) is not None]
    stock = [left for variant in variants if (left := amount.read(variant.get("inventory_quantity"))) is not None]
    cost = f"{'from ' if len(set(prices)) > 1 else ''}{amount.say(min(prices), '')}" if prices else ""
    there = f"{sum(stock):f} in stock" if stock else ""
    return tell(
        f"{_change('product', sent)}: {title}" if title else _change("product", sent),
        ", ".join(filter(None, [words(sent.get("vendor"), 60), cost, there, "" if state == "active" else state])),
        icon="🏷️",
        fields=sent,
        items=[*variants],
    )


def stock(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say how much is left."""
    left = amount.read(sent.get("available"))
    gone = left is not None and left <= 0
    item = " ".join(filter(None, ["item", words(sent.get("inventory_item_id"), 30)]))
    return tell(
        "Out of stock" if gone else "Stock changed" if left is None else f"Stock: {left:f} left",
        item,
        icon="⚠️" if gone else "📦",
        severity="warning" if gone else "info",
        fields=sent,
    )


def customer(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say who is new or changed."""
    name = " ".join(filter(None, (words(sent.get(part), 60) for part in ("first_name", "last_name"))))
    mail, count = words(sent.get("email"), 100), amount.read(sent.get("orders_count"))
    spent = money(sent.get("total_spent"), sent.get("currency"))
    so_far = (
        f"{count:f} {'order' if count == 1 else 'orders'}" + (f", {spent} so far" if spent else "") if count else ""
    )
    title, known = _change("customer", sent), name or mail
    return tell(
        f"{title}: {known}" if known else title,
        ", ".join(filter(None, [mail if name else "", words(sent.get("phone"), 40)])),
        so_far,
        words(sent.get("note")),
        icon="👤",
        fields=sent,
    )


def deleted(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say that something is gone: of a product or an order that was deleted, only the id is sent."""
    return tell("Deleted in the shop", f"number {words(sent.get('id'), 60)}", icon="🗑️", fields=sent)


def shop(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say what both mean that send the shop's own data: the app was removed, or the shop's settings changed."""
    name, domain = first([words(sent.get("name"), 80), words(sent.get("myshopify_domain"), 80)]), sent.get("domain")
    return tell(
        f"{name}: the app was removed, or the shop's settings changed",
        ", ".join(filter(None, [words(domain, 80), words(sent.get("email"), 100)])),
        icon="🏪",
        severity="warning",
        fields=sent,
    )


def privacy(sent: dict[str, JSON], now: datetime) -> Event:  # noqa: ARG001
    """Say whose data somebody asks for, or wants erased; the law gives a month for it."""
    whose = first(words(at(sent, "customer", part), 100) for part in ("email", "phone", "id"))
    if "orders_requested" in sent or "data_request" in sent:
        title = "A customer asks for their data"
    else:
        title = "A customer's data has to be erased" if sent.get("customer") else "A shop's data has to be erased"
    return tell(
        title,
        ", ".join(filter(None, [whose, words(sent.get("shop_domain"), 80)])),
        "answer within 30 days",
        status="firing",
        severity="warning",
        fields=sent,
    )


def _change(what: str, sent: dict[str, JSON]) -> str:
    made, changed = clock.read(sent.get("created_at")), clock.read(sent.get("updated_at"))
    if "created_at" not in sent:
        return f"{what.capitalize()} deleted"
    is_new = made and changed and abs((changed - made).total_seconds()) < _AT_ONCE
    return f"New {what}" if is_new else f"{what.capitalize()} changed"
