"""Who may call, and above all who may not."""

import base64
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline import verify as module
from hookline.errors import BadCredentials, SecretsUnavailable
from hookline.models import Inbound
from hookline.rules.model import Source
from hookline.secrets import SOONEST_MS, Secrets
from hookline.verify import verify

NOW_MS = 1_793_620_800_000
NOW = NOW_MS // 1000
BODY = '{"title": "Grüße"}'.encode()


class Store:
    """Secrets that are replaced by hand, on a clock that is set by hand."""

    def __init__(self, **secrets: Any) -> None:
        self.content = secrets
        self.ms = NOW_MS
        self.asked = 0
        self.secrets = Secrets(self._fetch, lambda: self.ms)

    def _fetch(self) -> str:
        self.asked += 1
        return json.dumps(self.content)


def source(auth: Any) -> Source:
    return Source.model_validate({"kind": "json", "auth": auth})


def inbound(headers: dict[str, str] | None = None, query: dict[str, str] | None = None, body: bytes = BODY) -> Inbound:
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return Inbound("hook", "POST", lower, query or {}, body, "request-1", NOW_MS)


def is_accepted(auth: Any, request: Inbound, store: Store | None = None) -> bool:
    held = (store or Store(KEY="open sesame", OTHER="other")).secrets
    try:
        return verify(request, source(auth), held).inbound is request
    except BadCredentials:
        return False


def basic(credentials: str | bytes, encoding: str = "utf-8") -> dict[str, str]:
    raw = credentials if isinstance(credentials, bytes) else credentials.encode(encoding)
    return {"Authorization": "Basic " + base64.b64encode(raw).decode()}


def signature(key: bytes, content: bytes = BODY, algorithm: str = "sha256", encoding: str = "hex") -> str:
    digest = hmac.digest(key, content, algorithm)
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def test_only_verify_makes_a_verified() -> None:
    layer = Path(module.__file__).parent
    makers = [path.name for path in layer.rglob("*.py") if "Verified(" in path.read_text(encoding="utf-8")]
    assert makers == ["verify.py"]


def test_a_source_that_says_none_lets_anyone_in_without_asking_for_secrets() -> None:
    store = Store()
    assert is_accepted("none", inbound(), store)
    assert store.asked == 0


def test_the_right_bearer_token_is_accepted() -> None:
    assert is_accepted({"bearer": "KEY"}, inbound({"Authorization": "Bearer open sesame"}))
    assert is_accepted({"bearer": "KEY"}, inbound({"AUTHORIZATION": "bearer  open sesame "}))


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "open sesame", "Bearer other", "Bearer open sesam", "Bearer open sesame!",
     "Bearer OPEN SESAME", "Basic open sesame", "Bearer open sesame, Bearer open sesame", "Beareropen sesame",
     "Bearer öpen"],
)  # fmt: skip
def test_any_other_bearer_token_is_refused(header: str) -> None:
    assert not is_accepted({"bearer": "KEY"}, inbound({"Authorization": header}))


def test_a_refusal_never_says_what_was_wrong() -> None:
    for headers in ({}, {"Authorization": "Bearer open sesam"}, {"Authorization": "Basic x"}):
        with pytest.raises(BadCredentials, match=r"^The credentials are missing or wrong\.$"):
            verify(inbound(headers), source({"bearer": "KEY"}), Store(KEY="open sesame").secrets)


def test_a_request_without_any_credentials_is_refused() -> None:
    ways: list[Any] = [{"bearer": "KEY"}, {"basic": "KEY"}, {"token": "KEY"}, {"hmac": "KEY"}]
    assert [is_accepted(auth, inbound()) for auth in ways] == [False] * 4


def test_basic_credentials_are_compared_as_user_and_password() -> None:
    store = Store(KEY="ann:pass:wörd")
    assert is_accepted({"basic": "KEY"}, inbound(basic("ann:pass:wörd")), store)
    for wrong in ("ann:pass", "ann", "ann:", ":pass:wörd", "bob:pass:wörd", ""):
        assert not is_accepted({"basic": "KEY"}, inbound(basic(wrong)), store)


@pytest.mark.parametrize("header", ["Basic", "Basic ", "Basic ???", "Basic YW5u=", "Basic ä", "Bearer YW5uOnB3"])
def test_basic_credentials_that_are_not_base64_are_refused(header: str) -> None:
    assert not is_accepted({"basic": "KEY"}, inbound({"Authorization": header}), Store(KEY="ann:pw"))


