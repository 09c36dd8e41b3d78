"""How long a message is worth trying, and when it is tried next. Pure."""

from collections.abc import Callable

from blooio import Outcome, Verdict
from hookline.claim import Claim
from hookline.clock import HOUR, MINUTE, SECOND_MS

GIVE_UP_AFTER = 20 * HOUR  # from acceptance; the provider keeps idempotency keys for 24 hours
GIVE_UP_ON_AUTH_AFTER = 9 * 24 * HOUR  # as long as the provider can't have accepted it, no key can run out
AUTH_RETRY = 15 * MINUTE
FIRST_BACKOFF, MAX_BACKOFF = 1.0, 3.0 * MINUTE  # seconds; the cap is how late a recovered provider is noticed
LONGEST_RETRY_AFTER = HOUR  # seconds; a provider that asks for more is asked again all the same
STUCK_AFTER = 10 * MINUTE  # a head that has failed so long lets the next message of its chat be tried


def next_try(tries: int, outcome: Outcome, random: float) -> float:
    """Return the seconds until the next attempt: our own backoff, or longer if the provider asks for it."""
    return max(backoff(tries, random), min(outcome.retry_after or 0.0, LONGEST_RETRY_AFTER))


def backoff(tries: int, random: float) -> float:
    """Return seconds by equal jitter: half of the doubled time for sure, the other half by chance (0 <= random < 1)."""
    ceiling: float = min(MAX_BACKOFF, FIRST_BACKOFF * 2.0 ** min(tries, 10))
    return ceiling / 2 + random * ceiling / 2


def is_stuck(failing_since: int, now: int) -> bool:
    """Return whether the provider has given no answer for too long; times in ms."""
    return now - failing_since >= STUCK_AFTER * SECOND_MS


def is_too_old(claim: Claim, now: int, unauthorized_at: Callable[[], int]) -> bool:
    """Count from acceptance, but not the time in which no key was taken, unless the message may have got through.

    That holds for what waited behind such a message, too: its turn hadn't come. ``unauthorized_at`` says when (ms) the
    chat was last refused for its key; it is asked only if that decides.
    """
    queued_at, limit = claim.message.queued_at, GIVE_UP_AFTER * SECOND_MS
    if queued_at is None:
        return False
    if claim.unsure_since and now - claim.unsure_since >= limit:
        return True
    if now - queued_at < limit:
        return False
    if now - queued_at >= GIVE_UP_ON_AUTH_AFTER * SECOND_MS:
        return True
    if claim.attempts and claim.attempts[-1].get("verdict") == Verdict.AUTH:
        return False
    return now - unauthorized_at() >= limit
