"""The page about scale has the numbers of the template, the code, the page about costs and the simulation."""

import re

import pytest
from tests.bench.bursts import HEAD, PROVIDER_MS, SCENARIOS, row, times
from tests.functions.test_cost import AMOUNTS, RUNS

from hookline import batch, due, gateway, patience, wiring
from hookline.clock import HOUR, MINUTE
from hookline.secrets import REFRESH_MS
from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
RAISED = dict(re.findall(r"^\| \[(.+?)\]\(\S+\) \| (.+) \|$", PAGE, re.MULTILINE))
ANSWER = parse(TEMPLATE.read_text(encoding="utf-8"))
RESOURCES, PARAMETERS = ANSWER["Resources"], ANSWER["Parameters"]
RATES = (10, 1000)
SECONDS = sum(many * seconds for many, seconds in RUNS.values())  # of all runs for one message
AT_ONCE = PARAMETERS["MaximumConcurrency"]["Default"]
# Of AWS, by its documentation; the page says where they matter.
IN_FLIGHT = LOOKED_THROUGH = 120_000
PARTITION = 1000  # write units a second
CHANGES = PARTITION // 2  # of an index's key: an entry is deleted, another one put
TOOK = times({})


@pytest.mark.parametrize(
    ("what", "amount", "unit"),
    [
        ("Lambda's executions at once", SECONDS, "at work"),
        ("the table", AMOUNTS["DynamoDB write units"][1], "write units"),
        ("the API", AMOUNTS["API requests"][1], "requests"),
        ("the queue", AMOUNTS["SQS requests"][1] / len(("send", "receive", "delete")), "sends"),
    ],
)
def test_what_is_used_at_both_rates_is_what_a_message_uses(what: str, amount: float, unit: str) -> None:
    slow, fast = RAISED[what].split(" | ")
    assert (slow.split(":")[0], fast.split(":")[0]) == tuple(f"{rate * amount:,.0f} {unit}" for rate in RATES)


def test_five_do_for_ten_a_second_and_the_number_for_a_thousand_may_be_set() -> None:
    _, slowest = RUNS["deliver, of a text"]
    slow, fast = RAISED["`MaximumConcurrency`"].split(" | ")
    assert slow == f"its {AT_ONCE} do"
    assert AT_ONCE / slowest >= RATES[0]
    most = int(RATES[1] * slowest)
    assert fast == f"`MaximumConcurrency={most}`"
    assert PARAMETERS["MaximumConcurrency"]["MinValue"] <= most <= PARAMETERS["MaximumConcurrency"]["MaxValue"]
    least, best = AT_ONCE / slowest, AT_ONCE * wiring.CHATS_AT_ONCE / slowest
    assert f"five send between {least:.0f} and {best:.0f} a second" in TEXT


THROTTLING = RESOURCES["Api"]["Properties"]["DefaultRouteSettings"]
RATE, BURST = THROTTLING["ThrottlingRateLimit"], THROTTLING["ThrottlingBurstLimit"]
EVERY_MS = 20.0  # a call of release


@pytest.mark.parametrize(
    "sentence",
    [
        f"{RATE:,} requests a second with bursts of {BURST:,}",
        f"keeps them busy for {SECONDS:.1f} seconds in all",
        f"`MaximumConcurrency` is {AT_ONCE}.",
        f"answers 503 with `Retry-After: {gateway.RETRY_AFTER_SECONDS}`",
        f"It takes {IN_FLIGHT // RESOURCES['DeliverFromQueue']['Properties']['BatchSize']:,} chats",
        f"longer than {LOOKED_THROUGH / RATES[1] / MINUTE:.0f} minutes".replace("2", "two"),
        f"or {LOOKED_THROUGH / RATES[0] / HOUR:.0f} hours at ten".replace("3", "three"),
        f"come again after {batch.LOG_OUT_OF_REACH_WAIT:.0f} seconds, and later",
        f"and later after up to {batch.LONGEST_LOG_WAIT / MINUTE:.0f} minutes",
        f"{CHANGES} such changes a second",
        f"more than {CHANGES * MINUTE // 4 // 1000 * 1000:,} chats that storm at once",
        f"has {due.ENOUGH_MS / 1000:.0f} of its {RESOURCES['ReleaseFunction']['Properties']['Timeout']} seconds",
        f"some {due.ENOUGH_MS / EVERY_MS * due.BATCH:,.0f} in a minute at {EVERY_MS:.0f} ms each",
        f"asks every {REFRESH_MS / 1000 / MINUTE:.0f} minutes".replace("5", "five"),
        f"none is lost for {patience.GIVE_UP_AFTER // HOUR} hours",
        f"up to {patience.MAX_BACKOFF / MINUTE:.0f} minutes, or when it says so".replace("3", "three"),
        f"{TOOK.receive * 1000:.0f} ms for receive and {TOOK.deliver * 1000:.0f} ms for deliver",
        f"beside the {PROVIDER_MS:.0f} ms that are assumed for Blooio",
    ],
)
def test_a_sentence_has_the_number_that_there_is(sentence: str) -> None:
    assert sentence in TEXT


def test_the_queue_is_one_with_high_throughput() -> None:
    properties = RESOURCES["DeliveryQueue"]["Properties"]
    assert (properties["DeduplicationScope"], properties["FifoThroughputLimit"]) == (
        "messageGroup",
        "perMessageGroupId",
    )


def played() -> list[tuple[str, str, str]]:
    """Return the rows of the simulation's table that the page has: what comes, how many containers, how many chats."""
    return [
        tuple(cells) for cells in re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|", PAGE.partition(HEAD)[2], re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("what", "containers", "chats"),
    [pytest.param(*each, marks=[pytest.mark.slow] if each[0].startswith("1,000/s") else []) for each in played()],
)
def test_a_row_of_the_simulation_is_as_it_comes_out(what: str, containers: str, chats: str) -> None:
    [scenario] = [each for each in SCENARIOS if each.name == what]
    assert row(scenario, int(containers), int(chats), TOOK) in PAGE


def test_each_scenario_is_shown() -> None:
    assert {what for what, _, _ in played()} == {each.name for each in SCENARIOS}
