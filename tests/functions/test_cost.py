"""What the page about costs says that each step asks of AWS is what the functions ask."""

import json
import re
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from tests.functions.test_receipts import told

from hookline.wiring import now_ms
from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

PAGE = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
TABLE = dict(re.findall(r"^\| ([^|]+?) \| ((?:`\w+` \d+(?:, )?)+) \|$", PAGE, re.MULTILINE))
OF_THE_POLLER = {"ReceiveMessage", "DeleteMessage"}
CHAT = "chat_a1b2c3d4"
SECRETS = json.dumps({"BLOOIO_API_KEY": "blooio-key", "BLOOIO_WEBHOOK_SECRET": "whsec_old"})
UNCOUNTED = ", pace: off, budget: off"
RULES = """
chats: {{a: {{id: chat_a1b2c3d4{more}}}}}
sources: {{in: {{kind: json, auth: none}}}}
rules:
  - {{name: nobody, when: payload.title == "Watchdog", drop: true}}
  - {{name: r, chat: a, thread: "{{{{ payload.story }}}}"}}
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what the functions ask of AWS."""
    made: Counter[str] = Counter()
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - the one door all calls go through

    def counted(self: Any, name: str, request: Any) -> Any:
        if name not in OF_THE_POLLER:
            made[name] += 1
        return real(self, name, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return made


class House:
    """The functions as one container each, which have sent a first text and know its chat."""

    def __init__(self, functions: Any, rules: str, poller: Any, asked: Counter[str]) -> None:
        variables = {"RULES_FILE": rules, "HOOKLINE_SECRETS": SECRETS}
        names = ("ReceiveFunction", "DeliverFunction", "ReceiptsFunction", "ReleaseFunction")
        self._receive, self._deliver, self._receipts, self._release = (
            functions.load(name, **variables) for name in names
        )
        self._poller = poller
        self._asked = asked
        self.post()
        self.deliver()

    def post(self, key: str = "", **payload: str) -> Counter[str]:
        context = {"requestId": str(uuid4()), "timeEpoch": now_ms(), "http": {"method": "POST", "path": "/hooks/in"}}
        event = {
            "version": "2.0",
            "routeKey": "ANY /hooks/{source}",
            "rawPath": "/hooks/in",
            "headers": {"content-type": "application/json", "idempotency-key": key or str(uuid4())},
            "pathParameters": {"source": "in"},
            "requestContext": {**context, "stage": "$default"},
            "body": json.dumps({"title": "t", **payload}),
        }
        assert self._receive(event)["statusCode"] in {200, 202}
        return self._since()

    def deliver(self) -> Counter[str]:
        self._poller.work_off(self._deliver)
        return self._since()

    def tell(self, what: str, message_id: str) -> Counter[str]:
        receipt = told(f"message.{what}", {"id": message_id, "chat_id": CHAT}, event_id=what)
        assert self._receipts(receipt)["statusCode"] == 200
        return self._since()

    def minute(self) -> Counter[str]:
        self._release({})
        return self._since()

    def _since(self) -> Counter[str]:
        made = Counter(self._asked)
        self._asked.clear()
        return made


@pytest.fixture
def house(functions: Any, rules_file: Any, poller: Any, asked: Counter[str]) -> House:
    return House(functions, rules_file(RULES.format(more="")), poller, asked)


def said(step: str) -> Counter[str]:
    """Return what the page says that the step asks for."""
    return Counter({name: int(times) for name, times in re.findall(r"`(\w+)` (\d+)", TABLE[step])})


def test_a_plain_message_costs_what_the_page_says(house: House) -> None:
    assert house.post() == said("a webhook is taken")
    assert house.deliver() == said("a message is sent")


def test_a_message_of_a_thread_costs_what_the_page_says(house: House) -> None:
    house.post(story="s")
    assert house.deliver() == said("… that begins a thread")
    house.post(story="s")
    assert house.deliver() == said("… that goes on with a thread")


def test_a_message_that_nobody_counts_costs_what_the_page_says(
    functions: Any, rules_file: Any, poller: Any, asked: Counter[str]
) -> None:
    house = House(functions, rules_file(RULES.format(more=UNCOUNTED)), poller, asked)
    house.post()
    assert house.deliver() == said("… to a chat with `pace: off, budget: off` and no `quiet`")


def test_a_message_that_is_held_costs_what_the_page_says(house: House) -> None:
    for _ in range(2):
        house.post()
        house.deliver()
    house.post()
    assert house.deliver() == said("a message is held")


def test_a_copy_costs_what_the_page_says(house: House) -> None:
    house.post(key="same")
    house.deliver()
    assert house.post(key="same") == said("a webhook is taken")
    assert house.deliver() == said("a copy is noticed")


def test_an_event_that_nobody_hears_of_costs_what_the_page_says(house: House) -> None:
    assert house.post(title="Watchdog") == said("a webhook that no rule takes, or one drops")


def test_what_the_provider_tells_costs_what_the_page_says(house: House, provider: Any) -> None:
    [text] = provider.phone.texts()
    house.tell("delivered", text.id)
    house.deliver()  # the first receipt of all is noted
    assert house.tell("read", text.id) == said("a receipt is taken")
    assert house.deliver() == said("a receipt is written")


def test_a_minute_costs_what_the_page_says(house: House) -> None:
    assert house.minute() == said("a minute is over")


# What it makes.


def figures(heading: str) -> dict[str, tuple[float, float]]:
    """Return the two figures of each row of the table below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\w -]+) \| ([\d.]+) \| ([\d.]+) \|", section, re.MULTILINE)
    return {what: (float(one), float(other)) for what, one, other in rows}


AMOUNTS, PRICES = figures("How much of each"), figures("Prices")
MESSAGES = (0, 100, 10_000, 1_000_000)


def row(name: str, costs: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{cost:,.2f}' for cost in costs)} |"


def worked_out() -> list[str]:
    used = {what: [idle + count * each for count in MESSAGES] for what, (idle, each) in AMOUNTS.items()}
    costs = {what: [PRICES[what][0] * amount for amount in amounts] for what, amounts in used.items()}
    billed = [[PRICES[what][0] * max(0, amount - PRICES[what][1]) for amount in used[what]] for what in used]
    return [
        *(row(what, each) for what, each in costs.items()),
        row("all", [sum(column) for column in zip(*costs.values(), strict=True)]),
        row("all, less what is free", [sum(column) for column in zip(*billed, strict=True)]),
    ]


def test_the_page_has_worked_out_its_own_figures() -> None:
    assert AMOUNTS.keys() == PRICES.keys()
    whole = "\n".join(worked_out())
    assert whole in PAGE, f"\n{whole}"


def test_the_alarms_that_are_paid_for_are_those_of_the_template() -> None:
    resources = parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"].values()
    assert AMOUNTS["alarms"][0] == sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in resources)
