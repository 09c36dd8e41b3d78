"""The commands about what happened: `hookline log` and `hookline replay`."""

from typing import Annotated

import typer

from local.commands import complete
from local.commands.options import Asked, Since, Wait, Yes, asking

LATEST = 30  # rows


@asking
def log(  # noqa: PLR0913 - its options
    asked: Asked,
    delivery: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="A delivery's id, or its first 8 characters: print that one whole.",
            autocompletion=complete.deliveries,
        ),
    ] = None,
    *,
    chat: Annotated[
        str | None,
        typer.Option(
            "--chat",
            metavar="NAME",
            help="Only of this chat: its name in the rules, or its id.",
            autocompletion=complete.chats,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Only from this source.", autocompletion=complete.sources),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="Only with this status.", autocompletion=complete.statuses),
    ] = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=0, help="So many of the latest.")] = LATEST,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes and changes.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only say what waits, in queue and chats.")] = False,
) -> None:
    """Say what waits, and what became of the messages, newest last.

    First come the queue and the chats that keep something back; then a line for each message.
    With --follow and --json each message is a document on a line of its own.

    Exit 1: the log has no such delivery

    Example: hookline log
    Example: hookline log --chat oncall --status failed --since 1d
    Example: hookline log 3f2a9c1e
    """
    from local.commands.show import Show, unknown, wanted  # boto3 and Rich, which only these commands need

    place = asked.place()
    show = Show.of(place, as_json=asked.as_json)
    if delivery:
        show.whole(delivery)
    elif waiting:
        show.waiting()
    else:
        asks = wanted(place, chat, source, status or [], since)
        show.log(asks, limit, follow=follow, hint=lambda: unknown(place, chat, source))


@asking
def replay(  # noqa: PLR0913 - its options
    asked: Asked,
    delivery: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="A delivery's id, or its first 8 characters.", autocompletion=complete.deliveries
        ),
    ] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All that were given up by age.")] = False,
    all_failed: Annotated[bool, typer.Option("--all-failed", help="All that the provider refused.")] = False,
    since: Since = None,
    yes: Yes = False,
    wait: Wait = True,
) -> None:
    """Really send a delivery again; or all that are dead or failed.

    One that was told is told once more. Of many, those that a fallback or a digest told are left out.

    Exit 1: there is nothing to send again, or it failed again

    Example: hookline replay 3f2a9c1e
    Example: hookline replay --all-dead --since 2d
    """
    if bool(delivery) == (all_dead or all_failed):
        raise typer.BadParameter("Give a delivery's id, or --all-dead, --all-failed or both.")
    from local.commands.resend import Resend

    resend = Resend.of(asked.place(), as_json=asked.as_json)
    if delivery:
        resend.one(delivery, wait=wait)
    else:
        statuses = ["dead"] * all_dead + ["failed"] * all_failed
        resend.many(statuses, since, ask=not yes)
