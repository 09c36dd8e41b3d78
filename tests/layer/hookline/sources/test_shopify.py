"""What a shop's owner reads of orders, refunds, products and customers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from tests.layer.hookline.sources.anything import anything

from hookline.sources.kind import MAX_TEXT
from hookline.sources.shopify import KIND, describe

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PAGE = "https://birch.myshopify.com/548380009/orders/b1946/authenticate?key=none"


def order(**changes: Any) -> dict[str, Any]:
    return {
        "id": 5820,
        "admin_graphql_api_id": "gid://shopify/Order/5820",
        "name": "#1042",
        "order_number": 1042,
        "total_price": "129.00",
        "currency": "EUR",
        "financial_status": "paid",
        "customer": {"first_name": "Ada", "last_name": "Winter"},
        "shipping_address": {"city": "Kiel"},
        "line_items": [{"title": "Wool blanket", "variant_title": "grey", "quantity": 2}],
        "order_status_url": PAGE,
    } | changes


def text(sent: Any) -> str:
    return describe(sent, NOW).text


def test_an_order_says_who_wants_what_and_whether_it_is_paid() -> None:
    assert text(order(note="Please ring\ntwice")) == (
        "🛒 Order #1042: 129.00 EUR\nAda Winter, Kiel\n2 × Wool blanket (grey)\npaid\n“Please ring twice”\n"
        "https://birch.myshopify.com/admin/orders/5820"
    )


def test_an_order_of_many_things_names_the_first_ones() -> None:
    listed = [{"title": f"Thing {n}", "quantity": 1} for n in range(1, 6)]
    assert "\n1 × Thing 1, 1 × Thing 2, 1 × Thing 3 and 2 more\n" in text(order(line_items=listed))


def test_an_order_that_is_a_test_says_so() -> None:
    assert text(order(test=True)).startswith("🛒 Order #1042: 129.00 EUR (test)\n")


def test_a_cancelled_order_says_why() -> None:
    cancelled = describe(order(cancelled_at="2026-11-02T09:02:38+01:00", cancel_reason="fraud"), NOW)
    assert cancelled.text.startswith("🚫 Order #1042 cancelled: 129.00 EUR\n")
    assert "\nit may be fraud, paid\n" in cancelled.text
    assert cancelled.severity == "warning"


@pytest.mark.parametrize(
    ("states", "said"),
    [({"financial_status": "pending"}, "not paid yet"), ({"fulfillment_status": "fulfilled"}, "paid, sent"),
     ({"financial_status": "partially_refunded"}, "refunded in part"), ({"fulfillment_status": "x"}, "paid")],
)  # fmt: skip
def test_where_an_order_stands_is_said_in_words(states: dict[str, str], said: str) -> None:
    assert f"\n{said}\nhttps://" in text(order(**states))


@pytest.mark.parametrize(
    "page", ["", None, 7, "http://[", "https://a b/", "javascript:x", "https://evil/x", "x" * 9000]
)
def test_a_page_that_names_no_shop_makes_no_address(page: Any) -> None:
    assert describe(order(order_status_url=page), NOW).url == ""


def test_an_order_is_known_without_its_global_id_too() -> None:
    assert text({k: v for k, v in order().items() if k != "admin_graphql_api_id"}) == text(order())


def test_a_refund_belongs_to_its_order_and_says_how_much_goes_back() -> None:
    paid = [{"kind": "refund", "status": "success", "amount": "10.50", "currency": "EUR"},
            {"kind": "refund", "status": "success", "amount": "4.50", "currency": "EUR"},
            {"kind": "sale", "status": "success", "amount": "129.00", "currency": "EUR"}]  # fmt: skip
    lines = [{"quantity": 1, "line_item": {"title": "Candle", "quantity": 4}}]
    told = describe({"order_id": 5820, "refund_line_items": lines, "transactions": paid, "note": "broken"}, NOW)
    assert told.text == "↩️ Refund: 15.00 EUR\n1 × Candle\nbroken"
    assert told.thread == describe(order(), NOW).thread == "order 5820"


def test_a_refund_that_failed_is_trouble() -> None:
    paid = [{"kind": "refund", "status": "failure", "amount": "10.50", "currency": "EUR"}]
    told = describe({"admin_graphql_api_id": "gid://shopify/Refund/1", "transactions": paid}, NOW)
    assert (told.text, told.status) == ("⚠️ Refund failed: 10.50 EUR", "firing")


@pytest.mark.parametrize(
    ("status", "said", "how", "severity"),
    [("needs_response", "⚠️ Dispute: 11.50 CAD\nreason: product not received\nanswer within 3 d", "firing", "warning"),
     ("won", "✅ Dispute won: 11.50 CAD\nreason: product not received", "resolved", "info"),
     ("lost", "❌ Dispute lost: 11.50 CAD\nreason: product not received", "resolved", "warning")],
)  # fmt: skip
def test_a_dispute_says_how_it_goes(status: str, said: str, how: str, severity: str) -> None:
    sent = {"id": 28, "amount": "11.50", "currency": "CAD", "reason": "product_not_received", "status": status}
    told = describe(sent | {"evidence_due_by": "2026-11-05T13:00:00+01:00"}, NOW)
    assert (told.text, told.status, told.severity, told.thread) == (said, how, severity, "dispute 28")


@pytest.mark.parametrize(
    ("states", "said"),
    [({}, "📦 Sent: order #1042"), ({"shipment_status": "delivered"}, "📦 Delivered: order #1042"),
     ({"shipment_status": "failure"}, "⚠️ Delivery failed: order #1042"),
     ({"status": "cancelled"}, "📦 Delivery cancelled: order #1042")],
)  # fmt: skip
def test_a_parcel_says_where_it_is(states: dict[str, str], said: str) -> None:
    sent = {
        "name": "#1042.1",
        "tracking_company": "UPS",
        "tracking_number": "1Z9",
        "tracking_url": "https://t.example/1Z9",
    }
    assert text(sent | states) == f"{said}\nUPS 1Z9\nhttps://t.example/1Z9"


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"admin_graphql_api_id": "gid://shopify/DraftOrder/1", "name": "#D2", "total_price": "49", "currency": "EUR",
       "status": "invoice_sent", "email": "a@b.example"}, "📝 Draft order #D2: 49.00 EUR\na@b.example\ninvoice sent"),
     ({"abandoned_checkout_url": "https://c.example/1", "total_price": "9", "currency": "EUR", "email": "a@b.example"},
      "🛒 Checkout not completed yet: 9.00 EUR\na@b.example\nhttps://c.example/1"),
     ({"inventory_item_id": 1, "available": 4}, "📦 Stock: 4 left\nitem 1"),
     ({"inventory_item_id": 1, "available": 0}, "⚠️ Out of stock\nitem 1"),
     ({"inventory_item_id": 1, "available": None}, "📦 Stock changed\nitem 1"),
     ({"id": 7}, "🗑️ Deleted in the shop\nnumber 7"),
     ({"myshopify_domain": "b.myshopify.com", "name": "Birch", "domain": "b.example", "email": "o@b.example"},
      "🏪 Birch: the app was removed, or the shop's settings changed\nb.example, o@b.example"),
     ({"shop_domain": "b.myshopify.com", "customer": {"email": "a@b.example"}, "orders_requested": []},
      "⚠️ A customer asks for their data\na@b.example, b.myshopify.com\nanswer within 30 days"),
     ({"shop_domain": "b.myshopify.com", "customer": {"email": "a@b.example"}, "orders_to_redact": []},
      "⚠️ A customer's data has to be erased\na@b.example, b.myshopify.com\nanswer within 30 days"),
     ({"shop_domain": "b.myshopify.com", "shop_id": 1},
      "⚠️ A shop's data has to be erased\nb.myshopify.com\nanswer within 30 days"),
     ({"title": "Hello"}, "🔔 Hello"), ({"admin_graphql_api_id": "gid://shopify/Theme/1", "name": "Dawn"}, "🔔 Dawn")],
)  # fmt: skip
def test_what_it_is_is_told_by_what_the_payload_has(sent: dict[str, Any], said: str) -> None:
    assert text(sent).startswith(said)


MADE, SOON, LATER = "2026-11-02T08:21:02+01:00", "2026-11-02T08:21:20+01:00", "2026-11-02T11:21:02+01:00"


@pytest.mark.parametrize(
    ("times", "said"),
    [({"created_at": MADE, "updated_at": SOON}, "🏷️ New product"), ({}, "🏷️ Product deleted"),
     ({"created_at": MADE, "updated_at": LATER}, "🏷️ Product changed")],
)  # fmt: skip
def test_what_is_new_was_changed_by_nobody_yet(times: dict[str, str], said: str) -> None:
    variants = [{"price": "11.00", "inventory_quantity": 4}, {"price": "12.50", "inventory_quantity": 8}]
    sent = {"title": "Candle", "vendor": "Birch", "status": "draft", "variants": variants}
    assert text(sent | times) == f"{said}: Candle\nBirch, from 11.00, 12 in stock, draft"


def test_a_customer_says_how_much_they_bought() -> None:
    sent = {"first_name": "Bob", "email": "b@b.example", "orders_count": 1, "total_spent": "9.5", "currency": "EUR"}
    assert text(sent | {"created_at": MADE, "updated_at": MADE}) == (
        "👤 New customer: Bob\nb@b.example\n1 order, 9.50 EUR so far"
    )


NAMES = ["id", "admin_graphql_api_id", "order_number", "refund_line_items", "evidence_due_by", "abandoned_checkout_url",
         "tracking_number", "orders_requested", "shop_domain", "myshopify_domain", "inventory_item_id", "variants",
         "orders_count", "line_items", "transactions", "amount", "total_price", "currency", "price", "quantity",
         "title", "customer", "first_name", "status", "kind", "created_at", "updated_at", "order_status_url",
         "available"]  # fmt: skip
VALUES = ["gid://shopify/Order/1", "gid://shopify/Refund/1", "gid://shopify/Product/1", "gid://shopify/Customer/1",
          "gid://shopify/Fulfillment/1", "gid://shopify/DraftOrder/1", "refund", "failure", "99.95", "EUR", MADE,
          "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", PAGE, "http://[::1", "won"]  # fmt: skip


@settings(max_examples=300)
@given(anything(NAMES, VALUES))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    told = describe(payload, NOW)
    assert told.title
    assert told.text.strip()
    assert len(told.text) <= MAX_TEXT
    assert told.status in {"firing", "resolved", "info"}
    assert told.severity in {"critical", "warning", "info"}


@pytest.mark.parametrize("given", VALUES[:6])
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [[]], [7], {"a": []}])
def test_what_is_known_by_its_id_may_have_anything_in_it(given: str, value: Any) -> None:
    told = describe({**dict.fromkeys(NAMES, value), "admin_graphql_api_id": given}, NOW)
    assert told.title
    assert len(told.text) <= MAX_TEXT


def test_a_delivery_is_known_by_shopifys_own_id() -> None:
    assert KIND.id_headers[0] == "x-shopify-webhook-id"