def test_a_token_is_looked_for_where_the_source_says() -> None:
    header, query = {"token": "KEY", "header": "X-My-Key"}, {"token": "KEY", "query": "key"}
    assert is_accepted(header, inbound({"x-my-key": "open sesame"}))
    assert is_accepted(query, inbound(query={"key": "open sesame"}))
    assert not is_accepted(header, inbound({"x-token": "open sesame"}, {"X-My-Key": "open sesame"}))
    assert not is_accepted(query, inbound({"key": "open sesame"}, {"token": "open sesame"}))


def test_a_token_is_looked_for_in_x_token_or_the_query_when_the_source_says_neither() -> None:
    assert is_accepted({"token": "KEY"}, inbound({"X-Token": "open sesame"}))
    assert is_accepted({"token": "KEY"}, inbound(query={"token": "open sesame"}))
    assert not is_accepted({"token": "KEY"}, inbound({"X-Token": "open"}, {"token": "sesame"}))


def test_a_credential_beyond_ascii_is_compared_not_crashed_on() -> None:
    store = Store(KEY="sesam öffne dich")
    assert is_accepted({"bearer": "KEY"}, inbound({"Authorization": "Bearer sesam öffne dich"}), store)
    assert is_accepted({"token": "KEY"}, inbound(query={"token": "sesam öffne dich"}), store)
    assert not is_accepted({"token": "KEY"}, inbound(query={"token": "sesam offne dich"}), store)
    assert not is_accepted({"hmac": "KEY"}, inbound({"X-Signature": "öäü"}), store)
    assert not is_accepted({"hmac": "KEY", "encoding": "base64"}, inbound({"X-Signature": "öäü"}), store)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("prefix", ["", "sha=", "v1=", "v1,"])
def test_a_signature_is_checked_in_every_algorithm_encoding_and_prefix(
    algorithm: str, encoding: str, prefix: str
) -> None:
    auth = {"hmac": "KEY", "algorithm": algorithm, "encoding": encoding, "prefix": prefix}
    right = signature(b"open sesame", BODY, algorithm, encoding)
    wrong = signature(b"open sesam", BODY, algorithm, encoding)
    assert is_accepted(auth, inbound({"X-Signature": prefix + right}))
    assert is_accepted(auth, inbound({"X-Signature": f"{prefix}{wrong} {prefix}{right}"}))
    assert not is_accepted(auth, inbound({"X-Signature": prefix + wrong}))
    assert not is_accepted(auth, inbound({"X-Signature": prefix + right[:-6]}))
    assert not is_accepted(auth, inbound({"X-Signature": prefix}))
    if prefix:
        assert not is_accepted(auth, inbound({"X-Signature": right}))


def test_several_signatures_may_be_parted_by_commas() -> None:
    good, bad = signature(b"open sesame"), signature(b"old")
    for header in (f"v1={bad},v1={good}", f"v1={bad}, v1={good}", f"v1={good},v0=zzz", f"v1=zzz,v1={good}"):
        assert is_accepted({"hmac": "KEY", "prefix": "v1="}, inbound({"X-Signature": header}))


@pytest.mark.parametrize(
    ("form", "signed"),
    [
        ("{timestamp}.{body}", f"{NOW}.".encode() + BODY),
        ("{timestamp}:{body}", f"{NOW}:".encode() + BODY),
        ("v0:{timestamp}:{body}", f"v0:{NOW}:".encode() + BODY),
        ("{id}.{timestamp}.{body}", f"msg-7.{NOW}.".encode() + BODY),
        ("{body}{timestamp}", BODY + str(NOW).encode()),
    ],
)
def test_a_signature_may_cover_a_time_and_an_id(form: str, signed: bytes) -> None:
    auth = {"hmac": "KEY", "signed": form}
    headers = {"X-Signature": signature(b"open sesame", signed), "X-Timestamp": str(NOW), "X-Id": "msg-7"}
    assert is_accepted(auth, inbound(headers))
    assert not is_accepted(auth, inbound(headers | {"X-Timestamp": str(NOW + 1)}))
    assert not is_accepted(auth, inbound({name: value for name, value in headers.items() if name != "X-Timestamp"}))
    if "{id}" in form:
        assert not is_accepted(auth, inbound(headers | {"X-Id": "msg-8"}))


