"""The page about limits has the numbers that the code and the template have."""

import re

import pytest

from blooio import signature
from hookline import clock, compose, fit, log, parse, patience, secrets, settings, threads
from hookline.rules import model, written
from hookline.rules.auth import Hmac
from hookline.sources import kind
from local import place
from local.cloud.intrinsics import parse as read_template
from local.commands import versions
from local.project import ROOT, TEMPLATE

PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", PAGE, re.MULTILINE))
RESOURCES = read_template(TEMPLATE.read_text(encoding="utf-8"))["Resources"]
PARAMETERS = read_template(TEMPLATE.read_text(encoding="utf-8"))["Parameters"]
SETTINGS = settings.Settings(delivery_log_table="DeliveryLog")


def days(seconds: float) -> str:
    return f"{seconds / clock.DAY:.0f} days"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("a webhook", f"{settings.Settings.model_fields['max_body_bytes'].default:,} bytes"),
        ("a webhook", f"up to {PARAMETERS['MaxBodyBytes']['MaxValue']:,}"),
        ("levels of nesting in a body", str(parse.MAX_DEPTH)),
        ("fields of a form", str(parse.MAX_FIELDS)),
        ("a text", f"{model.MAX_TEXT} characters, or a chat's `limit` ({model.SHORTEST_LIMIT} to {model.MAX_TEXT})"),
        ("parts of a text", str(fit.MAX_PARTS)),
        ("messages of one webhook by `each`", f"{compose.MAX_ITEMS} for each rule"),
        ("the text that a kind brings, where a rule has no `text`", f"{kind.MAX_TEXT} characters"),
        ("attempts that a row tells of", f"the latest {log.MAX_ATTEMPTS_KEPT}"),
        ("a webhook is answered", f"within {RESOURCES['ReceiveFunction']['Properties']['Timeout']} seconds"),
        ("one attempt at Blooio", f"{SETTINGS.attempt_seconds:.0f} seconds"),
        ("between attempts", f"up to {clock.say(patience.MAX_BACKOFF)}".replace("3 min", "three minutes")),
        (
            "a text that alone gets no answer makes way for the next one of its chat",
            f"after {patience.STUCK_AFTER // clock.MINUTE} minutes",
        ),
        ("a message is given up", f"{patience.GIVE_UP_AFTER // clock.HOUR} hours after"),
        (
            "… while Blooio refuses the key",
            f"every {patience.AUTH_RETRY // clock.MINUTE} minutes, for {days(patience.GIVE_UP_ON_AUTH_AFTER)}",
        ),
        (
            "what waits for an answer is tried once more and then given up",
            f"{model.Chat.model_fields['expires'].default // clock.HOUR} hours",
        ),
        (
            "what is due in a chat is noticed",
            f"within a minute; `make run` looks every {place.LOCAL_RELEASE_SECONDS:.0f} seconds",
        ),
        (
            "a signature with a time in it is taken",
            f"{Hmac.model_fields['tolerance'].default // 60} minutes, too old or too new; Amazon SNS an hour",
        ),
        ("a signature with a time in it is taken", f"{signature.TOLERANCE // 60} minutes"),
        ("a changed secret is known", f"within {secrets.REFRESH_MS // 60_000} minutes"),
        ("pushed rules run", f"within {settings.RULES_LOOK_SECONDS:.0f} seconds"),
        (
            "the same content isn't told again",
            f"{compose.REPEAT_WEBHOOK // 60} minutes; {compose.REPEAT_ITEM // 3600} hours for an item",
        ),
        ("a later text is a reply to the first of its thread", f"within {days(threads.REPLIES_FOR)}"),
        ("a row of the log", f"{PARAMETERS['LogDays']['Default']} days, or `LogDays`"),
        ("the log of the functions", f"{RESOURCES['FunctionLogs']['Properties']['RetentionInDays']} days"),
        ("dead letters", days(RESOURCES["DeadLetterQueue"]["Properties"]["MessageRetentionPeriod"])),
    ],
)
def test_a_row_has_the_number_that_there_is(what: str, says: str) -> None:
    assert says in ROWS[what]


def test_a_sentence_has_the_number_that_there_is() -> None:
    throttling = RESOURCES["Api"]["Properties"]["DefaultRouteSettings"]
    rate, burst = throttling["ThrottlingRateLimit"], throttling["ThrottlingBurstLimit"]
    assert f"takes {rate:,} requests a second and bursts of {burst:,}" in PAGE
    assert (written.DEFAULT_PACE.texts, written.DEFAULT_PACE.seconds) == (3, clock.MINUTE)
    assert "three in a minute unless its `pace` says otherwise" in PAGE
    assert f"{versions.MOST_BYTES:,} bytes, packed" in PAGE
