"""GitHub's webhooks: what people push, write and release. What its machines run and find is beside it.

The event's name comes in a header that the signature doesn't cover, so events are told apart by what they contain.
https://docs.github.com/en/webhooks/webhook-events-and-payloads and
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from collections.abc import Callable
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.github_alerts import alert
from hookline.sources.github_runs import check, deployment, workflow
from hookline.sources.github_words import Payload, first_line, quote, said_of, verb, where, who
from hookline.sources.kind import Greeting, Kind, at, first, items, link, mapping, words
from hookline.sources.tell import tell

_MOST_LISTED = 5  # commits of a push that are named one by one
_STANDING = {"repository", "organization", "sender", "installation", "enterprise", "changes"}  # of any event


def describe(payload: JSON, now: datetime) -> Event:
    """Say what happened, by the first object in the payload that makes it this event and no other."""
    payload = mapping(payload)
    for name, say in _EVENTS.items():
        if isinstance(payload.get(name), dict):
            return say(payload, payload[name])
    if not where(payload):
        return generic.describe(payload, now)  # of an organization, or not what GitHub sends
    is_push = isinstance(payload.get("ref"), str) and isinstance(payload.get("commits"), list)
    return _push(payload) if is_push else _any(payload)


def greet(payload: JSON) -> Greeting | None:
    """Answer the ping that comes when a webhook is set up."""
    is_ping = isinstance(at(payload, "zen"), str) and at(payload, "hook_id") is not None
    return Greeting("ping") if is_ping else None


def _push(payload: Payload) -> Event:
    kind, _, name = words(payload["ref"], 100).removeprefix("refs/").partition("/")
    commits = items(payload["commits"])
    listed = [f"• {first_line(at(commit, 'message'))}" for commit in commits[:_MOST_LISTED]]
    noun = "tag" if kind == "tags" else "branch"
    if payload.get("deleted") is True:
        did = f"deleted the {noun} {name} of"
    elif payload.get("created") is True or noun == "tag":
        did = f"created the {noun} {name} in"
    else:
        count = f"{len(commits)} commit{'' if len(commits) == 1 else 's'}"
        did = f"{'force-pushed' if payload.get('forced') is True else 'pushed'} {count} to {name} of"
    return tell(
        f"{who(payload)} {did} {where(payload)}",
        *listed,
        f"… and {len(commits) - len(listed)} more" if len(commits) > len(listed) else "",
        url=link(payload.get("compare")),
        icon="🏷️" if noun == "tag" else "⬆️",
        fields=said_of("push", payload, branch=name),
        items=commits,
    )


def _pull_request(payload: Payload, pull: Payload) -> Event:
    action = "merged" if pull.get("merged") is True and payload.get("action") == "closed" else verb(payload)
    ends = " → ".join(words(at(pull, end, "ref"), 100) for end in ("head", "base"))
    return _talk("pull_request", payload, pull, f"pull request {action} by {who(payload)}", ends, icon="🔀")


def _review(payload: Payload, review: Payload) -> Event:
    state = words(review.get("state")).replace("_", " ").lower()
    said = f"{'reviewed' if state in {'', 'commented'} else state} by {who(payload)}"
    pull = mapping(payload.get("pull_request"))
    return _talk("pull_request_review", payload, pull, said, quote(review), icon="👀", linked=review)


def _comment(payload: Payload, comment: Payload) -> Event:
    subject = next((payload[name] for name in ("issue", "pull_request", "discussion") if name in payload), None)
    said = f"comment {verb(payload)} by {who(payload)}"
    return _talk("comment", payload, mapping(subject), said, quote(comment), icon="💬", linked=comment)


def _issue(payload: Payload, issue: Payload) -> Event:
    text = quote(issue) if payload.get("action") == "opened" else ""
    return _talk("issues", payload, issue, f"issue {verb(payload)} by {who(payload)}", text, icon="📝")


def _talk(name: str, payload: Payload, about: Payload, *more: str, icon: str, linked: Payload | None = None) -> Event:
    """Tell of an issue, a pull request or what is said there: all have a title and a number."""
    number = words(about.get("number"), 20)
    said, *rest = more
    return tell(
        (words(about.get("title"), 120) or name.replace("_", " ")) + (f" (#{number})" if number else ""),
        f"{said} in {where(payload)}",
        *rest,
        url=first(link(of.get("html_url")) for of in (linked or about, about)),
        icon=icon,
        body=words((linked or about).get("body")),
        thread=f"{where(payload)}#{number}" if number else "",
        fields=said_of(name, payload, branch=words(at(about, "head", "ref"), 100)),
        where=where(payload),
    )


def _release(payload: Payload, release: Payload) -> Event:
    tag, name = words(release.get("tag_name"), 60), words(release.get("name"), 120)
    return tell(
        f"{name or tag or 'Release'} of {where(payload)}",
        f"{'pre-release' if release.get('prerelease') is True else 'release'} {verb(payload)} by {who(payload)}",
        quote(release),
        url=link(release.get("html_url")),
        icon="📦",
        body=words(release.get("body")),
        fields=said_of("release", payload, tag=tag),
    )


def _any(payload: Payload) -> Event:
    """Tell of any other event by the name of what it is about: `star created`."""
    name = next((name for name, value in payload.items() if isinstance(value, dict) and name not in _STANDING), "")
    about = mapping(payload.get(name))
    noun, done = words(name.replace("_", " "), 60), words(payload.get("action"), 60).replace("_", " ")
    title = first(words(about.get(key), 120) for key in ("title", "name", "full_name", "login"))
    return tell(
        f"{where(payload)}: {f'{noun} {done}'.strip() or 'something happened'}",
        title,
        f"by {who(payload)}",
        url=first([link(about.get("html_url")), link(at(payload, "repository", "html_url"))]),
        fields=said_of(name, payload),
    )


# In this order: the later ones are also part of the earlier ones' payloads.
_EVENTS: dict[str, Callable[[Payload, Payload], Event]] = {
    "deployment_status": deployment,
    "workflow_run": workflow,
    "check_run": check,
    "review": _review,
    "comment": _comment,
    "pull_request": _pull_request,
    "issue": _issue,
    "release": _release,
    "alert": alert,
}

KIND = Kind(
    name="github",
    sender="GitHub",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("hmac",),
    signature={"header": "X-Hub-Signature-256", "prefix": "sha256="},
    id_headers=("x-github-delivery",),
    greet=greet,
    setup=(
        "In the repository's or the organization's Settings, Webhooks, Add webhook: enter {url} as the payload URL, "
        "application/json as the content type and the secret; choose the events."
    ),
)
