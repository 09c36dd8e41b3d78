"""How a claim stands with its chat: what it asks for, and the entry that it becomes if it has to wait. Pure."""

from hookline.claim import Claim
from hookline.conversation import Ask
from hookline.digest import Entry
from hookline.models import Message


def ask(claim: Claim) -> Ask:
    """Return what the claim asks of its chat."""
    message = claim.message
    return Ask(
        id=f"{message.delivery_id}#{claim.generation}",
        is_urgent=message.urgent,
        is_admitted=claim.is_admitted,
        is_unsure=bool(claim.unsure_since),
        is_part=message.first_part is not None,
        digest=message.delivery_id if message.digest is not None else "",
        thread=message.story,
        at=message.queued_at or 0,
    )


def entry(claim: Claim, number: int, stands_in: Message | None, now: int) -> Entry:
    """Return the chat's entry of that number; ``stands_in`` is the message by which somebody else hears of it."""
    message = claim.message
    return Entry(
        number=number,
        id=message.delivery_id,
        generation=claim.generation,
        at=message.queued_at or now,
        title=message.title or message.text.partition("\n")[0],
        where=message.where,
        phase=message.phase,
        thread=message.story,
        to=stands_in.chat_name if stands_in else "",
        stands_for=0 if message.first_part else message.stands_for,
        private=message.private,
        tried=message.tried,
        fallbacks=tuple((one.name, one.id, one.limit) for one in message.fallbacks),
    )
