"""What the page about costs says that each step asks of AWS is what the functions ask."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from math import inf
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
WRITTEN_BY_LAMBDA = 600  # bytes of a run: where it starts, ends, what it took, its trace
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


def test_a_plain_message_counts_and_logs_no_more_than_the_page_says(
    functions: Any, rules_file: Any, poller: Any, provider: Any, asked: Counter[str], capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(functions, rules_file(RULES.format(more="")), poller, asked)
    [first] = provider.phone.texts()
    house.tell("delivered", first.id)  # the first receipt of all is noted
    house.deliver()
    capsys.readouterr()
    house.post()
    house.deliver()
    for what in ("delivered", "read"):
        house.tell(what, provider.phone.texts()[-1].id)
        house.deliver()
    printed = capsys.readouterr().out
    counted = {
        (metric["Name"], *dimensions)
        for line in printed.splitlines()
        for about in json.loads(line).get("_aws", {}).get("CloudWatchMetrics", [])
        for dimensions in about["Dimensions"]
        for metric in about["Metrics"]
    }
    assert len(counted) == AMOUNTS["metrics"][2]
    runs = AMOUNTS["Lambda requests"][1]
    assert len(printed) + runs * WRITTEN_BY_LAMBDA <= AMOUNTS["GB of logs"][1] * 1e9


def test_a_minute_costs_what_the_page_says(house: House) -> None:
    assert house.minute() == said("a minute is over")


# What it makes.


def figures(heading: str, columns: int) -> dict[str, list[float]]:
    """Return the first figures of each row of the table below a heading; an empty cell is no bound."""
    section = PAGE.partition(f"# {heading}\n")[2].partition("\n#")[0]
    lines = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)
    rows = [[cell.strip() for cell in line.split("|")] for line in lines[2:]]
    return {what: [float(cell or "inf") for cell in cells[:columns]] for what, *cells in rows}


@dataclass(frozen=True)
class Kind:
    """Something that AWS asks money for."""

    idle: float
    each: float
    at_most: float
    price: float
    free: float

    def used(self, messages: int) -> float:
        return min(self.idle + messages * self.each, self.at_most)

    def billed(self, messages: int) -> float:
        return self.price * max(0, self.used(messages) - self.free)


AMOUNTS, PRICES, RUNS = figures("How much of each", 3), figures("Prices", 2), figures("The runs", 2)
KINDS = {what: Kind(*AMOUNTS[what], *PRICES[what]) for what in AMOUNTS}
DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"))
RESOURCES = DOCUMENT["Resources"].values()
GLOBALS = DOCUMENT["Globals"]["Function"]
MESSAGES = (100, 10_000, 1_000_000)
MINUTES, HOURS = 43_800, 730  # of a month


def row(name: str, costs: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{cost:,.2f}' for cost in costs)} |"


def worked_out() -> list[str]:
    def costs(kind: Kind) -> list[float]:
        more = kind.each * 1_000_000 if kind.at_most == inf else 0
        return [kind.price * amount for amount in (kind.idle, more, *map(kind.used, MESSAGES))]

    each = {what: costs(kind) for what, kind in KINDS.items()}
    billed = [sum(kind.billed(messages) for kind in KINDS.values()) for messages in (0, *MESSAGES)]
    return [
        "| | an idle month | a million more | 100 messages | 10,000 | 1,000,000 |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row(what, costs) for what, costs in each.items()),
        row("all", [sum(column) for column in zip(*each.values(), strict=True)]),
        row("all, less what is free", billed[:1]) + row("", billed[1:]).removeprefix("| "),
    ]


def test_the_page_has_worked_out_its_own_figures() -> None:
    assert AMOUNTS.keys() == PRICES.keys()
    whole = "\n".join(worked_out())
    assert whole in PAGE, f"\n{whole}"


def test_the_sentences_have_the_figures_of_the_tables() -> None:
    text = " ".join(PAGE.split())
    nothing = sum(kind.billed(0) for kind in KINDS.values())
    thousand = sum(kind.price * kind.each * 1000 for kind in KINDS.values() if kind.at_most == inf)
    said = f"{nothing:.2f} dollars for a month in which nothing happens, and at most {thousand:.2f} dollars for each"
    assert said in text
    assert KINDS["traces"].price * KINDS["traces"].each * 1000 == pytest.approx(thousand / 2, rel=0.1)
    runs = [KINDS[what] for what in ("SQS requests", "Lambda requests", "Lambda GB-seconds", "traces")]
    assert f"release's runs come to {sum(kind.price * kind.idle for kind in runs):.2f} at their full price" in text
    assert all(not kind.billed(0) for kind in runs)
    assert f"That is {KINDS['SQS requests'].price * KINDS['SQS requests'].idle * 3 / 5:.2f} at most" in text


def test_the_runs_make_the_requests_and_the_seconds() -> None:
    ours = {what: run for what, run in RUNS.items() if run[0]}
    [[_, release]] = [run for run in RUNS.values() if not run[0]]
    gigabytes = GLOBALS["MemorySize"] / 1024
    assert AMOUNTS["Lambda requests"][:2] == [MINUTES, sum(times for times, _ in ours.values())]
    assert AMOUNTS["Lambda GB-seconds"][:2] == pytest.approx(
        [MINUTES * release * gigabytes, sum(times * seconds for times, seconds in ours.values()) * gigabytes]
    )
    assert DOCUMENT["Parameters"]["Tracing"]["Default"] == "Active"
    assert AMOUNTS["traces"][:2] == AMOUNTS["Lambda requests"][:2]


@pytest.mark.parametrize(("what", "type_of"), [("alarms", "Alarm"), ("dashboards", "Dashboard")])
def test_what_is_paid_for_is_that_of_the_template(what: str, type_of: str) -> None:
    assert AMOUNTS[what][0] == sum(each["Type"] == f"AWS::CloudWatch::{type_of}" for each in RESOURCES)


def test_a_metric_is_paid_for_all_of_a_month_that_has_a_message_each_hour() -> None:
    _, each, at_most = AMOUNTS["metrics"]
    assert each == pytest.approx(at_most / HOURS, rel=0.001)


def test_each_alarm_watches_one_metric() -> None:
    alarms = [each["Properties"] for each in RESOURCES if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert all("MetricName" in alarm and "Metrics" not in alarm for alarm in alarms)
