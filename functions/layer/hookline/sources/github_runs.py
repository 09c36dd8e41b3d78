"""What GitHub's machines run, and how it came out: workflows, checks and deployments."""

from hookline import clock
from hookline.models import Event
from hookline.sources.github_words import Payload, first_line, said_of, where
from hookline.sources.kind import at, first, link, mapping, words
from hookline.sources.tell import tell

_FAILED = {"failure": "failed", "error": "failed", "timed_out": "timed out", "startup_failure": "could not start",
           "action_required": "waits for an approval"}  # fmt: skip
_ELSE = {"success": "succeeded", "cancelled": "was cancelled", "skipped": "was skipped", "neutral": "finished",
         "requested": "was requested", "created": "was started", "rerequested": "was started again"}  # fmt: skip


def workflow(payload: Payload, run: Payload) -> Event:
    """Tell of a workflow that was started or ended."""
    name = first([words(run.get("name"), 80), words(at(payload, "workflow", "name"), 80)]) or "Workflow"
    branch, fork = words(run.get("head_branch"), 100), words(at(run, "head_repository", "full_name"))
    commit = first_line(run.get("display_title") or at(run, "head_commit", "message"))
    author = first(words(name, 60) for name in (at(run, "head_commit", "author", "name"), at(run, "actor", "login")))
    return _run(
        "workflow_run",
        payload,
        name,
        _result(payload, run),
        f"{commit}, by {author}" if commit and author else commit,
        _took(run) if payload.get("action") == "completed" else "",
        branch=branch if fork in {"", where(payload)} else f"{fork}:{branch}",
        url=link(run.get("html_url")),
        thread=f"workflow {words(run.get('workflow_id'), 20)}",
    )


def check(payload: Payload, run: Payload) -> Event:
    """Tell of a check that was started or ended."""
    name = words(run.get("name"), 80) or "Check"
    return _run(
        "check_run",
        payload,
        name,
        _result(payload, run),
        words(at(run, "output", "title"), 150),
        branch=words(at(run, "check_suite", "head_branch"), 100),
        url=first([link(run.get("html_url")), link(run.get("details_url"))]),
        thread=f"check {name}",
    )


def deployment(payload: Payload, status: Payload) -> Event:
    """Tell how far a deployment is."""
    deployed = mapping(payload.get("deployment"))
    to = words(status.get("environment") or deployed.get("environment"), 60)
    return _run(
        "deployment_status",
        payload,
        f"Deployment to {to}" if to else "Deployment",
        words(status.get("state")).lower(),
        words(status.get("description"), 150),
        branch=words(deployed.get("ref"), 100),
        url=first(link(status.get(name)) for name in ("environment_url", "log_url", "target_url")),
        thread=f"deployment {to}",
    )


def _run(  # noqa: PLR0913 - all that the three have in common
    event: str, payload: Payload, title: str, result: str, *more: str, branch: str, url: str, thread: str
) -> Event:
    """Tell how something came out. On the branch that everybody works from a failure is critical."""
    status = "firing" if result in _FAILED else "resolved" if result == "success" else "info"
    is_main = branch != "" and branch == at(payload, "repository", "default_branch")
    said = (_FAILED | _ELSE).get(result) or f"is {result.replace('_', ' ') or 'running'}"
    return tell(
        f"{title} {said}" + (f" on {branch}" if branch else "") + f" of {where(payload)}",
        *more,
        url=url,
        status=status,
        severity="info" if status != "firing" else "critical" if is_main else "warning",
        icon="" if status != "info" else "⏳",
        thread=f"{where(payload)} {thread} {branch}",
        fields=said_of(event, payload, branch=branch, result=result),
    )


def _result(payload: Payload, run: Payload) -> str:
    """Return the conclusion of what is over, else what happens now."""
    said = run.get("conclusion") or run.get("status")
    return words(said if payload.get("action") == "completed" else payload.get("action") or said, 60).lower()


def _took(run: Payload) -> str:
    start, end = clock.read(run.get("run_started_at")), clock.read(run.get("updated_at"))
    return f"after {clock.say((end - start).total_seconds())}" if start and end and end > start else ""
