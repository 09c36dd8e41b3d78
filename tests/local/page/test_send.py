"""What the page sends is taken by every source that it can be sent to, as a new event or as the same again."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from tests.local.page.desk_of import NOON, FakeRunning

from hookline import gateway
from hookline.models import Inbound
from hookline.parse import parse
from hookline.secrets import Secrets
from hookline.see import see
from hookline.sources import KINDS
from hookline.verify import verify
from local.page.door import Turned
from local.page.samples import samples
from local.page.send import Sender, Webhook
from local.recipe import recipe

URL = "http://127.0.0.1:8787"
NO_ID = {"json"}  # kinds whose events have nothing that says that they are the same
AUTHS = [
    "none",
    "{bearer: S}",
    "{basic: S}",
    "{token: S}",
    "{token: S, header: X-Mine}",
    "{token: S, query: key}",
    "{hmac: S}",
    "{hmac: S, header: X-Sig, algorithm: sha512, encoding: base64, signed: '{timestamp}.{body}'}",
    "{hmac: S, prefix: 'v1,', encoding: base64, signed: '{id}.{timestamp}.{body}', secret_encoding: base64}",
    "{hmac: S, secret_encoding: hex}",
]


class Post:
    """The sender, and what a run's functions would make of what it posts."""

    def __init__(self, sources: str) -> None:
        self.running = FakeRunning(f"chats: {{a: chat_1}}\nsources:\n{sources}rules: []\n")
        self.clock = NOON
        self.came: list[Inbound] = []
        held = {name: list(values) for name, values in self.running.secrets.items()}
        self.secrets = Secrets(lambda: json.dumps(held), lambda: self.clock)

    def send(self, webhook: Webhook) -> httpx.Response:
        async def run() -> httpx.Response:
            sender = Sender(URL, self.running, lambda: self.clock, httpx.MockTransport(self._take))  # type: ignore[arg-type]
            try:
                return await sender.send(webhook)
            finally:
                await sender.close()

        self.clock += 1
        return asyncio.run(run())

    def told(self, webhook: Webhook) -> tuple[str, str]:
        """Send it; return the id and the text of the event."""
        self.send(webhook)
        inbound = self.came[-1]
        source = self.running.rules.sources[inbound.source]
        kind = KINDS[source.kind]
        seen = see(inbound, kind, parse(verify(inbound, source, self.secrets), kind.reads))
        return seen.id.value, seen.event.text

    def _take(self, request: httpx.Request) -> httpx.Response:
        context = {"http": {"method": "POST"}, "requestId": f"{self.clock}", "timeEpoch": self.clock}
        event = {
            "requestContext": context,
            "pathParameters": {"source": request.url.path.rpartition("/")[2]},
            "headers": dict(request.headers),
            "queryStringParameters": dict(parse_qsl(request.url.query.decode())),
            "body": request.content.decode(),
        }
        self.came.append(gateway.read(event, 10**6))
        return httpx.Response(202, json={"event_id": "e1"})


def of(kind: str) -> tuple[Post, list[dict[str, Any]]]:
    post = Post(f"  {recipe(kind).sources}\n")
    return post, list(samples(post.running.rules, NOON))


def webhook(sample: dict[str, Any], *, is_new: bool) -> Webhook:
    given = {name: sample[name] for name in ("source", "content_type", "headers", "body")}
    return Webhook(**given, is_new=is_new)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].proofs != ("sns",)])
def test_every_sample_of_every_kind_is_taken_new_or_as_the_same_again(kind: str) -> None:
    post, found = of(kind)
    assert found
    for sample in found:
        new = [post.told(webhook(sample, is_new=True)) for _ in range(3)]
        same = [post.told(webhook(sample, is_new=False)) for _ in range(3)]
        assert len({event_id for event_id, _ in new}) == 3
        assert len({event_id for event_id, _ in same}) == (3 if kind in NO_ID else 1)
        assert {text.partition("\n")[0] for _, text in (*new, *same)} == {new[0][1].partition("\n")[0]}


@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("is_new", [True, False])
def test_every_proof_is_carried(auth: str, is_new: bool) -> None:  # noqa: FBT001 - pytest names it
    post = Post(f"  in: {{kind: json, auth: {auth}}}\n")
    event_id, _ = post.told(Webhook(source="in", body='{"title": "x"}', is_new=is_new))
    assert event_id


