"""The commands about what happened: `hookline log` and `hookline replay`."""

from typing import Annotated

import typer

from local.commands.terminal import AsJson, AtPort, InRegion, OfStack, Since, WithProfile, reaching

LATEST = 30  # rows


def log(  # noqa: PLR0913 - its options
    delivery: Annotated[str | None, typer.Argument(help="An id or its beginning: print that delivery whole.")] = None,
    *,
    chat: Annotated[str | None, typer.Option(help="Only of this chat: its name in the rules, or its id.")] = None,
    source: Annotated[str | None, typer.Option(help="Only from this source.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only with this status; may be given again.")] = None,
    since: Since = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="So many of the latest.")] = LATEST,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes and changes.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only say what waits, in queue and chats.")] = False,
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """Say what waits in the queue and in which chats, and what became of the messages, newest last.

    Example: hookline log --chat oncall --status failed --since 1d
    """
    with reaching():
        from local.commands.show import Show, wanted  # boto3 and Rich, which only these commands need
        from local.commands.stack import find

        place = find(stack, region, profile, port)
        show = Show.of(place, as_json=as_json)
        if delivery:
            show.whole(delivery)
        elif waiting:
            show.waiting()
        else:
            show.log(wanted(place, chat, source, status or [], since), limit, follow=follow)


def replay(  # noqa: PLR0913 - its options
    delivery: Annotated[str | None, typer.Argument(help="A delivery's id, or its beginning.")] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All that were given up by age.")] = False,
    all_failed: Annotated[bool, typer.Option("--all-failed", help="All that the provider refused.")] = False,
    since: Since = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before sending many.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait a few seconds to say what became of it.")] = True,
    as_json: AsJson = False,
    stack: OfStack = None,
    region: InRegion = None,
    profile: WithProfile = None,
    port: AtPort = None,
) -> None:
    """Really send a delivery again, whatever became of it; or all that are dead or failed.

    Example: hookline replay 3f2a9c1e, or hookline replay --all-dead --since 2d
    """
    if bool(delivery) == (all_dead or all_failed):
        raise typer.BadParameter("Give a delivery's id, or --all-dead, --all-failed or both.")
    with reaching():
        from local.commands.resend import Resend
        from local.commands.stack import find

        resend = Resend.of(find(stack, region, profile, port), as_json=as_json)
        if delivery:
            resend.one(delivery, wait=wait)
        else:
            statuses = ["dead"] * all_dead + ["failed"] * all_failed
            resend.many(statuses, since, ask=not yes)
