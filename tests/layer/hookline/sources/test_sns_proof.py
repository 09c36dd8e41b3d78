"""Whether a message is SNS's own.

The accepted vectors in `sns/messages.json` are Amazon's: signed by the real SNS, published with the SDK for Java 2.
What they don't show is signed here, over the string that Amazon documents, with certificates of the test's own.
"""

import base64
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources import amazon
from tests.layer.hookline.sources.amazon import CERTIFICATE, SENT, TOPIC, Web, certificate, confirmation, posted, signed

from hookline import clock, gateway
from hookline.certificates import MOST_HELD, NO_CERTIFICATES, Certificates, issued_for, may_lie_at
from hookline.errors import BadCredentials, Unreachable
from hookline.models import Inbound
from hookline.rules.model import Source
from hookline.secrets import Secrets
from hookline.sns import flaw
from hookline.verify import verify
from local.project import EVENTS

HERE = Path(__file__).parent / "sns"
AMAZONS = json.loads((HERE / "messages.json").read_text(encoding="utf-8"))
AMAZONS_TOPIC = AMAZONS[0]["TopicArn"]
SENT_MS = int(SENT.timestamp() * 1000)
NOTIFICATION = amazon.notification()
OTHER = "arn:aws:sns:eu-central-1:123456789012:other"


def what_is_wrong(
    message: Any, *, web: Web | None = None, at: int = SENT_MS, topics: tuple[str, ...] = (TOPIC,)
) -> str:
    body = message if isinstance(message, bytes) else posted(message)
    return flaw(body, topics, at, Certificates(web or Web()))


def is_accepted(message: dict[str, Any], at: int, web: Web, *topics: str) -> bool:
    """Ask as the functions ask."""
    source = Source.model_validate({"kind": "sns", "auth": {"sns": list(topics)}})
    inbound = Inbound("alarms", "POST", {}, {}, posted(message), "request-1", at)
    try:
        return verify(inbound, source, NO_SECRETS, Certificates(web)).inbound is inbound
    except BadCredentials:
        return False


def _no_secrets() -> str:
    pytest.fail("a signature of SNS needs no secret")


NO_SECRETS = Secrets(_no_secrets, lambda: SENT_MS)


def sent(message: dict[str, Any]) -> int:
    moment = clock.read(message["Timestamp"])
    assert moment
    return int(moment.timestamp() * 1000)


def amazons_web() -> Web:
    return Web({AMAZONS[0]["SigningCertURL"]: (HERE / "certificate.pem").read_bytes()})


@pytest.mark.parametrize("message", AMAZONS, ids=lambda message: message["MessageId"])
def test_what_amazon_has_signed_is_accepted(message: dict[str, Any]) -> None:
    assert is_accepted(message, sent(message), amazons_web(), AMAZONS_TOPIC)
    assert is_accepted(message, sent(message) + 3_600_000, amazons_web(), AMAZONS_TOPIC)


@pytest.mark.parametrize("message", AMAZONS, ids=lambda message: message["MessageId"])
def test_what_amazon_has_signed_is_refused_when_it_is_altered_or_not_expected(message: dict[str, Any]) -> None:
    at, web = sent(message), amazons_web()
    for name in message.keys() - {"SigningCertURL"}:
        for altered in (message[name] + "x", message[name][:-1], message[name].swapcase()):
            assert altered == message[name] or not is_accepted({**message, name: altered}, at, web, AMAZONS_TOPIC)
        assert not is_accepted({n: value for n, value in message.items() if n != name}, at, web, AMAZONS_TOPIC)
    assert not is_accepted({**message, "Subject": "another"}, at, web, AMAZONS_TOPIC) or "Confirm" in message["Type"]
    assert not is_accepted(message, at, web, TOPIC, OTHER)
    assert not is_accepted(message, at + 3_601_000, web, AMAZONS_TOPIC)
    assert not is_accepted(message, at - 301_000, web, AMAZONS_TOPIC)
    signature = bytearray(base64.b64decode(message["Signature"]))
    signature[7] ^= 1
    wrong = {**message, "Signature": base64.b64encode(signature).decode()}
    assert not is_accepted(wrong, at, web, AMAZONS_TOPIC)
    version = {"1": "2", "2": "1"}[message["SignatureVersion"]]
    assert not is_accepted({**message, "SignatureVersion": version}, at, web, AMAZONS_TOPIC)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [None, "ALARM: disk", "Grüße"])