def test_a_body_that_contains_placeholders_is_signed_as_it_is() -> None:
    body = b"{timestamp} {id} {body}"
    headers = {"X-Signature": signature(b"open sesame", f"{NOW}.".encode() + body), "X-Timestamp": str(NOW)}
    assert is_accepted({"hmac": "KEY", "signed": "{timestamp}.{body}"}, inbound(headers, body=body))


def stamped(timestamp: str, *, in_header: bool = False) -> Inbound:
    said = signature(b"open sesame", f"{timestamp}.".encode() + BODY)
    if in_header:
        return inbound({"X-Signature": f"t={timestamp},v1={said}"})
    return inbound({"X-Signature": f"v1={said}", "X-Timestamp": timestamp})


@pytest.mark.parametrize("in_header", [True, False])
@pytest.mark.parametrize(
    ("seconds", "accepted"), [(0, True), (-300, True), (300, True), (-301, False), (301, False), (-86400, False)]
)
def test_a_signature_that_is_too_old_or_too_new_is_refused(seconds: int, accepted: bool, in_header: bool) -> None:  # noqa: FBT001
    auth = {"hmac": "KEY", "signed": "{timestamp}.{body}", "prefix": "v1="}
    assert is_accepted(auth, stamped(str(NOW + seconds), in_header=in_header)) is accepted


@pytest.mark.parametrize(
    "timestamp", ["", "now", "-1", f"{NOW}.0", f" {NOW}", "²", "१७९३६२०८००", "9" * 400, "9" * 5000]
)
def test_a_timestamp_that_is_no_number_of_seconds_is_refused_though_it_is_signed(timestamp: str) -> None:
    assert not is_accepted({"hmac": "KEY", "signed": "{timestamp}.{body}", "prefix": "v1="}, stamped(timestamp))


def test_the_tolerance_is_the_sources_own() -> None:
    auth = {"hmac": "KEY", "signed": "{timestamp}.{body}", "prefix": "v1=", "tolerance": 10}
    assert is_accepted(auth, stamped(str(NOW - 10)))
    assert not is_accepted(auth, stamped(str(NOW - 11)))


@pytest.mark.parametrize("way", ["bearer", "token", "hmac"])
def test_each_of_several_secrets_is_accepted(way: str) -> None:
    store = Store(KEY=["new", "old"])
    for secret, accepted in (("new", True), ("old", True), ("older", False)):
        said = signature(secret.encode()) if way == "hmac" else secret
        request = inbound({"Authorization": f"Bearer {said}", "X-Token": said, "X-Signature": said})
        assert is_accepted({way: "KEY"}, request, store) is accepted


@pytest.mark.parametrize(
    ("written", "encoding"), [("6b6579", "hex"), ("a2V5", "base64"), ("whsec_a2V5", "base64"), ("key", "text")]
)
def test_a_secret_is_decoded_as_the_source_says_it_is_written(written: str, encoding: str) -> None:
    auth = {"hmac": "KEY", "secret_encoding": encoding}
    assert is_accepted(auth, inbound({"X-Signature": signature(b"key")}), Store(KEY=written))


@pytest.mark.parametrize(
    ("written", "encoding"), [("zz", "hex"), ("  . ", "base64"), ("whsec_", "base64"), ("???", "base64")]
)
def test_a_secret_that_cannot_be_decoded_is_our_mistake_and_never_an_empty_key(written: str, encoding: str) -> None:
    auth = {"hmac": "KEY", "secret_encoding": encoding}
    with pytest.raises(SecretsUnavailable, match=rf"^The secret KEY is not {encoding}, as its source says it is\.$"):
        verify(inbound({"X-Signature": signature(b"")}), source(auth), Store(KEY=written).secrets)


def test_one_secret_that_cannot_be_decoded_does_not_lock_out_the_others() -> None:
    auth = {"hmac": "KEY", "secret_encoding": "hex"}
    assert is_accepted(auth, inbound({"X-Signature": signature(b"key")}), Store(KEY=["not hex", "6b6579"]))


