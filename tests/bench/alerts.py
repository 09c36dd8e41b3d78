"""Alerts, each one of its own, as Alertmanager would post them; and who sends them and sees their texts arrive."""

import json
import threading
from typing import Any

import httpx
from tests.bench.peers_installed import Place
from tests.soak.stage import Provider

from local.project import EVENTS

ARRIVES_WITHIN_S = 10.0


class Run:
    """Sends alerts to a tool, and sees them arrive."""

    def __init__(self, client: httpx.Client, place: Place, provider: Provider) -> None:
        self._client, self._place, self._phone = client, place, provider.phone
        self._event = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))
        self._arrived = threading.Condition()
        self._phone.observe(self._told)

    def send(self, numbers: range) -> None:
        """Send one alert for each number; the next when the text of the last is on the phone."""
        for n in numbers:
            headers = {"authorization": f"Bearer {self._place.token}", "content-type": "application/json"}
            self._client.post(self._place.hook_url, content=alert(self._event["body"], n), headers=headers)
            with self._arrived:
                if not self._arrived.wait_for(lambda n=n: len(self._phone.texts()) > n, ARRIVES_WITHIN_S):
                    raise RuntimeError(f"No text of alert {n} arrived within {ARRIVES_WITHIN_S:.0f} s.")

    def check(self, count: int) -> None:
        """Raise RuntimeError unless each alert was told once."""
        texts = [text.text for text in self._phone.texts()]
        if len(texts) != count or not all(summary(n) in text for n, text in enumerate(texts)):
            raise RuntimeError(f"{len(texts)} texts arrived of {count} alerts, or not in their order.")

    def _told(self, *_: object) -> None:
        with self._arrived:
            self._arrived.notify_all()


def alert(body: str, n: int) -> str:
    """Return an alert of its own for each number, as Alertmanager would post it."""
    content: dict[str, Any] = json.loads(body)
    content["groupKey"] += f":{n}"
    content["alerts"][0]["fingerprint"] = f"{n:016x}"
    for annotations in (content["alerts"][0]["annotations"], content["commonAnnotations"]):
        annotations["summary"] = summary(n)
    return json.dumps(content)


def summary(n: int) -> str:
    return f"Less than {n} % left on /var/lib/postgresql"