def test_both_versions_are_accepted_with_and_without_a_subject(version: str, subject: str | None) -> None:
    assert what_is_wrong(amazon.notification("two\nlines", SignatureVersion=version, Subject=subject)) == ""


def test_the_beginning_and_the_end_of_a_subscription_are_signed_too() -> None:
    assert what_is_wrong(confirmation()) == ""
    assert what_is_wrong(confirmation(Type="UnsubscribeConfirmation")) == ""
    for name in ("SubscribeURL", "Token", "Message"):
        assert what_is_wrong({**confirmation(), name: "x"}) == "its signature is wrong"


def test_one_of_several_topics_will_do() -> None:
    assert what_is_wrong(amazon.notification(), topics=(OTHER, TOPIC)) == ""
    assert what_is_wrong(amazon.notification(), topics=(OTHER,)) == f"its topic {TOPIC} is not listed"
    assert what_is_wrong(amazon.notification(), topics=()) == f"its topic {TOPIC} is not listed"


@pytest.mark.parametrize(
    ("seconds", "is_recent"),
    [(0, True), (3600, True), (3601, False), (-300, True), (-301, False), (10**9, False), (-(10**9), False)],
)
def test_a_message_is_as_old_as_sns_tries_and_hardly_from_the_future(seconds: int, is_recent: bool) -> None:  # noqa: FBT001
    web = Web({CERTIFICATE: certificate(since=SENT - timedelta(days=20_000), days=40_000)})
    wrong = what_is_wrong(amazon.notification(), at=SENT_MS + seconds * 1000, web=web)
    assert wrong == ("" if is_recent else "it is too old, or from the future")


