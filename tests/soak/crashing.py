"""The local worker, that kills itself at the points it is ordered to, and doesn't wait as long as the real one.

An order is a file named for the gap: ``claim`` (claimed, not yet posted), ``post`` (answered, not yet closed),
``close`` (closed, not yet taken off the queue). Whoever comes by first removes it and dies of SIGKILL there.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blooio import Blooio
from hookline import patience
from hookline.claim import Claim
from hookline.log import DeliveryLog
from local.cloud import worker

# Hours of waiting in minutes: what is waited for is the same.
patience.AUTH_RETRY = 1
patience.MAX_BACKOFF = 2.0
patience.LONGEST_RETRY_AFTER = 2

POISON = "poison"  # a message with this word in it aborts the process that sends it
ORDERS = Path(os.environ["SOAK_ORDERS"])


def crashing_after(call: Callable[..., Any], gap: str, *, only: type = object) -> Callable[..., Any]:
    """Return the call that dies after having been made, when ordered to."""

    def made(*arguments: Any, **options: Any) -> Any:
        result = call(*arguments, **options)
        if isinstance(result, only) and _is_ordered(gap):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return made


def aborting(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return the call that doesn't survive some messages, as when a library crashes."""

    def made(self: Any, chat_id: str, body: str, key: str) -> Any:
        if POISON in body:
            os.abort()
        return send(self, chat_id, body, key)

    return made


def _is_ordered(gap: str) -> bool:
    try:
        (ORDERS / gap).unlink()
    except FileNotFoundError:
        return False
    return True


if __name__ == "__main__":
    DeliveryLog.claim = crashing_after(DeliveryLog.claim, "claim", only=Claim)  # type: ignore[method-assign]
    Blooio.send = crashing_after(aborting(Blooio.send), "post")  # type: ignore[method-assign]
    DeliveryLog.close = crashing_after(DeliveryLog.close, "close")  # type: ignore[method-assign]
    worker.main()
