"""Amazon SNS's own proof: a signature in the body, by a certificate that lies at Amazon's address.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. Which names the certificates are issued
for is from Amazon's SDK for Java 2 (sns-message-manager, SnsHostProvider). The chain isn't followed: what is fetched is
the one certificate, and that it comes from Amazon is what TLS says.
"""

import base64
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hookline import clock
from hookline.errors import Unreachable
from hookline.sources.sns import host

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Fetch = Callable[[str], bytes]  # raises Unreachable

MAX_AGE, MAX_AHEAD = clock.HOUR, 5 * clock.MINUTE  # seconds; SNS tries for an hour at most
MOST_HELD = 16  # certificates; a region has one at a time
_SMALLEST_KEY = 2048  # bits
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_HASHES = {"1": "SHA1", "2": "SHA256"}


class Certificates:
    """The certificates, each fetched once by its address. A container lives for hours, and Amazon's for months."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._held: dict[str, Certificate] = {}

    def at(self, url: str) -> "Certificate":
        """Return the certificate that lies there. Raises Unreachable, also for what is none."""
        if url not in self._held:
            self._keep(url, _certificate(self._fetch(url)))
        return self._held[url]

    def _keep(self, url: str, certificate: "Certificate") -> None:
        while len(self._held) >= MOST_HELD:
            del self._held[next(iter(self._held))]
        self._held[url] = certificate


def _nowhere(url: str) -> bytes:
    raise Unreachable(f"Nothing fetches {url} here.")


NO_CERTIFICATES = Certificates(_nowhere)


def flaw(body: bytes, topics: tuple[str, ...], received_at: int, certificates: Certificates) -> str:
    """Return what keeps a body from being a message of one of the topics, or an empty text. Raises Unreachable.

    Nothing is fetched before all else is right, and only from the host of a topic that is listed.
    """
    message = _message(body)
    content = string_to_sign(message)
    if content is None:
        return "it is no message of SNS"
    topic, url = message["TopicArn"], message.get("SigningCertURL")
    if topic not in topics:
        return f"its topic {topic[:300]} is not listed"
    if not _is_recent(message["Timestamp"], received_at):
        return "it is too old, or from the future"
    hashed, signature = _HASHES.get(str(message.get("SignatureVersion"))), _decoded(message.get("Signature"))
    if hashed is None or not signature:
        return "it has no signature of version 1 or 2"
    if not isinstance(url, str) or not is_certificates(url, topic):
        return "its certificate isn't where Amazon keeps them"
    certificate = certificates.at(url)
    return _of_certificate(certificate, topic, received_at) or (
        "" if _is_signed(certificate, hashed, signature, content) else "its signature is wrong"
    )


def string_to_sign(message: dict[str, Any]) -> bytes | None:
    """Return the names and values in their order, or None for what SNS never sends.

    Only the text of a message has several lines: with a line break in another value, one signature would fit two ways
    to tell the values apart.
    """
    values: dict[str, Any] = {name: message.get(name) for name in _SIGNED.get(str(message.get("Type")), ())}
    if values.get("Subject", "") is None:
        del values["Subject"]
    if not values or not all(isinstance(value, str) for value in values.values()):
        return None
    if any("\n" in value for name, value in values.items() if name != "Message"):
        return None
    try:
        return "".join(f"{name}\n{value}\n" for name, value in values.items()).encode()
    except UnicodeEncodeError:  # half a character
        return None


def is_certificates(url: str, topic: str) -> bool:
    """Return whether a certificate of the topic's region may lie at the address; nothing else is ever fetched."""
    return bool(
        re.fullmatch(rf"https://{re.escape(host(topic))}/SimpleNotificationService-[A-Za-z0-9]{{1,64}}\.pem", url)
    )


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _is_recent(timestamp: str, received_at: int) -> bool:
    """Too new is as wrong as too old: it would make a replay last."""
    sent = clock.read(timestamp)
    return sent is not None and -MAX_AHEAD <= received_at / clock.SECOND_MS - sent.timestamp() <= MAX_AGE


def _decoded(signature: object) -> bytes:
    try:
        return base64.b64decode(signature, validate=True) if isinstance(signature, str) else b""
    except ValueError:
        return b""


def _certificate(pem: bytes) -> "Certificate":
    # Only messages of SNS need it, so that other webhooks don't pay for its import.
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    try:
        return load_pem_x509_certificate(pem)
    except ValueError:
        raise Unreachable("What lies where the certificate of SNS should lie is none.") from None


def _of_certificate(certificate: "Certificate", topic: str, received_at: int) -> str:
    """Return what is wrong with a certificate for the topic's messages at that time, or an empty text."""
    at = clock.to_datetime(received_at)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return "its certificate is not valid now"
    return "" if _names(certificate) & issued_for(topic) else "its certificate is not issued for SNS"


def issued_for(topic: str) -> frozenset[str]:
    """Return the names of which a certificate for the topic's messages has one."""
    region, own = topic.split(":")[3], host(topic)
    domain = own.removeprefix(f"sns.{region}.")
    names = {own, f"sns.{domain}", f"sns-{region}.{domain}", f"sns-signing.{region}.{domain}"}
    return frozenset(names | ({"sns-us-gov-west-1.amazonaws.com"} if region.startswith("us-gov-") else set()))


def _names(certificate: "Certificate") -> set[str]:
    from cryptography import x509  # noqa: PLC0415 - as above

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return set(names.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        return set()


def _is_signed(certificate: "Certificate", hashed: str, signature: bytes, content: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
        return False
    try:
        key.verify(signature, content, padding.PKCS1v15(), getattr(hashes, hashed)())
    except InvalidSignature:
        return False
    return True
