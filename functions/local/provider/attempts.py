"""One attempt to send, as ``GET /requests`` tells of it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from local.provider.answers import Answer
from local.provider.steps import OK, Step


@dataclass(frozen=True)
class Attempt:
    at: int
    chat_id: str
    key: str | None
    body: bytes
    step: Step
    answer: Answer

    def shown(self) -> dict[str, Any]:
        """Return what was asked and what came of it; ``status`` and ``code`` are null when nobody was answered."""
        message = self.answer.document
        status = int(self.answer.status) if self.step.answers else None
        return {
            "at": self.at,
            "chat_id": self.chat_id,
            "idempotency_key": self.key,
            "body_sha256": hashlib.sha256(self.body).hexdigest(),
            "status": status,
            "code": self.answer.code if self.step.answers else None,
            "answer": status if self.step == OK else self.step.word,
            "accepted": "id" in message and message["status"] != "failed",
            "message_id": message.get("id"),
        }
