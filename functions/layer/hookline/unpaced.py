"""Where there is no queue: everything is sent at once, and what that passes over is said."""

from hookline.claim import Claim
from hookline.clock import say, to_datetime
from hookline.models import Message
from hookline.pace import Ready
from hookline.quiet import until
from hookline.rules.model import Chat


class Unpaced:
    """A pace that keeps no chat to anything: nothing can wait."""

    def admit(self, claim: Claim, *_: object) -> Ready:
        return Ready(claim)

    def refused(self, *_: object) -> None:
        return None

    latest = taken = untaken = settled = answered = advance = refused


def not_applied(chat: Chat, message: Message, now: int) -> list[str]:
    """Return what ``Unpaced`` passes over, in the words of the rules: ``["pace 3 per 1 min", "budget auto"]``."""
    pace = f"pace {chat.pace.texts} per {say(chat.pace.seconds)}" if chat.pace and not message.urgent else ""
    quiet_until = None if message.urgent else until(chat.quiet, now)
    quiet = f"quiet until {to_datetime(quiet_until):%Y-%m-%d %H:%M} UTC" if quiet_until else ""
    return [*filter(None, [pace, quiet, f"budget {chat.budget}" if chat.budget else ""])]
