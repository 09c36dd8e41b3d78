"""The secrets of a local run: those given, else invented ones."""

import base64
import json
import secrets as randomness
from collections.abc import Callable, Mapping

from hookline.receipts import WEBHOOK_SECRET
from hookline.rules.model import Basic, Hmac, Rules
from hookline.secrets import parse
from hookline.wiring import API_KEY
from local.project import SAM_LOCAL

INVENTED_BYTES = 12


class KeyRing:
    """The secrets of a run in its secret store; rules that name new ones get them."""

    def __init__(
        self, held: Mapping[str, tuple[str, ...]], environ: Mapping[str, str], put: Callable[[str], object]
    ) -> None:
        """``put`` replaces what is in the store, which is a JSON map."""
        self._environ = environ
        self._put = put
        self._hold(held)

    def know(self, rules: Rules) -> None:
        """Have a value for every name in the rules; those that are held stay. Raises ValueError."""
        wanted = {**secrets_for(rules, self._environ), **self.held}
        if wanted != self.held:
            self._hold(wanted)

    def _hold(self, secrets: Mapping[str, tuple[str, ...]]) -> None:
        self._put(json.dumps(secrets))
        self.held = secrets


def secrets_for(rules: Rules, environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the values of every name in the rules, and of the provider's key.

    ``HOOKLINE_SECRETS`` is used as it is, names it lacks included: that is what a deployed stack would do. Without it
    the names that `sam local` knows have its values, so that both send to the same simulator. Raises ValueError.
    """
    if given := environ.get("HOOKLINE_SECRETS"):
        held = parse(given)
    else:
        shared = parse(json.loads(SAM_LOCAL.read_text())["Parameters"]["HOOKLINE_SECRETS"])
        held = {name: shared.get(name) or (_invented(rules, name),) for name in rules.secrets}
        held[API_KEY] = shared[API_KEY]
    if key := environ.get(API_KEY):
        held[API_KEY] = (key,)
    invented = {name: (randomness.token_urlsafe(INVENTED_BYTES),) for name in (API_KEY, WEBHOOK_SECRET)}
    return {**invented, **held}


def _invented(rules: Rules, name: str) -> str:
    """Return a value as the first source that needs it writes its secrets."""
    word = randomness.token_urlsafe(INVENTED_BYTES)
    match next(source.auth for source in rules.sources.values() if source.secret == name):
        case Basic():
            return f"local:{word}"
        case Hmac(secret_encoding="base64"):
            return "whsec_" + base64.b64encode(randomness.token_bytes(2 * INVENTED_BYTES)).decode()
        case Hmac(secret_encoding="hex"):
            return randomness.token_hex(INVENTED_BYTES)
        case _:
            return word