@pytest.mark.parametrize("secret", ["", " ", [], [""], ["", "\n"]])
def test_a_secret_that_nobody_has_filled_in_matches_nothing(secret: Any) -> None:
    for auth in ({"bearer": "KEY"}, {"basic": "KEY"}, {"token": "KEY"}, {"hmac": "KEY"}):
        requests = [inbound(), inbound({"Authorization": "Bearer ", "X-Token": ""}, {"token": ""}), inbound(basic("")),
                    inbound({"X-Signature": signature(b"")}, {"token": " "})]  # fmt: skip
        for request in requests:
            with pytest.raises(SecretsUnavailable):
                verify(request, source(auth), Store(KEY=secret).secrets)


def test_a_secret_that_the_store_does_not_have_is_our_mistake() -> None:
    with pytest.raises(SecretsUnavailable, match=r"^The secret KEY is not in the secret store"):
        verify(inbound({"Authorization": "Bearer x"}), source({"bearer": "KEY"}), Store(OTHER="x").secrets)


def test_a_replaced_secret_works_at_once_and_the_old_one_no_longer() -> None:
    store = Store(KEY="old")
    old, new = (inbound({"Authorization": f"Bearer {secret}"}) for secret in ("old", "new"))
    assert is_accepted({"bearer": "KEY"}, old, store)
    store.content = {"KEY": "new"}
    store.ms += SOONEST_MS
    assert is_accepted({"bearer": "KEY"}, new, store)
    assert not is_accepted({"bearer": "KEY"}, old, store)


def test_wrong_guesses_do_not_ask_the_store_again_and_again() -> None:
    store = Store(KEY="open sesame")
    store.secrets.get("KEY")
    store.ms += SOONEST_MS
    for _ in range(20):
        assert not is_accepted({"bearer": "KEY"}, inbound({"Authorization": "Bearer guess"}), store)
    assert store.asked == 2


SCHEME = {"hmac": "KEY", "signed": "{timestamp}.{body}", "prefix": "v1="}
STORE = Store(KEY="open sesame")


@st.composite
def mutations(draw: st.DrawFn) -> Inbound:
    """Give a signed request with something changed in its body, its time or its signature."""
    said = signature(b"open sesame", f"{NOW}.".encode() + BODY)
    what = draw(st.sampled_from(["body", "time", "signature", "both"]))
    body, timestamp = BODY, str(NOW)
    if what in {"body", "both"}:
        at = draw(st.integers(0, len(BODY)))
        body = draw(
            st.sampled_from([BODY[:at], BODY[:at] + draw(st.binary(min_size=1, max_size=3)) + BODY[at:], BODY * 2])
        )
    if what in {"time", "both"}:
        timestamp = str(NOW + draw(st.integers(-400, 400)))
    if what == "signature":
        at = draw(st.integers(0, len(said) - 1))
        said = said[:at] + draw(st.sampled_from("0123456789abcdefgx, =")) + said[at + draw(st.integers(0, 2)) :]
    return inbound({"X-Signature": f"v1={said}", "X-Timestamp": timestamp}, body=body)


@settings(deadline=None, max_examples=1500)
@given(mutations())
def test_no_change_of_a_signed_request_is_accepted(request: Inbound) -> None:
    assert is_accepted(SCHEME, request, STORE) is (request == stamped(str(NOW)))


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_signature_that_is_written_as_no_sender_would_is_refused(encoding: str) -> None:
    right = signature(b"open sesame", encoding=encoding)
    auth = {"hmac": "KEY", "encoding": encoding}
    last = right.rstrip("=")[-1]
    for other in (right.swapcase(), right[:9] + " " + right[9:], right.replace(last + "=", chr(ord(last) + 1) + "=")):
        is_hex_in_capitals = encoding == "hex" and other == right.upper()
        assert is_accepted(auth, inbound({"X-Signature": other})) is (other == right or is_hex_in_capitals)


@settings(deadline=None, max_examples=300)
@given(
    auth=st.sampled_from([{"bearer": "KEY"}, {"basic": "KEY"}, {"token": "KEY"}, {"hmac": "KEY"}, SCHEME]),
    said=st.text(st.characters(codec="utf-8")),
)
def test_nobody_guesses_their_way_in(auth: Any, said: str) -> None:
    headers = {"Authorization": said, "X-Token": said, "X-Signature": said, "X-Timestamp": said or str(NOW)}
    assert not is_accepted(auth, inbound(headers, {"token": said}), STORE)
    assert not is_accepted(auth, inbound({"Authorization": f"Bearer {said}"}), STORE)
    assert not is_accepted(auth, inbound(basic(said)), STORE)
