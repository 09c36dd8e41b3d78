"""Ten thousand changes of a signed request, for every kind that signs: none of them is accepted."""

import base64
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from hookline.errors import BadCredentials
from hookline.models import Inbound
from hookline.rules.model import Hmac, Source
from hookline.secrets import Secrets
from hookline.sources import KINDS
from hookline.verify import signed, signing_key, verify

MUTATIONS = 10_000
NOW_MS = 1_793_620_800_000
BODY = '{"id": "evt_1", "title": "Größe", "items": [1, 2, 3], "nested": {"a": "b"}}'.encode()
TEXT = "open sesame, says Ann"
SECRETS = Secrets(
    lambda: json.dumps({
        "TEXT": ["another one", TEXT],
        "BASE64": ["whsec_" + base64.b64encode(TEXT.encode()).decode()],
        "LOGIN": "ann:open sesame",
    }),
    lambda: NOW_MS,
)  # fmt: skip
SIGNING = [name for name, kind in KINDS.items() if "hmac" in kind.proofs]
OTHERS: dict[str, Any] = {
    "sha1": {"hmac": "TEXT", "algorithm": "sha1"},
    "sha512, base64, a time": {
        "hmac": "TEXT", "algorithm": "sha512", "encoding": "base64", "signed": "{timestamp}.{body}"
    },
    "a time behind": {"hmac": "TEXT", "prefix": "v1=", "signed": "{body}{timestamp}"},
}  # fmt: skip


def source(name: str) -> Source:
    if name in OTHERS:
        return Source.model_validate({"kind": "json", "auth": OTHERS[name]})
    secret = "BASE64" if KINDS[name].signature.get("secret_encoding") == "base64" else "TEXT"
    return Source.model_validate({"kind": name, "auth": {"hmac": secret}})


def request(scheme: Hmac, kind: str) -> Inbound:
    """Return a signed request as its sender makes it."""
    timestamp, sender_id = str(NOW_MS // 1000), "msg_2b7Qx"
    content = signed(scheme, BODY, timestamp, sender_id)
    digest = hmac.digest(signing_key(scheme, SECRETS.get(scheme.hmac)[-1]), content, scheme.algorithm)
    said = scheme.prefix + (digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode())
    headers = {}
    if "{timestamp}" in scheme.signed:
        if kind in KINDS and "timestamp" not in KINDS[kind].signature:
            said = f"t={timestamp},{said}"
        else:
            headers[scheme.timestamp[0].lower()] = timestamp
    if "{id}" in scheme.signed:
        headers[scheme.id[0].lower()] = sender_id
    return posted({**headers, scheme.header[0].lower(): said})


def posted(headers: dict[str, str], query: dict[str, str] | None = None) -> Inbound:
    return Inbound("hook", "POST", headers, query or {}, BODY, "r-1", NOW_MS)


def mutated(text: str, random: Random) -> str:
    """Return the text with something replaced, inserted, left out, swapped, or in other letters."""
    at = random.randrange(len(text))
    other = random.choice("0123456789abcdefABCDEF+/=._-:, tvxyz") + random.choice(["", "", "0", "A", "="])
    return random.choice([
        text[:at] + other + text[at + 1 :],
        text[:at] + other + text[at:],
        text[:at] + text[at + random.randint(1, 3) :],
        text[:at] + text[at].swapcase() + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        text[:at] + chr(ord(text[at]) ^ (1 << random.randrange(7))) + text[at + 1 :],
        random.choice([text[::-1], text[:at], text + text, text.upper(), text.lower(), ""]),
    ])  # fmt: skip


def mutations(original: Inbound, random: Random, *, is_dated: bool) -> Iterator[Inbound]:
    """Give as many changes as are asked for, each one that changes something."""
    places = [*original.headers, "body", "body", "gone", *(["time"] if is_dated else [])]
    left = MUTATIONS
    while left:
        match random.choice(places):
            case "body":
                body = mutated(original.body.decode("latin-1"), random).encode("latin-1", "replace")
                changed = replace(original, body=body)
            case "time":
                shift = random.choice([-1, 1]) * random.randint(301, 10**6)
                changed = replace(original, received_at=original.received_at + shift * 1000)
            case "gone":
                gone = random.choice([*original.headers])
                changed = replace(original, headers={n: v for n, v in original.headers.items() if n != gone})
            case name:
                changed = replace(original, headers={**original.headers, name: mutated(original.headers[name], random)})
        if changed != original:
            left -= 1
            yield changed


def is_accepted(inbound: Inbound, by: Source) -> bool:
    try:
        verify(inbound, by, SECRETS)
    except BadCredentials:
        return False
    return True


def says_the_same(changed: Inbound, original: Inbound, scheme: Hmac) -> bool:
    """Return whether only what stands between several signatures was changed, or one was written in capitals."""
    name = scheme.header[0].lower()
    others = replace(changed, headers={**changed.headers, name: original.headers[name]})
    was, now = (set(re.split(r"[,\s]+", each.headers.get(name, ""))) for each in (original, changed))
    is_in_capitals = scheme.encoding == "hex" and {part.lower() for part in now} >= was
    return others == original and (now >= was or is_in_capitals)


@pytest.mark.parametrize("name", [*SIGNING, *OTHERS])
def test_no_altered_signed_request_is_accepted(name: str) -> None:
    by = source(name)
    assert isinstance(by.auth, Hmac)
    original = request(by.auth, name)
    assert is_accepted(original, by)
    refused = 0
    random = Random(name)  # noqa: S311 - the same each time
    for changed in mutations(original, random, is_dated="{timestamp}" in by.auth.signed):
        if not is_accepted(changed, by):
            refused += 1
        else:
            assert says_the_same(changed, original, by.auth), changed
    assert refused > MUTATIONS * 0.95


@pytest.mark.parametrize("way", ["bearer", "basic", "token"])
def test_no_altered_secret_is_accepted(way: str) -> None:
    by = Source.model_validate({"kind": "json", "auth": {way: "LOGIN" if way == "basic" else "TEXT"}})
    right = {
        "bearer": {"authorization": f"Bearer {TEXT}"},
        "basic": {"authorization": "Basic " + base64.b64encode(b"ann:open sesame").decode()},
        "token": {"x-token": TEXT},
    }[way]
    original = posted(right)
    assert is_accepted(original, by)
    [(name, value)] = right.items()
    random = Random(way)  # noqa: S311
    for _ in range(MUTATIONS):
        changed = mutated(value, random)
        if is_accepted(posted({name: changed}), by):
            # The name of the way may be written in any case, and blanks around the secret are not part of it.
            scheme, _, said = changed.rpartition(" ") if way == "basic" else changed.partition(" ")
            assert (changed == value) if way == "token" else said.strip() == value.partition(" ")[2], changed
            assert way == "token" or scheme.strip().lower() == way
