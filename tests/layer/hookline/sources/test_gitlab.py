"""What somebody reads of what happens on GitLab."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.layer.hookline.sources.anything import anything

from hookline.identity import event_id
from hookline.models import Inbound
from hookline.sources.gitlab import KIND, describe
from hookline.sources.kind import MAX_TEXT

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
TILL = "https://gitlab.example.net/nordwind/till"
WHERE: dict[str, Any] = {
    "project": {"path_with_namespace": "nordwind/till", "web_url": TILL, "default_branch": "main"},
    "user": {"name": "Ann Kask", "username": "ann"},
}
NOTHING = "0" * 40


def text(kind: str, **payload: Any) -> str:
    return describe(WHERE | {"object_kind": kind} | payload, NOW).text


def push(kind: str = "push", **changes: Any) -> str:
    commits = [{"message": f"Change {n}\n\nBecause."} for n in range(2)]
    about = {"ref": "refs/heads/main", "before": "4d0e", "after": "9f1c", "commits": commits, "user_name": "Ann Kask"}
    return text(kind, **(about | {"total_commits_count": 2, "user": None} | changes))


def test_what_people_talk_about_is_in_a_project() -> None:
    issue = {"object_kind": "issue", "object_attributes": {"title": "Wrong tax", "iid": 7, "action": "open"}}
    assert describe(WHERE | issue, NOW).where == "nordwind/till"


def test_a_push_says_who_where_and_what() -> None:
    assert push() == (
        f"⬆️ Ann Kask pushed 2 commits to main of nordwind/till\n• Change 0\n• Change 1\n{TILL}/-/compare/4d0e...9f1c"
    )


@pytest.mark.parametrize(
    ("kind", "changes", "first"),
    [
        ("push", {"before": NOTHING, "ref": "refs/heads/tax"}, "⬆️ Ann Kask created the branch tax in nordwind/till"),
        ("push", {"after": NOTHING, "commits": []}, "⬆️ Ann Kask deleted the branch main of nordwind/till"),
        ("tag_push", {"ref": "refs/tags/v2", "before": NOTHING}, "🏷️ Ann Kask created the tag v2 in nordwind/till"),
        ("tag_push", {"ref": "refs/tags/v2", "after": NOTHING}, "🏷️ Ann Kask deleted the tag v2 of nordwind/till"),
        ("push", {"total_commits_count": 1, "commits": [{}]}, "⬆️ Ann Kask pushed 1 commit to main of nordwind/till"),
    ],
)  # fmt: skip
def test_a_push_may_also_make_or_remove_a_branch_or_a_tag(kind: str, changes: dict[str, Any], first: str) -> None:
    assert push(kind, **changes).splitlines()[0] == first


def test_commits_that_gitlab_left_out_are_counted() -> None:
    said = push(commits=[{"message": f"Change {n}"} for n in range(20)], total_commits_count=45).splitlines()
    assert said[0] == "⬆️ Ann Kask pushed 45 commits to main of nordwind/till"
    assert said[5:7] == ["• Change 4", "… and 40 more"]


def pipeline(status: str, **changes: Any) -> dict[str, Any]:
    about = {"id": 51, "ref": "main", "status": status, "url": f"{TILL}/-/pipelines/51", "duration": 191}
    return WHERE | {"object_kind": "pipeline", "object_attributes": about} | changes


def test_a_pipeline_that_fails_names_the_jobs_that_it_failed_for() -> None:
    jobs = [{"name": "unit", "status": "failed"}, {"name": "lint", "status": "success"},
            {"name": "audit", "status": "failed", "allow_failure": True}]  # fmt: skip
    commit = {"title": "Print once", "author": {"name": "Li Wei"}}
    event = describe(pipeline("failed", builds=jobs, commit=commit), NOW)
    assert event.text == (
        "🔥 Pipeline failed on main of nordwind/till\nPrint once, by Li Wei\nfailed: unit\nafter 3 min\n"
        f"{TILL}/-/pipelines/51"
    )
    assert (event.status, event.severity) == ("firing", "critical")


def test_one_that_is_fixed_ends_the_story_of_its_branch() -> None:
    failed, fixed = (describe(pipeline(status), NOW) for status in ("failed", "success"))
    assert fixed.text == f"✅ Pipeline succeeded on main of nordwind/till\nafter 3 min\n{TILL}/-/pipelines/51"
    assert (fixed.status, fixed.thread) == ("resolved", failed.thread)


@pytest.mark.parametrize(
    ("status", "said"),
    [("running", "is running"), ("pending", "is pending"), ("canceled", "was canceled"), ("", "is running"),
     ("manual", "waits for somebody"), ("waiting_for_resource", "is waiting for resource")],
)  # fmt: skip
def test_one_that_has_not_ended_is_neither_good_nor_bad(status: str, said: str) -> None:
    event = describe(pipeline(status), NOW)
    assert (event.status, event.text.splitlines()[0]) == ("info", f"⏳ Pipeline {said} on main of nordwind/till")


def test_a_failure_elsewhere_than_on_the_default_branch_is_a_warning() -> None:
    event = describe(
        pipeline("failed", object_attributes={"ref": "fix", "status": "failed", "id": 7, "name": "Nightly"}), NOW
    )
    assert event.text == f"⚠️ Pipeline “Nightly” failed on fix of nordwind/till\n{TILL}/-/pipelines/7"


def test_a_job_says_why_it_failed() -> None:
    about = {"build_name": "unit", "build_status": "failed", "build_failure_reason": "runner_system_failure",
             "build_id": 9, "ref": "fix", "build_duration": 12.4}  # fmt: skip
    assert text("build", **about) == (
        f"⚠️ Job unit failed on fix of nordwind/till\nrunner system failure\nafter 12 s\n{TILL}/-/jobs/9"
    )


def test_a_deployment_says_where_to() -> None:
    about = {"environment": "production", "status": "success", "ref": "main", "commit_title": "Print once",
             "environment_external_url": "https://till.example.net"}  # fmt: skip
    assert text("deployment", **about) == (
        "✅ Deployment to production succeeded on main of nordwind/till\nPrint once, by Ann Kask\nhttps://till.example.net"
    )


@pytest.mark.parametrize(
    ("action", "said"),
    [("open", "opened"), ("merge", "merged"), ("close", "closed"), ("approved", "approved"), ("", "changed")],
)
def test_a_merge_request_says_what_became_of_it(action: str, said: str) -> None:
    about = {"iid": 58, "title": "Print once", "action": action, "source_branch": "once", "target_branch": "main",
             "url": f"{TILL}/58"}  # fmt: skip
    assert text("merge_request", object_attributes=about) == (
        f"🔀 Print once (!58)\nmerge request {said} by Ann Kask in nordwind/till\nonce → main\n{TILL}/58"
    )


def test_a_new_issue_is_quoted_and_a_closed_one_is_not() -> None:
    issue = {"iid": 7, "title": "No paper", "description": "Since noon.", "action": "open", "url": f"{TILL}/7"}
    assert text("issue", object_attributes=issue) == (
        f"📝 No paper (#7)\nissue opened by Ann Kask in nordwind/till\n“Since noon.”\n{TILL}/7"
    )
    closed = issue | {"action": "close", "type": "Incident"}
    assert text("issue", object_attributes=closed) == (
        f"📝 No paper (#7)\nincident closed by Ann Kask in nordwind/till\n{TILL}/7"
    )


@pytest.mark.parametrize(
    ("about", "title"),
    [
        ({"merge_request": {"iid": 58, "title": "Print once"}}, "Print once (!58)"),
        ({"issue": {"iid": 7, "title": "No paper"}}, "No paper (#7)"),
        ({"commit": {"message": "Print once\n\nNot twice."}}, "Print once"),
        ({}, "GitLab"),
    ],
)
def test_a_comment_belongs_to_what_it_is_about(about: dict[str, Any], title: str) -> None:
    note = {"note": "Why?", "url": f"{TILL}#note_1"}
    assert text("note", object_attributes=note, **about) == (
        f"💬 {title}\ncomment by Ann Kask in nordwind/till\n“Why?”\n{TILL}#note_1"
    )


def test_a_release_says_its_name_and_what_is_new() -> None:
    about = {"name": "", "tag": "v2.1", "action": "create", "description": "Receipts.", "url": f"{TILL}/r"}
    assert text("release", **about) == f"📦 v2.1 of nordwind/till\nrelease created\n“Receipts.”\n{TILL}/r"


def test_any_other_event_says_what_it_is_about() -> None:
    page = {"title": "Paper sizes", "action": "update", "url": f"{TILL}/-/wikis/paper"}
    assert text("wiki_page", object_attributes=page) == (
        f"🔔 nordwind/till: wiki page updated\nPaper sizes\nby Ann Kask\n{TILL}/-/wikis/paper"
    )
    assert text("feature_flag", user=None) == f"🔔 nordwind/till: feature flag changed\n{TILL}"


def test_every_try_is_the_same_delivery_also_of_older_versions() -> None:
    def identity(**headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return event_id(Inbound("gitlab", "POST", named, {}, b"{}", "r1", 0), KIND, {}).value

    assert identity(idempotency_key="e8", x_gitlab_event_uuid="d1") == "gitlab:e8"
    assert identity(idempotency_key="e8", x_gitlab_event_uuid="d2") == "gitlab:e8"
    assert identity(x_gitlab_event_uuid="d1") == "gitlab:d1"


NAMES = ["object_kind", "object_attributes", "project", "path_with_namespace", "web_url", "user", "name", "user_name",
         "ref", "commits", "message", "status", "builds", "duration", "iid", "title", "action", "url", "note", "issue",
         "environment", "build_status", "build_duration", "commit", "description", "before",
         "total_commits_count"]  # fmt: skip
KINDS = ["push", "tag_push", "merge_request", "issue", "note", "release", "pipeline", "build", "deployment", "emoji"]


@settings(deadline=None, max_examples=300)
@given(anything(NAMES, ["failed", "success", "open", "refs/heads/main", NOTHING]), st.sampled_from(KINDS))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any, kind: str) -> None:
    inside = payload if isinstance(payload, dict) else {}
    for one in (payload, inside | {"object_kind": kind}, {"object_kind": kind, "object_attributes": payload}):
        event = describe(one, NOW)
        assert event.text.startswith(f"{event.icon} ")
        assert len(event.text) <= MAX_TEXT
        assert event.title
