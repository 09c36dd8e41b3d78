"""The command lines that post a sample: the shell makes of each what receive takes, for every kind."""

import base64
import json
import subprocess
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from hookline import gateway
from hookline.models import Inbound
from hookline.parse import parse
from hookline.rules.load import load_text
from hookline.rules.model import Rules, Source
from hookline.secrets import Secrets
from hookline.see import see
from hookline.sources import KINDS
from hookline.verify import verify
from hookline.wiring import now_ms
from local import curl
from local.commands.samples import telling
from local.keys import secrets_for
from local.recipe import recipe

OURS = [kind for kind in KINDS if KINDS[kind].proofs != ("sns",)]  # nobody but Amazon can sign the others
URL = "http://127.0.0.1:8787"


def of(*sources: str) -> Rules:
    rules = "chats: {oncall: chat_1}\nsources:\n  " + "\n  ".join(sources) + "\nrules: [{name: all, chat: oncall}]\n"
    return load_text(rules.encode(), "rules.yaml")


def pasted(line: str) -> list[str]:
    """Return the arguments that curl would get from a shell."""
    shell = subprocess.run(
        ["bash", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; {line}"], check=True, capture_output=True, text=True
    )
    return shell.stdout.split("\0")[:-1]


def request(arguments: list[str]) -> Inbound:
    """Return what curl would send; of a multipart form the same fields."""
    url, *rest = arguments
    given = list(zip(rest[::2], rest[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    fields = [tuple(value.split("=", 1)) for option, value in given if option in {"--data-urlencode", "--form-string"}]
    body = next((value for option, value in given if option == "-d"), "")
    if fields:
        body, headers["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
    context = {"http": {"method": "POST"}, "requestId": f"try-{now_ms()}-{id(arguments)}", "timeEpoch": now_ms()}
    event = {
        "requestContext": context,
        "pathParameters": {"source": urlsplit(url).path.rpartition("/")[2]},
        "headers": headers,
        "queryStringParameters": dict(parse_qsl(urlsplit(url).query)),
        "body": body,
    }
    return gateway.read(event, 262_144)


def taken(source: Source, inbound: Inbound, secrets: Secrets) -> tuple[str, str]:
    """Return the id and the text of the event."""
    kind = KINDS[source.kind]
    payload = parse(verify(inbound, source, secrets), kind.reads)
    assert kind.greet is None or kind.greet(payload) is None
    seen = see(inbound, kind, payload)
    return seen.id.value, seen.event.text


@pytest.mark.parametrize("kind", OURS)
def test_the_line_of_every_kind_posts_what_receive_takes(kind: str) -> None:
    made = recipe(kind)
    rules = of(made.sources)
    secrets = secrets_for(rules, {})
    store = Secrets(lambda: json.dumps({name: list(values) for name, values in secrets.items()}), now_ms)
    [line] = curl.lines(rules, secrets, URL)
    source, sample = rules.sources[made.source], telling(kind)
    assert sample
    told, text = taken(source, request(pasted(line)), store)
    assert text.partition("\n")[0] == sample.event.text.partition("\n")[0]
    assert len(line.splitlines()) == 1
    again = curl.line(f"{URL}/hooks/{made.source}", source, secrets)
    assert again
    later = pasted(again.replace("date ", "date -d '1 minute' "))
    assert taken(source, request(later), store)[0] != told


@pytest.mark.parametrize(
    "auth",
    [
        "{bearer: S}",
        "{basic: S}",
        "{token: S}",
        "{token: S, query: key}",
        "none",
        "{hmac: S}",
        "{hmac: S, header: X-Sig, algorithm: sha512, encoding: base64, signed: '{timestamp}.{body}'}",
        "{hmac: S, prefix: 'v1,', encoding: base64, signed: '{id}.{timestamp}.{body}', secret_encoding: base64}",
        "{hmac: S, secret_encoding: hex}",
    ],
)
def test_the_line_carries_every_proof_with_an_invented_secret(auth: str) -> None:
    rules = of(f"in: {{kind: json, auth: {auth}}}")
    secrets = secrets_for(rules, {})
    store = Secrets(lambda: json.dumps({name: list(values) for name, values in secrets.items()}), now_ms)
    [line] = curl.lines(rules, secrets, URL)
    inbound = request(_with_user(pasted(line)))
    assert verify(inbound, rules.sources["in"], store)


def _with_user(arguments: list[str]) -> list[str]:
    """Say `-u user:password` as curl does."""
    if "-u" not in arguments:
        return arguments

    n = arguments.index("-u")
    login = base64.b64encode(arguments[n + 1].encode()).decode()
    return [*arguments[:n], "-H", f"Authorization: Basic {login}", *arguments[n + 2 :]]


def test_the_lines_are_of_the_first_sources_and_unsigned_ones_come_first() -> None:
    rules = of(
        "ci: {kind: json, auth: {hmac: S}}", "contact: {kind: form, auth: none}", "json: {kind: json, auth: none}"
    )
    lines = curl.lines(rules, secrets_for(rules, {}), URL)
    assert [pasted(line)[0] for line in lines] == [f"{URL}/hooks/contact", f"{URL}/hooks/json"]


def test_the_line_of_an_alert_is_short() -> None:
    rules = of("alertmanager: {kind: alertmanager, auth: none}")
    [line] = curl.lines(rules, {}, URL)
    assert len(line) < 700


def test_what_only_amazon_can_sign_has_no_line() -> None:
    rules = of("alarms: {kind: sns, auth: {sns: 'arn:aws:sns:eu-central-1:123456789012:alarms'}}")
    assert curl.lines(rules, {}, URL) == []
