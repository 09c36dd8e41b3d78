"""Shows the kinds of senders, and of one what to paste where."""

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hookline.errors import HooklineError
from hookline.rules.closest import meant
from hookline.sources import KINDS, Kind
from local import curl
from local.commands import runs
from local.commands.errors import Wrong, ended
from local.commands.runs import NoRun
from local.commands.terminal import console, say_json
from local.recipe import CHAT, PLACEHOLDER, Recipe, form, recipe

if TYPE_CHECKING:
    from hookline.rules.model import Rules
    from local.commands.stack import Stack

_NEEDS = {"bearer": "token", "basic": "login", "token": "token", "hmac": "secret", "none": "nothing", "sns": "topic"}


@dataclass(frozen=True)
class Place:
    """Where senders post to; ``rules`` and ``secrets`` are known of a run on this machine."""

    address: str = PLACEHOLDER
    rules: "Rules | None" = None
    secrets: curl.Secrets = field(default_factory=dict)

    @classmethod
    def of_run(cls, port: int | None) -> "Place":
        """Return the run on this machine, or nowhere. Raises NoRun where a port was named that nothing runs on."""
        from local.commands.stack import of_run, secrets_of_run  # boto3, which the list doesn't need

        try:
            run = runs.find(port)
        except NoRun:
            if port is not None:
                raise
            return cls()
        return cls(f"{run.url}/hooks/{{source}}", _rules(of_run(run)), secrets_of_run(run))

    @classmethod
    def of_stack(cls, stack: "Stack") -> "Place":
        """Return a deployed stack; its secrets stay where they are."""
        return cls(stack.hook_url or PLACEHOLDER, _rules(stack))

    def source_of(self, kind: str) -> str | None:
        """Return the name of the first source of the kind."""
        sources = self.rules.sources.items() if self.rules else ()
        return next((name for name, source in sources if source.kind == kind), None)


def _rules(stack: "Stack") -> "Rules | None":
    """Whoever is about to write rules may have none that load."""
    with contextlib.suppress(HooklineError, OSError):
        return stack.rules()
    return None


def listed(*, as_json: bool) -> None:
    """Print all kinds."""
    if as_json:
        say_json(
            [
                {"kind": kind.name, "sender": kind.sender, "proofs": list(kind.proofs), "needs": _needs(kind)}
                for kind in KINDS.values()
            ]
        )
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("kind", "sender", "proof, the best first", "needs", box=None, pad_edge=False, header_style="dim")
    for kind in KINDS.values():
        cells = (kind.name, kind.sender, ", ".join(kind.proofs), _needs(kind))
        table.add_row(*map(Text, cells))
    shown = console()
    shown.print(table)
    shown.print("\n`hookline sources KIND` prints what to paste.")


def _needs(kind: Kind) -> str:
    return _NEEDS.get(kind.proofs[0], kind.proofs[0])


def told(kind: str, place: Place, *, as_json: bool) -> None:
    """Print what it takes to hear from a sender. Raises Wrong for a kind that there isn't."""
    if kind not in KINDS:
        raise Wrong(f"There is no kind {kind!r}; {ended(meant(kind, list(KINDS)))}")
    chat = next(iter(place.rules.chats), CHAT) if place.rules else CHAT
    made = recipe(kind, chat)
    there = place.source_of(kind)
    address = place.address.replace("{source}", there or made.source)
    line = None
    if place.rules and there and place.secrets:
        line = curl.line(address, place.rules.sources[there], place.secrets)
    if as_json:
        say_json(_machine(made, address, line))
    else:
        _show(made, address, line)


def _machine(made: Recipe, address: str, line: str | None) -> dict[str, Any]:
    return {
        "kind": made.kind.name,
        "sender": made.sender,
        "proofs": list(made.kind.proofs),
        "yaml": made.yaml,
        "secret": {"name": made.secret, "form": form(made.as_read)} if made.secret else None,
        "address": address,
        "setup": made.setup(address),
        "curl": line,
    }


def _show(made: Recipe, address: str, line: str | None) -> None:
    from rich.text import Text

    out = console()

    def say(heading: str, text: str) -> None:
        out.print(Text.assemble((f"\n{heading}", "bold"), f"\n{text}" if text else ""))

    out.print(Text(made.sender, style="bold cyan"))
    say("Into the rules file:", "")
    out.print(Text(made.yaml.rstrip(), style="green"), soft_wrap=True)
    if made.secret:
        say(f"Into the secrets, as {made.secret}:", f"{form(made.as_read)}. A list of two while you change it.")
    say("On the sender's side:", made.setup(address) or f"Let it post to {address}")
    if line:
        say("To try it here:", "")
        out.print(Text(line), soft_wrap=True)
    elif address.startswith("https://…"):
        say("The address:", "That of your stack is said with --stack NAME, that of `hookline run` while it runs.")
