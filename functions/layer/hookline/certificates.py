"""The certificates with which Amazon SNS signs: where they lie, for whom they are issued, what they have signed.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html; the names that they are issued for are
from Amazon's SDK for Java 2 (sns-message-manager, SnsHostProvider). The chain isn't followed, as that SDK doesn't: what
is fetched is the one certificate, and that it comes from Amazon is what TLS says.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from hookline import clock
from hookline.errors import Unreachable
from hookline.sources.sns import host

# Only messages of SNS need `cryptography`, so that other webhooks don't pay for its import.
if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Fetch = Callable[[str], bytes]  # raises Unreachable

MOST_HELD = 16  # a region has one at a time
_SMALLEST_KEY = 2048  # bits
_HASHES = {"1": "SHA1", "2": "SHA256"}  # by the version of the signature


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


def may_lie_at(url: str, topic: str) -> bool:
    """Return whether a certificate of the topic's region may lie at the address; nothing else is ever fetched."""
    return bool(
        re.fullmatch(rf"https://{re.escape(host(topic))}/SimpleNotificationService-[A-Za-z0-9]{{1,64}}\.pem", url)
    )


def _certificate(pem: bytes) -> "Certificate":
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - for SNS alone

    try:
        return load_pem_x509_certificate(pem)
    except ValueError:
        raise Unreachable("What lies where the certificate of SNS should lie is none.") from None


def flaw_of(certificate: "Certificate", topic: str, received_at: int) -> str:
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
    from cryptography import x509  # noqa: PLC0415 - for SNS alone

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return set(names.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        return set()


def is_known(version: object) -> bool:
    """Return whether signatures of the version can be verified."""
    return str(version) in _HASHES


def has_signed(certificate: "Certificate", version: object, signature: bytes, content: bytes) -> bool:
    """Return whether the signature is of the content, and by the certificate's key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - for SNS alone
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - for SNS alone
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - for SNS alone

    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
        return False
    try:
        key.verify(signature, content, padding.PKCS1v15(), getattr(hashes, _HASHES[str(version)])())
    except InvalidSignature:
        return False
    return True