def test_a_multipart_form_is_taken_from_a_text_area_too() -> None:
    post, found = of("form")
    [sample] = [sample for sample in found if sample["name"] == "events/contact_multipart.json"]
    typed = {**sample, "body": sample["body"].replace("\r\n", "\n").replace("\r", "\n")}
    assert typed["body"] != sample["body"]
    for is_new in (True, False):
        _, text = post.told(webhook(typed, is_new=is_new))
        assert "It is the third one from the door; a photo is attached." in text


def test_the_same_again_is_posted_byte_for_byte() -> None:
    post, (sample, *_) = of("alertmanager")
    body = sample["body"].replace(":", " :  ")
    post.send(Webhook(source="alertmanager", content_type="application/json", body=body, is_new=False))
    assert post.came[-1].body.decode() == body


def test_a_new_one_stays_as_it_was_laid_out() -> None:
    post, (sample, *_) = of("stripe")
    body = json.dumps(json.loads(sample["body"]), indent=2)
    post.send(Webhook(source="stripe", content_type="application/json", body=body))
    sent = post.came[-1].body.decode()
    assert sent.count("\n") == body.count("\n")
    assert json.loads(sent)["id"] != json.loads(body)["id"]


def test_a_body_that_can_not_be_read_is_sent_as_it_is() -> None:
    post = Post("  in: {kind: stripe, auth: none}\n")
    post.send(Webhook(source="in", content_type="application/json", body="{not json"))
    assert post.came[-1].body == b"{not json"


def test_what_belongs_to_the_way_and_old_proofs_are_not_sent() -> None:
    post = Post("  in: {kind: github, auth: {hmac: S}}\n")
    old = {"Host": "evil.example", "Content-Length": "9", "Authorization": "x", "X-Hub-Signature-256": "sha256=00",
           "X-GitHub-Event": "push", "Cookie": "a=b", "Transfer-Encoding": "chunked"}  # fmt: skip
    post.send(Webhook(source="in", content_type="application/json", headers=old, body="{}", is_new=False))
    came = post.came[-1].headers
    assert came["host"] == "127.0.0.1:8787"
    assert came["content-length"] == "2"
    assert came["x-github-event"] == "push"
    assert came["x-hub-signature-256"] != "sha256=00"
    assert not {"authorization", "cookie", "transfer-encoding"} & came.keys()


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"source": "nowhere"}, 404, "There is no source 'nowhere' in the rules that run; there are in, topic."),
        ({"source": "topic"}, 409, "'topic' takes only what its own sender signs, and nothing here can sign like it."),
        ({"headers": {"x": "ä"}}, 400, "The header x can't be sent: headers have to be plain ASCII."),
        ({"content_type": "ä"}, 400, "The header content-type can't be sent: headers have to be plain ASCII."),
    ],
)
def test_what_can_not_be_sent_is_said(given: dict[str, Any], status: int, said: str) -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:alarms"
    post = Post(f"  in: {{kind: json, auth: none}}\n  topic: {{kind: sns, auth: {{sns: '{topic}'}}}}\n")
    with pytest.raises(Turned) as turned:
        post.send(Webhook(**{"source": "in", "body": "{}", **given}))
    assert (turned.value.status, str(turned.value)) == (status, said)


def test_a_source_whose_secret_nobody_has_can_not_be_sent_to() -> None:
    post = Post("  in: {kind: json, auth: {bearer: S}}\n")
    post.running.secrets = {}
    with pytest.raises(Turned):
        post.send(Webhook(source="in", body="{}"))


def test_a_source_of_rules_that_ran_before_can_not_be_sent_to() -> None:
    assert not Sender(URL, FakeRunning(), lambda: NOON).can_send("of-before")  # type: ignore[arg-type]


def test_a_door_that_is_shut_is_a_sentence() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    post = Post("  in: {kind: json, auth: none}\n")
    take: Callable[..., Any] = refuse
    post._take = take  # type: ignore[method-assign]  # noqa: SLF001
    with pytest.raises(Turned, match=r"It can't be sent: Connection refused\."):
        post.send(Webhook(source="in", body="{}"))
