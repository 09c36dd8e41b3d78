"""A little scene on the page, always the same: a form, an alert and its end, a storm, an answer, a storm again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.test_run import eventually

ONCALL, OFFICE = "chat_a1b2c3d4", "chat_e5f6a7b8"  # of the rules that ship
IN_A_ROW = 2  # texts that Blooio takes before it wants an answer
BEGAN = timedelta(minutes=10)  # before it is told
CERTIFICATE = ("CertificateExpires", "shop.example.com", "warning", "The certificate ends in 3 days")
STORM = [
    *(("HighCPU", f"web-{n}", "critical", "CPU above 95 % for 10 minutes") for n in range(1, 9)),
    *(("DiskFull", f"db-{n}", "warning", "/var is 97 % full") for n in (1, 2)),
]
AGAIN = [("SlowCheckout", f"shop-{n}", "warning", "Half of all wait longer than 3 seconds") for n in range(1, 5)]
FORM = {
    "name": "Mara Lindqvist",
    "email": "mara@example.org",
    "message": "Is the flat on Mill Lane still free? I could come on Thursday after five.",
}
# What became of each webhook, newest first. The second storm is over the chat's pace: it is held for the minute.
ENDS = ["held"] * len(AGAIN) + ["digested"] * len(STORM) + ["read"] * 3


class Scene:
    """Plays it by the page's own API. Who asks is the page that is open, so each step waits until that shows it."""

    def __init__(self, url: str, view: Any) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, headers={"Origin": url})
        self._view = view

    def play(self) -> None:
        """Play all of it, and return when the page shows how it ends."""
        with self._http:
            self._http.put("/blooio/limits", json={"streak": IN_A_ROW}).raise_for_status()
            self._send("contact", "application/x-www-form-urlencoded", str(httpx.QueryParams(FORM)))
            self._shows(ENDS[-1:])
            for n, status in enumerate(("firing", "resolved"), 1):
                self._alert(status, CERTIFICATE)
                self._shows(ENDS[-1 - n :])
            for alert in STORM:
                self._alert("firing", alert)
            self._shows(["parked"] * len(STORM) + ENDS[-3:])
            # The office was told instead, and waits for an answer, too.
            for chat, text in ((OFFICE, "Seen"), (ONCALL, "ack")):
                self._http.post("/blooio/reply", json={"chat_id": chat, "text": text}).raise_for_status()
                assert eventually(lambda chat=chat: self._is_told_more(chat)), chat
            self._shows(ENDS[len(AGAIN) :])
            for alert in AGAIN:
                self._alert("firing", alert)
            self._shows(ENDS)

    def _is_told_more(self, chat: str) -> bool:
        """Return whether the phone shows what came in this chat after its person had answered."""
        is_open = self._view.locator("#chat-about").inner_text().endswith(chat)
        return is_open and self._view.locator("#bubbles .is-mine ~ .message:not(.is-mine)").count() > 0

    def _shows(self, became: list[str]) -> None:
        said = self._view.locator("#stream .became")
        assert eventually(lambda: said.all_inner_texts() == became), said.all_inner_texts()

    def _alert(self, status: str, alert: tuple[str, str, str, str]) -> None:
        name, instance, severity, summary = alert
        labels = {"alertname": name, "instance": instance, "severity": severity}
        now = datetime.now(UTC)
        told = {
            "status": status,
            "labels": labels,
            "annotations": {"summary": summary},
            "startsAt": (now - BEGAN).isoformat(),
            "endsAt": now.isoformat() if status == "resolved" else "0001-01-01T00:00:00Z",
            "fingerprint": f"{name}-{instance}",
        }
        common = {"commonLabels": labels, "commonAnnotations": told["annotations"]}
        body = {"version": "4", "status": status, "groupKey": f"{{}}:{name}-{instance}", "alerts": [told], **common}
        self._send("alertmanager", "application/json", json.dumps(body))

    def _send(self, source: str, content_type: str, body: str) -> None:
        asked = {"source": source, "content_type": content_type, "headers": {}, "body": body, "rules": None}
        answer = self._http.post("/page/send", json={**asked, "is_new": False})
        answer.raise_for_status()
        assert answer.json()["status"] == 202, answer.text
