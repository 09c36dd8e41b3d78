"""Apprise as one would put it behind Alertmanager: a token, a line of text, and a plugin of one's own."""

import hmac
import json
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import apprise
import requests
from apprise.decorators import notify
from endpoint import serve

PATIENCE_S = 8
EXPECTED = f"Bearer {os.environ['TOKEN']}"


@notify(on="blooio", name="Blooio")
def send(body: str, *_: Any, **__: Any) -> bool:
    answer = requests.post(
        os.environ["SEND_URL"],
        json={"content": {"type": "text", "text": body}},
        headers={"Authorization": f"Bearer {os.environ['KEY']}"},
        timeout=PATIENCE_S,
    )
    return answer.ok


phone = apprise.Apprise()
phone.add("blooio://")


def told(_: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    if not hmac.compare_digest(headers.get("authorization", ""), EXPECTED):
        return HTTPStatus.UNAUTHORIZED, "{}"
    alert = json.loads(body)
    text = f"{alert['commonLabels']['alertname']}: {alert['commonAnnotations']['summary']}"
    is_sent = phone.notify(body=text if alert["status"] == "firing" else f"Resolved: {text}")
    return (HTTPStatus.OK if is_sent else HTTPStatus.BAD_GATEWAY), "{}"


if __name__ == "__main__":
    serve(int(sys.argv[1]), told)
