"""Shopify's webhooks: orders, refunds, products, customers, and whoever asks for their data.

Payloads: https://shopify.dev/docs/api/webhooks, signature:
https://shopify.dev/docs/apps/build/webhooks/subscribe/https. What an event is about stands in a header only, which is
not signed, so that it is told by what the payload has.
"""

import re
from collections.abc import Callable
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic, shopify_orders, shopify_shop
from hookline.sources.kind import Kind, mapping

_Told = Callable[[dict[str, JSON], datetime], Event]
_GLOBAL_ID = re.compile(r"gid://shopify/([A-Za-z]{1,40})/.{1,100}")
_BY_ID: dict[str, _Told] = {
    "Order": shopify_orders.order,
    "Refund": shopify_orders.refund,
    "DraftOrder": shopify_orders.draft,
    "Fulfillment": shopify_orders.fulfillment,
    "Product": shopify_shop.product,
    "Customer": shopify_shop.customer,
}
# The first name that a payload has tells what it is.
_BY_NAME: tuple[tuple[str, _Told], ...] = (
    ("order_number", shopify_orders.order),
    ("refund_line_items", shopify_orders.refund),
    ("evidence_due_by", shopify_orders.dispute),
    ("abandoned_checkout_url", shopify_orders.checkout),
    ("tracking_number", shopify_orders.fulfillment),
    ("orders_requested", shopify_shop.privacy),
    ("orders_to_redact", shopify_shop.privacy),
    ("shop_domain", shopify_shop.privacy),
    ("myshopify_domain", shopify_shop.shop),
    ("inventory_item_id", shopify_shop.stock),
    ("variants", shopify_shop.product),
    ("orders_count", shopify_shop.customer),
)


def describe(payload: JSON, now: datetime) -> Event:
    """Say what happened in the shop."""
    sent = mapping(payload)
    if set(sent) == {"id"}:
        return shopify_shop.deleted(sent, now)
    own = sent.get("admin_graphql_api_id")
    known = _GLOBAL_ID.fullmatch(own) if isinstance(own, str) else None
    told = _BY_ID.get(known[1]) if known else next((told for name, told in _BY_NAME if name in sent), None)
    return (told or generic.describe)(sent, now) if sent else generic.describe(payload, now)


KIND = Kind(
    name="shopify",
    sender="Shopify",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac",),
    signature={"header": ["X-Shopify-Hmac-SHA256", "Shopify-Hmac-SHA256"], "encoding": "base64"},
    id_headers=("x-shopify-webhook-id", "shopify-webhook-id"),
    setup=(
        "In the shop's admin, under Settings, Notifications, Webhooks, create webhooks in JSON with the address {url}. "
        "The secret is the key below them, which all are signed with; an app's webhooks have its client secret."
    ),
)
