"""Signs like Amazon SNS, with keys and certificates of its own, and has the addresses at which they lie."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from hookline.errors import Unreachable

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
SENT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return a key, the same each time: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def certificate(
    *names: str, bits: int = 2048, since: datetime = SENT - timedelta(days=30), days: int = 365, common_name: str = ""
) -> bytes:
    """Return a certificate for the names, in PEM; without any for sns.amazonaws.com."""
    names = names or ("sns.amazonaws.com",)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name or names[0])])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key(bits).public_key())
    builder = builder.serial_number(1).not_valid_before(since).not_valid_after(since + timedelta(days=days))
    if not common_name:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(key(bits), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(message: dict[str, Any], names: Iterable[str], bits: int = 2048) -> dict[str, Any]:
    """Return the message with a signature over the names and values, each on lines of its own, as documented."""
    content = "".join(f"{name}\n{message[name]}\n" for name in names)
    hashed = {"1": hashes.SHA1(), "2": hashes.SHA256()}[message["SignatureVersion"]]  # noqa: S303 - version 1 is SHA-1
    signature = key(bits).sign(content.encode(), padding.PKCS1v15(), hashed)
    return {**message, "Signature": base64.b64encode(signature).decode()}


def notification(message: str = "Grüße", bits: int = 2048, **changes: Any) -> dict[str, Any]:
    """Return a genuine notification; one with a ``Subject`` has it signed, too."""
    unsigned = {
        "Type": "Notification",
        "MessageId": "id-1",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": "2026-11-02T12:00:00.000Z",
        "SignatureVersion": "1",
        "SigningCertURL": CERTIFICATE,
        **changes,
    }
    subject = ["Subject"] if unsigned.get("Subject") is not None else []
    return signed(unsigned, ["Message", "MessageId", *subject, "Timestamp", "TopicArn", "Type"], bits)


def confirmation(**changes: Any) -> dict[str, Any]:
    """Return what SNS sends when somebody subscribes an address, or has it no longer."""
    topic = changes.get("TopicArn", TOPIC)
    unsigned = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "id-2",
        "Token": "2336412f37",
        "TopicArn": topic,
        "Message": "You have chosen to subscribe.\nVisit the SubscribeURL.",
        "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/"
        f"?Action=ConfirmSubscription&TopicArn={topic}&Token=2336412f37",
        "Timestamp": "2026-11-02T12:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
        **changes,
    }
    return signed(unsigned, ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"])


class Web:
    """What lies at which address, and what was asked of it."""

    def __init__(self, pages: dict[str, bytes] | None = None) -> None:
        self.pages = {CERTIFICATE: certificate()} if pages is None else pages
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise Unreachable(f"{url} answers 404.")
        return self.pages[url]


def posted(message: Any) -> bytes:
    """Return the body as SNS writes it."""
    return json.dumps(message, indent=2, separators=(",", " : "), ensure_ascii=False).encode()