@pytest.mark.parametrize("said", ["soon", "", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9" * 400])
def test_a_time_that_is_none_is_not_now(said: str) -> None:
    assert what_is_wrong(amazon.notification(Timestamp=said)) == "it is too old, or from the future"


HALF_A_CHARACTER = b'{"Type": "Notification", "Message": "\\ud800", "MessageId": "", "Timestamp": "", "TopicArn": ""}'


@pytest.mark.parametrize(
    "message",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"hello", HALF_A_CHARACTER, {}, {"Type": "Notification"},
     {"Type": ["Notification"]}, NOTIFICATION | {"Type": "Other"}, NOTIFICATION | {"Message": None},
     NOTIFICATION | {"MessageId": 7}, NOTIFICATION | {"TopicArn": [TOPIC]}, NOTIFICATION | {"Subject": ["x"]}],
)  # fmt: skip
def test_what_sns_never_sends_is_no_message_of_it(message: Any) -> None:
    web = Web()
    assert what_is_wrong(message, web=web) == "it is no message of SNS"
    assert web.asked == []


@pytest.mark.parametrize(
    "changed",
    [{"SignatureVersion": "3"}, {"SignatureVersion": 1.0}, {"SignatureVersion": None}, {"Signature": None},
     {"Signature": ""}, {"Signature": "!"}, {"Signature": ["x"]}, {"Signature": "ä"}],
)  # fmt: skip
def test_a_signature_that_is_none_has_nothing_fetched_for_it(changed: dict[str, Any]) -> None:
    web = Web()
    assert what_is_wrong({**amazon.notification(), **changed}, web=web) == "it has no signature of version 1 or 2"
    assert web.asked == []


def test_a_signature_fits_only_one_way_to_tell_the_values_apart() -> None:
    message = amazon.notification(Subject="disk", MessageId="id-1")
    merged = {name: value for name, value in message.items() if name != "Subject"}
    merged["MessageId"] = "id-1\nSubject\ndisk"
    assert what_is_wrong(message) == ""
    assert what_is_wrong(merged) == "it is no message of SNS"
    split = amazon.notification("a\nMessageId\nb")
    assert what_is_wrong({**split, "Message": "a", "MessageId": "b\nMessageId\nid-1"}) == "it is no message of SNS"


CERTIFICATES = {
    "of another service": (certificate("sqs.amazonaws.com"), "its certificate is not issued for SNS"),
    "of another region": (certificate("sns.us-east-1.amazonaws.com"), "its certificate is not issued for SNS"),
    "of everybody": (certificate("*.amazonaws.com"), "its certificate is not issued for SNS"),
    "by its common name alone": (certificate(common_name="sns.amazonaws.com"), "its certificate is not issued for SNS"),
    "of yesterday": (certificate(since=SENT - timedelta(days=9), days=8), "its certificate is not valid now"),
    "of tomorrow": (certificate(since=SENT + timedelta(days=1)), "its certificate is not valid now"),
    "with a key of another": (certificate(bits=3072), "its signature is wrong"),
    "of the region": (certificate("sns.eu-central-1.amazonaws.com"), ""),
    "of the region's signer": (certificate("x.example", "sns-signing.eu-central-1.amazonaws.com"), ""),
}


@pytest.mark.parametrize("what", CERTIFICATES)
def test_a_certificate_is_valid_and_issued_for_sns(what: str) -> None:
    pem, wrong = CERTIFICATES[what]
    assert what_is_wrong(amazon.notification(), web=Web({CERTIFICATE: pem})) == wrong


def test_a_key_that_is_too_small_signs_nothing() -> None:
    web = Web({CERTIFICATE: certificate(bits=1024)})
    assert what_is_wrong(amazon.notification(bits=1024), web=web) == "its signature is wrong"


# What Amazon's SDK for Java 2 expects (SnsHostProviderTest), of the regions whose messages this can take.
@pytest.mark.parametrize(
    ("region", "partition", "name"),
    [
        ("us-west-2", "aws", "sns.amazonaws.com"),
        ("me-south-1", "aws", "sns-signing.me-south-1.amazonaws.com"),
        ("ap-southeast-7", "aws", "sns-signing.ap-southeast-7.amazonaws.com"),
        ("us-gov-west-1", "aws-us-gov", "sns-us-gov-west-1.amazonaws.com"),
        ("us-gov-east-1", "aws-us-gov", "sns-us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "aws-cn", "sns-cn-north-1.amazonaws.com.cn"),
        ("cn-northwest-1", "aws-cn", "sns-cn-northwest-1.amazonaws.com.cn"),
    ],
)
def test_each_region_has_a_certificate_with_one_of_its_names(region: str, partition: str, name: str) -> None:
    topic = f"arn:{partition}:sns:{region}:123456789012:alarms"
    assert name in issued_for(topic)
    address = (
        f"https://sns.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}/SimpleNotificationService-1.pem"
    )
    message, web = amazon.notification(TopicArn=topic, SigningCertURL=address), Web({address: certificate(name)})
    assert what_is_wrong(message, web=web, topics=(topic,)) == ""


@pytest.mark.parametrize("page", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n"])
def test_a_certificate_that_is_none_is_not_an_acceptance_but_asked_for_again(page: bytes) -> None:
    web = Web({CERTIFICATE: page})
    held = Certificates(web)
    for _ in range(2):
        with pytest.raises(Unreachable, match="is none"):
            flaw(posted(amazon.notification()), (TOPIC,), SENT_MS, held)
    assert web.asked == [CERTIFICATE] * 2


def test_a_certificate_that_is_out_of_reach_is_not_an_acceptance() -> None:
    with pytest.raises(Unreachable, match="404"):
        what_is_wrong(amazon.notification(), web=Web({}))
    with pytest.raises(Unreachable, match="Nothing fetches"):
        flaw(posted(amazon.notification()), (TOPIC,), SENT_MS, NO_CERTIFICATES)


def test_a_certificate_is_fetched_once_and_not_too_many_are_held() -> None:
    addresses = [
        f"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-{n}.pem" for n in range(MOST_HELD + 1)
    ]
    web = Web(dict.fromkeys(addresses, certificate()))
    held = Certificates(web)
    for address in [*addresses, *addresses[1:]]:
        assert flaw(posted(amazon.notification(SigningCertURL=address)), (TOPIC,), SENT_MS, held) == ""
    assert web.asked == addresses
    assert flaw(posted(amazon.notification(SigningCertURL=addresses[0])), (TOPIC,), SENT_MS, held) == ""
    assert web.asked == [*addresses, addresses[0]]


def test_a_held_certificate_still_ends() -> None:
    held = Certificates(Web({CERTIFICATE: certificate(since=SENT - timedelta(days=1), days=2)}))
    later = (SENT + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert flaw(posted(amazon.notification()), (TOPIC,), SENT_MS, held) == ""
    wrong = flaw(posted(amazon.notification(Timestamp=later)), (TOPIC,), SENT_MS + 2 * 86_400_000, held)
    assert wrong == "its certificate is not valid now"


GOOD = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
INSTEAD = [
    ("https", "http"), ("https", "HTTPS"), ("https", "ftp"), ("https:", ""), ("https://", ""),
    ("https://", "https:"), (".com", ".com.evil.example"), ("//", "//evil.example/"), ("//", "//evil.example@"),
    ("//", "//a:b@"), (".com/", ".com@evil.example/"), (".com/", ".com:443/"), (".com/", ".com:@evil.example/"),
    ("/S", "\\S"), (".com/", ".com\\@evil.example/"), (".com/", ".com#/"), (".com/", ".com?/"), (".com/", ".com./"),
    (".com", ".com.cn"), ("amazonaws", "amazonaws-evil"), ("sns.", "sns-"), ("sns.", "evil.sns."), ("sns.", "s3."),
    ("eu-central-1", "evil"), ("eu-central-1", "us-east-1"), ("eu-central-1.", ""),
    ("eu-central-1", "eu-central-1.evil"), ("Simple", "../Simple"), ("Simple", "x/Simple"), ("-1.pem", "-1.pem?x"),
    ("-1.pem", "-1.pem#x"), ("-1.pem", "-/../../x.pem"), ("1.pem", ".pem"), ("-1.pem", "-%2e%2e%2f.pem"),
    ("-1.pem", "-1.pem/"), ("-1.pem", "-1.pem\n"), ("-1.pem", "-1.PEM"), (".pem", ".pem "), ("https", " https"),
    ("https", "\nhttps"), (".", "。"), ("sns", "ſns"), ("-1.pem", "-١.pem"),
]  # fmt: skip
HOSTILE = [GOOD.replace(old, new) for old, new in INSTEAD] + [
    "", "javascript:1", "file:///etc/passwd", "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/SimpleNotificationService-1.pem",
]  # fmt: skip


def test_the_good_address_among_the_hostile_ones_is_good() -> None:
    assert may_lie_at(GOOD, TOPIC)
    assert GOOD not in HOSTILE


ELSEWHERE = "its certificate isn't where Amazon keeps them"


@pytest.mark.parametrize("url", HOSTILE)
def test_nothing_but_amazons_certificates_is_ever_fetched(url: str) -> None:
    web = Web()
    assert what_is_wrong(amazon.notification(SigningCertURL=url), web=web) == ELSEWHERE
    assert web.asked == []


@pytest.mark.parametrize("url", [None, 7, [GOOD], {"url": GOOD}, True])
def test_an_address_that_is_no_text_is_not_fetched(url: Any) -> None:
    web = Web()
    assert what_is_wrong(NOTIFICATION | {"SigningCertURL": url}, web=web) == ELSEWHERE
    assert web.asked == []


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Give addresses that are nearly right, or not at all."""
    signs = st.text(st.sampled_from("/\\@#?:.%-&=\t\n ") | st.characters(codec="utf-8"), max_size=6)
    parts = [
        "https",
        "://",
        "sns.",
        "eu-central-1",
        ".amazonaws",
        ".com",
        "/",
        "SimpleNotificationService-",
        "1",
        ".pem",
    ]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(parts) - 1))
        parts[at] = draw(signs | st.sampled_from(["", "http", "evil.example", "user@", ":8443", "us-east-1", *parts]))
    return "".join(parts) if draw(st.booleans()) else "".join(draw(st.permutations(parts)))


@settings(max_examples=2000)
@given(addresses() | st.text())
def test_whatever_the_address_only_the_topics_own_host_is_asked(url: str) -> None:
    is_right = may_lie_at(url, TOPIC)
    head, tail = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-", ".pem"
    name = url[len(head) : -len(tail)]
    assert is_right == (
        url.startswith(head) and url.endswith(tail) and 0 < len(name) <= 64 and name.isascii() and name.isalnum()
        and len(url) > len(head) + len(tail)
    )  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Give a genuine message with some bytes changed."""
    body = posted(MESSAGE)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.binary(max_size=3)) + body[at + draw(st.integers(0, 3)) :]
    return body


MESSAGE = amazon.notification("Grüße\nan alle", Subject="disk", SignatureVersion="2")
SIGNED = ("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp")
HELD = Certificates(Web())


@settings(max_examples=2500)
@given(mutations())
def test_no_change_of_what_is_signed_is_accepted(body: bytes) -> None:
    try:
        wrong = flaw(body, (TOPIC,), SENT_MS, HELD)
    except Unreachable:  # another address of a certificate, which nobody has
        return
    if not wrong:
        told = json.loads(body.decode("utf-8-sig"))
        assert [told.get(name) for name in SIGNED] == [MESSAGE[name] for name in SIGNED]


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("sns_*.json")))
def test_an_event_that_ships_is_genuine_for_ever(name: str) -> None:
    inbound = gateway.read(json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8")), 262_144)
    message = json.loads(inbound.body)
    web = Web({message["SigningCertURL"]: (HERE / "of_events.pem").read_bytes()})
    assert flaw(inbound.body, (TOPIC,), inbound.received_at, Certificates(web)) == ""
    forged = inbound.body.replace(b"shop", b"shot").replace(b"subscribe", b"subscripe")
    assert flaw(forged, (TOPIC,), inbound.received_at, Certificates(web)) == "its signature is wrong"


def test_a_topic_that_invokes_the_function_itself_needs_no_signature_but_has_to_be_listed() -> None:
    source = Source.model_validate({"kind": "sns", "auth": {"sns": TOPIC}})
    ours = Inbound("alarms", "POST", {}, {}, b"{}", "request-1", SENT_MS, topic=TOPIC)
    other = Inbound("alarms", "POST", {}, {}, posted(amazon.notification()), "request-1", SENT_MS, topic=OTHER)
    assert verify(ours, source, NO_SECRETS).inbound is ours
    with pytest.raises(BadCredentials):
        verify(other, source, NO_SECRETS, Certificates(Web()))


def test_the_log_says_what_was_wrong_and_the_sender_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    source = Source.model_validate({"kind": "sns", "auth": {"sns": OTHER}})
    inbound = Inbound("alarms", "POST", {}, {}, posted(amazon.notification()), "request-1", SENT_MS)
    with pytest.raises(BadCredentials, match=r"^The credentials are missing or wrong\.$"):
        verify(inbound, source, NO_SECRETS)
    [record] = caplog.records
    assert (record.message, record.__dict__["reason"]) == ("not signed by SNS", f"its topic {TOPIC} is not listed")


def test_only_a_message_of_sns_pays_for_the_import() -> None:
    asked = "import sys, hookline.intake; print('cryptography' in sys.modules, 'httpx' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "False"]


def test_a_message_signed_over_more_or_less_than_it_should_be_is_refused() -> None:
    message = amazon.notification(Subject="disk")
    names = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
    for order in (names, [*names, "Subject"], ["Subject", *names], names[::-1], ["Message"]):
        assert what_is_wrong(signed(message, order)) == "its signature is wrong"
    assert what_is_wrong({**message, "Signature": base64.b64encode(b"x" * 256).decode()})
