"""GitLab's webhooks of projects and groups. What its machines run is beside it.

https://docs.gitlab.com/user/project/integrations/webhook_events/ shows what each carries; `object_kind` tells them
apart. https://docs.gitlab.com/user/project/integrations/webhooks/ names the headers: the Idempotency-Key is the same in
every try; of older versions there is X-Gitlab-Event-UUID. The secret token comes as it is; a signing token, which is
newer, signs as Standard Webhooks do (https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944).
"""

from collections.abc import Callable
from datetime import datetime

from hookline.models import JSON, Event
from hookline.sources import generic
from hookline.sources.gitlab_runs import deployment, job, pipeline
from hookline.sources.gitlab_words import Payload, first_line, page, quote, said_of, where, who
from hookline.sources.kind import Kind, at, first, items, link, mapping, words
from hookline.sources.tell import tell

_MOST_LISTED = 5  # commits of a push that are named one by one
_SIGNS = {"merge_request": "!", "issue": "#", "work_item": "#", "snippet": "$"}
_VERBS = {"open": "opened", "close": "closed", "reopen": "reopened", "merge": "merged", "update": "updated",
          "approval": "approved", "unapproval": "unapproved", "create": "created", "delete": "deleted"}  # fmt: skip


def describe(payload: JSON, now: datetime) -> Event:
    """Say what happened, by the kind of object that it happened to."""
    payload = mapping(payload)
    kind = words(payload.get("object_kind"), 40)
    if not kind:
        return generic.describe(payload, now)  # of the whole instance, or not what GitLab sends
    return _SAY.get(kind, _any)(payload)


def _push(payload: Payload) -> Event:
    _, _, name = words(payload.get("ref"), 100).removeprefix("refs/").partition("/")
    commits, noun = items(payload.get("commits")), "tag" if payload.get("object_kind") == "tag_push" else "branch"
    listed = [f"• {first_line(at(commit, 'message'))}" for commit in commits[:_MOST_LISTED]]
    total, before, after = (payload.get(key) for key in ("total_commits_count", "before", "after"))
    count = max(total, len(commits)) if isinstance(total, int) else len(commits)
    if _is_nothing(after):
        did = f"deleted the {noun} {name} of"
    elif _is_nothing(before) or noun == "tag":
        did = f"created the {noun} {name} in"
    else:
        did = f"pushed {count} commit{'' if count == 1 else 's'} to {name} of"
    compared = page(payload, f"compare/{words(before, 64)}...{words(after, 64)}") if did.startswith("pushed") else ""
    return tell(
        f"{who(payload)} {did} {where(payload)}",
        *listed,
        f"… and {count - len(listed)} more" if listed and count > len(listed) else "",
        url=compared or page(payload),
        icon="🏷️" if noun == "tag" else "⬆️",
        fields=said_of(payload, branch=name),
        items=commits,
    )


def _merge_request(payload: Payload) -> Event:
    about = mapping(payload.get("object_attributes"))
    ends = " → ".join(words(about.get(end), 100) for end in ("source_branch", "target_branch"))
    return _talk(payload, "merge_request", about, f"merge request {_did(about)} by {who(payload)}", ends, icon="🔀")


def _issue(payload: Payload) -> Event:
    about = mapping(payload.get("object_attributes"))
    noun = words(about.get("type") or "issue", 40).lower()
    text = quote(about.get("description")) if about.get("action") == "open" else ""
    return _talk(payload, "issue", about, f"{noun} {_did(about)} by {who(payload)}", text, icon="📝")


def _note(payload: Payload) -> Event:
    note = mapping(payload.get("object_attributes"))
    kind = next((kind for kind in (*_SIGNS, "commit") if isinstance(payload.get(kind), dict)), "")
    said = f"comment by {who(payload)}"
    return _talk(payload, kind, mapping(payload.get(kind)), said, quote(note.get("note")), icon="💬", linked=note)


def _talk(payload: Payload, kind: str, about: Payload, *more: str, icon: str, linked: Payload | None = None) -> Event:
    """Tell of an issue, a merge request or what is said there: all have a title and a number."""
    number = words(about.get("iid"), 20)
    sign, (said, *rest) = f"{_SIGNS.get(kind, '#')}{number}" if number else "", more
    title = words(about.get("title"), 120) or first_line(about.get("message")) or kind.replace("_", " ") or "GitLab"
    action = words(mapping(payload.get("object_attributes")).get("action"), 40)
    return tell(
        f"{title} ({sign})" if sign else title,
        f"{said} in {where(payload)}",
        *rest,
        url=first(link(of.get("url")) for of in (linked or about, about)),
        icon=icon,
        body=words((linked or {}).get("note") or about.get("description")),
        thread=f"{where(payload)}{sign}" if sign else "",
        fields=said_of(payload, action=action, branch=words(about.get("source_branch"), 100)),
        where=where(payload),
    )


def _release(payload: Payload) -> Event:
    name = first(words(payload.get(key), 100) for key in ("name", "tag")) or "Release"
    return tell(
        f"{name} of {where(payload)}",
        f"release {_did(payload)}",
        quote(payload.get("description")),
        url=link(payload.get("url")),
        icon="📦",
        body=words(payload.get("description")),
        fields=said_of(payload, tag=words(payload.get("tag"), 60), action=words(payload.get("action"), 40)),
    )


def _any(payload: Payload) -> Event:
    """Tell of any other event by the name of what it is about: `wiki page created`."""
    about = mapping(payload.get("object_attributes"))
    noun, done = words(payload.get("object_kind"), 60).replace("_", " "), _did(about or payload)
    return tell(
        f"{where(payload)}: {noun} {done}",
        first(words(about.get(key), 120) for key in ("title", "name")),
        f"by {who(payload)}" if who(payload) != "somebody" else "",
        url=link(about.get("url")) or page(payload),
        fields=said_of(payload, action=words(about.get("action"), 40)),
    )


def _did(about: Payload) -> str:
    action = words(about.get("action"), 40).lower()
    return _VERBS.get(action, action.replace("_", " ")) or "changed"


def _is_nothing(commit: JSON) -> bool:
    """Return whether this stands for no commit: where a branch comes from or goes to that is new or deleted."""
    return isinstance(commit, str) and commit != "" and not commit.strip("0")


_SAY: dict[str, Callable[[Payload], Event]] = {
    "push": _push,
    "tag_push": _push,
    "merge_request": _merge_request,
    "issue": _issue,
    "work_item": _issue,
    "note": _note,
    "release": _release,
    "pipeline": pipeline,
    "build": job,
    "deployment": deployment,
}

KIND = Kind(
    name="gitlab",
    sender="GitLab",
    reads=frozenset({"json"}),
    describe=describe,
    proofs=("token", "hmac"),
    # As Standard Webhooks sign.
    signature={
        "header": "webhook-signature",
        "encoding": "base64",
        "prefix": "v1,",
        "signed": "{id}.{timestamp}.{body}",
        "timestamp": "webhook-timestamp",
        "id": "webhook-id",
        "secret_encoding": "base64",
    },
    token={"header": "X-Gitlab-Token"},
    id_headers=("webhook-id", "idempotency-key", "x-gitlab-event-uuid"),
    setup=(
        "In the project's or the group's Settings, Webhooks, add {url} with the secret as its secret token, and choose "
        "the events."
    ),
)
