"""Thousands of webhooks, a provider that is wrong each fifth time, a worker that is killed again and again.

Prints what was accepted and what became of it, counted on the phone. Lost, doubled and out of order have to be 0.
"""

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.soak.stage import Stage, stage, until

from local.cloud.invocation import Context
from local.cloud.template import Template, load_handler

GAPS = ("claim", "post", "close")
BURST = 10  # messages of one webhook to one chat
FAULTY = 0.2
# What a faulty answer is; those that take the client's patience are rarer, or they'd be all that is measured.
FAULTS = (
    ["503", "500", "429:1", "429", "reset", "reset-after", "bad-json", "bad-json-before", "408"] * 4
    + ["401", "404", "failed", "422", "conversation_streak_limit", "safety_reply_only"] * 2
    + ["timeout", "timeout-after"]
)
SEQUENCE = 400  # answers that are set at a time
DRAIN_SECONDS = 1800.0
TERMINAL = {"failed", "dead", "parked"}  # what is parked waits for a person, whom nobody plays here


@dataclass
class Told:
    """What happened, to be printed."""

    webhooks: int = 0
    accepted: list[tuple[str, str]] = field(default_factory=list)  # (chat, text), in order of acceptance
    kills: Counter[str] = field(default_factory=Counter)


class Soak:
    """One run; ``chance`` makes it repeatable as far as threads allow."""

    def __init__(self, messages: int, chats: int, kills: int, seed: int) -> None:
        self.messages, self.kills = messages, kills
        self.chats = [f"chat_{n:02}" for n in range(chats)]
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.told = Told()

    def run(self) -> Told:
        with stage(self.chats) as on, self._faults(on.provider.url):
            killer = threading.Thread(target=self._kill, args=(on,), daemon=True)
            killer.start()
            self._send(on.template)
            killer.join()
            until(on.is_empty, DRAIN_SECONDS)
            self._judge(on)
        return self.told

    @contextmanager
    def _faults(self, url: str) -> Iterator[None]:
        """Keep the provider supplied with answers, a fifth of them faulty."""
        stopping = threading.Event()

        def supply() -> None:
            while not stopping.is_set():
                plans = httpx.get(f"{url}/faults").json()["faults"]
                if sum(len(plan["left"]) for plan in plans) < SEQUENCE // 2:
                    answers = [self._answer() for _ in range(SEQUENCE)]
                    httpx.put(f"{url}/faults", json={"sequence": answers}).raise_for_status()
                stopping.wait(0.2)

        supplier = threading.Thread(target=supply, daemon=True)
        supplier.start()
        try:
            yield
        finally:
            stopping.set()
            supplier.join()

    def _answer(self) -> str:
        return self.chance.choice(FAULTS) if self.chance.random() < FAULTY else "ok"

    def _send(self, template: Template) -> None:
        handler = load_handler(template.functions["ReceiveFunction"])
        context = Context.of(template.functions["ReceiveFunction"])
        counts: Counter[str] = Counter()
        while len(self.told.accepted) < self.messages:
            chat = self.chance.choice(self.chats)
            size = BURST if self.chance.random() < 1 / BURST else 1
            texts = []
            for _ in range(size):
                counts[chat] += 1
                texts.append(f"{chat} #{counts[chat]:05}")
            content = {"chat": chat, "texts": texts} if size > 1 else {"chat": chat, "text": texts[0]}
            answer = handler(_event(content), context)
            assert answer["statusCode"] == 202, answer
            self.told.webhooks += 1
            self.told.accepted += [(chat, text) for text in texts]

    def _kill(self, on: Stage) -> None:
        """Order the deaths all along the run, each gap as often as the others."""
        share = self.messages / (self.kills + 1)
        for n in range(self.kills):
            due = share * (n + self.chance.random())
            until(lambda due=due: len(on.provider.phone.texts()) >= due, DRAIN_SECONDS)
            gap, pid = GAPS[n % len(GAPS)], on.worker.pid
            (on.orders / gap).touch()
            until(lambda old=pid: on.worker.pid != old, DRAIN_SECONDS)
            self.told.kills[gap] += 1

    def _judge(self, on: Stage) -> None:
        provider, rows = on.provider, on.rows()
        arrived: dict[str, list[str]] = defaultdict(list)
        for text in provider.phone.texts():
            arrived[text.chat_id].append(text.text)
        times = Counter(text for texts in arrived.values() for text in texts)
        closed = {
            text
            for _, text in self.told.accepted
            if text not in times and text in rows and rows[text]["status"]["S"] in TERMINAL
        }
        self.delivered = sum(text in times for _, text in self.told.accepted)
        self.dead = len(closed)
        self.lost = [text for _, text in self.told.accepted if text not in times and text not in closed]
        self.doubled = [text for text, count in times.items() if count > 1]
        self.out_of_order = [chat for chat, texts in arrived.items() if texts != sorted(texts)]
        self.answers = Counter(attempt["answer"] for attempt in httpx.get(f"{provider.url}/requests").json())


def _event(content: dict[str, Any]) -> dict[str, Any]:
    now = time.time_ns()
    return {
        "version": "2.0",
        "routeKey": "ANY /hooks/{source}",
        "rawPath": "/hooks/soak",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": {"source": "soak"},
        "requestContext": {
            "http": {"method": "POST", "path": "/hooks/soak"},
            "requestId": f"soak-{now}",
            "timeEpoch": now // 1_000_000,
            "stage": "$default",
        },
        "body": json.dumps(content),
        "isBase64Encoded": False,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--chats", type=int, default=50)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    started = time.monotonic()
    soak = Soak(arguments.messages, arguments.chats, arguments.kills, arguments.seed)
    told = soak.run()
    kills = ", ".join(f"{count} in {gap}" for gap, count in sorted(told.kills.items()))
    print(f"seed          {arguments.seed}")
    print(f"took          {time.monotonic() - started:.0f} s")
    print(f"webhooks      {told.webhooks}")
    print(f"kills         {sum(told.kills.values())} ({kills})")
    attempts, fine = soak.answers.total(), sum(soak.answers[word] for word in ("200", "201", 200, 201, "ok"))
    print(f"attempts      {attempts}, {attempts - fine} with a faulty answer")
    print(f"accepted      {len(told.accepted)}")
    print(f"delivered     {soak.delivered}")
    print(f"dead          {soak.dead}   (refused for good, or until somebody answers; each has a row with its reason)")
    print(f"lost          {len(soak.lost)}   {soak.lost[:5]}")
    print(f"doubled       {len(soak.doubled)}   {soak.doubled[:5]}")
    print(f"out of order  {len(soak.out_of_order)}   {soak.out_of_order[:5]}")
    sys.exit(bool(soak.lost or soak.doubled or soak.out_of_order))


if __name__ == "__main__":
    main()
