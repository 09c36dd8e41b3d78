"""What the tests of the local processes share: the patience to wait for what another process does."""

import time
from collections.abc import Callable
from typing import Any

DEADLINE_SECONDS = 10


def eventually(claim: Callable[[], Any]) -> bool:
    give_up = time.monotonic() + DEADLINE_SECONDS
    while not claim():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True
