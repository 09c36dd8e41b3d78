"""What GitLab's machines run, and how it came out: pipelines, jobs and deployments."""

from hookline import clock
from hookline.models import Event
from hookline.sources.gitlab_words import Payload, first_line, page, said_of, where, who
from hookline.sources.kind import at, first, items, link, mapping, words
from hookline.sources.tell import tell

_MOST_LISTED = 5  # failed jobs that are named one by one
_SAID = {"success": "succeeded", "failed": "failed", "canceled": "was canceled", "skipped": "was skipped",
         "manual": "waits for somebody", "created": "was created"}  # fmt: skip


def pipeline(payload: Payload) -> Event:
    """Tell of a pipeline, and of the jobs that it failed for."""
    about, commit = mapping(payload.get("object_attributes")), mapping(payload.get("commit"))
    name, number = words(about.get("name"), 80), words(about.get("id"), 20)
    title, author = first_line(commit.get("title") or commit.get("message")), words(at(commit, "author", "name"), 60)
    jobs = [mapping(job) for job in items(payload.get("builds"))]
    failed = [words(job.get("name"), 60) for job in jobs if _counts(job)][:_MOST_LISTED]
    return _run(
        payload,
        f"Pipeline “{name}”" if name else "Pipeline",
        words(about.get("status"), 40),
        f"{title}, by {author}" if title and author else title,
        f"failed: {', '.join(filter(None, failed))}" if any(failed) else "",
        _took(about.get("duration")),
        branch=words(about.get("ref"), 100),
        url=link(about.get("url")) or page(payload, f"pipelines/{number}"),
        thread="pipeline",
    )


def job(payload: Payload) -> Event:
    """Tell of a single job."""
    name, reason = words(payload.get("build_name"), 80), words(payload.get("build_failure_reason"), 80)
    is_failed = payload.get("build_status") == "failed"
    return _run(
        payload,
        f"Job {name}" if name else "Job",
        words(payload.get("build_status"), 40),
        reason.replace("_", " ") if is_failed and reason != "unknown_failure" else "",
        _took(payload.get("build_duration")),
        branch=words(payload.get("ref"), 100),
        url=page(payload, f"jobs/{words(payload.get('build_id'), 20)}"),
        thread=f"job {name}",
    )


def deployment(payload: Payload) -> Event:
    """Tell how far a deployment is."""
    to, title = words(payload.get("environment"), 60), words(payload.get("commit_title"), 80)
    return _run(
        payload,
        f"Deployment to {to}" if to else "Deployment",
        words(payload.get("status"), 40),
        f"{title}, by {who(payload)}" if title else f"by {who(payload)}",
        branch=words(payload.get("ref"), 100),
        url=first(link(payload.get(name)) for name in ("environment_external_url", "deployable_url")) or page(payload),
        thread=f"deployment {to}",
    )


def _run(  # noqa: PLR0913 - all that the three have in common
    payload: Payload, title: str, result: str, *more: str, branch: str, url: str, thread: str
) -> Event:
    """Tell how something came out. On the branch that everybody works from a failure is critical."""
    status = {"failed": "firing", "success": "resolved"}.get(result, "info")
    is_main = branch != "" and branch == at(payload, "project", "default_branch")
    said = _SAID.get(result) or f"is {result.replace('_', ' ') or 'running'}"
    return tell(
        f"{title} {said}" + (f" on {branch}" if branch else "") + f" of {where(payload)}",
        *more,
        url=url,
        status=status,
        severity="info" if status != "firing" else "critical" if is_main else "warning",
        icon="" if status != "info" else "⏳",
        thread=f"{where(payload)} {thread} {branch}",
        fields=said_of(payload, branch=branch, result=result),
    )


def _counts(of: Payload) -> bool:
    return of.get("status") == "failed" and of.get("allow_failure") is not True


def _took(seconds: object) -> str:
    is_known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < clock.DAY * 365
    return f"after {clock.say(seconds)}" if isinstance(seconds, int | float) and is_known else ""
