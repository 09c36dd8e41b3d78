"""What somebody reads of what happens on GitHub."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from tests.layer.hookline.sources.anything import anything

from hookline.sources.github import describe, greet
from hookline.sources.kind import MAX_TEXT, Greeting

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WHERE: dict[str, Any] = {
    "repository": {
        "full_name": "nordwind/shop",
        "default_branch": "main",
        "html_url": "https://github.com/nordwind/shop",
    },
    "sender": {"login": "li-wei"},
}


def text(**payload: Any) -> str:
    return describe(WHERE | payload, NOW).text


def push(**changes: Any) -> str:
    commits = [{"message": f"Change {n}\n\nBecause."} for n in range(2)]
    return text(**{"ref": "refs/heads/main", "commits": commits, "compare": "https://github.com/c"} | changes)


def run(conclusion: str, **changes: Any) -> dict[str, Any]:
    about = {"name": "CI", "head_branch": "main", "conclusion": conclusion, "workflow_id": 7}
    return WHERE | {"action": "completed", "workflow_run": about | changes}


def test_what_people_talk_about_is_in_a_repository() -> None:
    issue = {"action": "opened", "issue": {"title": "Wrong tax", "number": 7}}
    assert describe(WHERE | issue, NOW).where == "nordwind/shop"


def test_a_push_says_who_where_and_what() -> None:
    assert push() == "⬆️ li-wei pushed 2 commits to main of nordwind/shop\n• Change 0\n• Change 1\nhttps://github.com/c"


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"commits": [{"message": "One"}]}, "⬆️ li-wei pushed 1 commit to main of nordwind/shop"),
        ({"forced": True}, "⬆️ li-wei force-pushed 2 commits to main of nordwind/shop"),
        ({"created": True, "ref": "refs/heads/fix/tax"}, "⬆️ li-wei created the branch fix/tax in nordwind/shop"),
        ({"deleted": True, "commits": []}, "⬆️ li-wei deleted the branch main of nordwind/shop"),
        ({"ref": "refs/tags/v2", "commits": []}, "🏷️ li-wei created the tag v2 in nordwind/shop"),
        ({"ref": "refs/tags/v2", "deleted": True}, "🏷️ li-wei deleted the tag v2 of nordwind/shop"),
        ({"sender": None, "pusher": {"name": "deploy"}}, "⬆️ deploy pushed 2 commits to main of nordwind/shop"),
        ({"sender": None}, "⬆️ somebody pushed 2 commits to main of nordwind/shop"),
    ],
)
def test_a_push_may_also_make_or_remove_a_branch_or_a_tag(changes: dict[str, Any], first: str) -> None:
    assert push(**changes).splitlines()[0] == first


def test_of_many_commits_five_are_named() -> None:
    said = push(commits=[{"message": f"Change {n}"} for n in range(20)]).splitlines()
    assert said[5:] == ["• Change 4", "… and 15 more", "https://github.com/c"]


def test_long_names_never_push_out_the_link() -> None:
    said = push(commits=[{"message": "word " * 100}] * 5, compare="https://github.com/" + "c" * 200)
    assert said.endswith("c" * 200)
    assert len(said) <= MAX_TEXT


@pytest.mark.parametrize(
    ("conclusion", "status", "severity", "first"),
    [
        ("failure", "firing", "critical", "🔥 CI failed on main of nordwind/shop"),
        ("timed_out", "firing", "critical", "🔥 CI timed out on main of nordwind/shop"),
        ("success", "resolved", "info", "✅ CI succeeded on main of nordwind/shop"),
        ("cancelled", "info", "info", "⏳ CI was cancelled on main of nordwind/shop"),
        ("stale", "info", "info", "⏳ CI is stale on main of nordwind/shop"),
    ],
)
def test_a_workflow_that_fails_fires_and_one_that_succeeds_resolves(
    conclusion: str, status: str, severity: str, first: str
) -> None:
    event = describe(run(conclusion), NOW)
    assert (event.status, event.severity, event.text.splitlines()[0]) == (status, severity, first)


def test_a_failure_and_its_recovery_are_one_story_of_the_branch() -> None:
    threads = [describe(run(*how), NOW).thread for how in (["failure"], ["success"])]
    assert threads == ["nordwind/shop workflow 7 main"] * 2
    assert describe(run("failure", head_branch="fix"), NOW).thread != threads[0]


def test_a_failure_elsewhere_than_on_the_default_branch_is_a_warning() -> None:
    assert describe(run("failure", head_branch="fix"), NOW).text == "⚠️ CI failed on fix of nordwind/shop"
    fork = describe(run("failure", head_repository={"full_name": "ann/shop"}), NOW)
    assert fork.text == "⚠️ CI failed on ann/shop:main of nordwind/shop"


def test_a_run_that_begins_is_neither_good_nor_bad() -> None:
    event = describe(run("", status="in_progress") | {"action": "in_progress"}, NOW)
    assert (event.text, event.status) == ("⏳ CI is in progress on main of nordwind/shop", "info")


def test_a_check_says_what_it_found() -> None:
    check = {"name": "lint", "conclusion": "failure", "output": {"title": "3 problems"}, "details_url": "https://ci/1",
             "check_suite": {"head_branch": "fix"}}  # fmt: skip
    assert (
        text(action="completed", check_run=check) == "⚠️ lint failed on fix of nordwind/shop\n3 problems\nhttps://ci/1"
    )


def test_a_deployment_is_told_as_itself_though_a_workflow_made_it() -> None:
    status = {"state": "failure", "environment": "production", "log_url": "https://ci/2", "description": "No room left"}
    said = text(action="created", deployment_status=status, deployment={"ref": "main"}, workflow_run={"name": "CI"})
    assert said == "🔥 Deployment to production failed on main of nordwind/shop\nNo room left\nhttps://ci/2"


def pull(**changes: Any) -> dict[str, Any]:
    about = {"number": 42, "title": "Pay by invoice", "html_url": "https://github.com/p/42",
             "head": {"ref": "invoice"}, "base": {"ref": "main"}}  # fmt: skip
    return about | changes


@pytest.mark.parametrize(
    ("action", "changes", "said"),
    [
        ("opened", {}, "pull request opened by li-wei in nordwind/shop"),
        ("closed", {"merged": True}, "pull request merged by li-wei in nordwind/shop"),
        ("closed", {"merged": False}, "pull request closed by li-wei in nordwind/shop"),
        ("synchronize", {}, "pull request updated by li-wei in nordwind/shop"),
        ("ready_for_review", {}, "pull request marked ready for review by li-wei in nordwind/shop"),
    ],
)
def test_a_pull_request_says_what_became_of_it(action: str, changes: dict[str, Any], said: str) -> None:
    assert text(action=action, pull_request=pull(**changes)) == (
        f"🔀 Pay by invoice (#42)\n{said}\ninvoice → main\nhttps://github.com/p/42"
    )


def test_a_review_and_a_comment_belong_to_what_they_are_about() -> None:
    review = {"state": "changes_requested", "body": "Round it.", "html_url": "https://github.com/r"}
    event = describe(WHERE | {"action": "submitted", "pull_request": pull(), "review": review}, NOW)
    assert event.text == (
        "👀 Pay by invoice (#42)\nchanges requested by li-wei in nordwind/shop\n“Round it.”\nhttps://github.com/r"
    )
    comment = {"body": "Why?", "html_url": "https://github.com/k"}
    other = describe(WHERE | {"action": "created", "issue": pull(), "comment": comment}, NOW)
    assert other.text == (
        "💬 Pay by invoice (#42)\ncomment added by li-wei in nordwind/shop\n“Why?”\nhttps://github.com/k"
    )
    assert event.thread == other.thread == "nordwind/shop#42"


def test_a_new_issue_is_quoted_and_an_old_one_is_not() -> None:
    issue = {"number": 7, "title": "No receipt", "body": "After paying\nthere is none.", "html_url": "https://g/7"}
    assert text(action="opened", issue=issue) == (
        "📝 No receipt (#7)\nissue opened by li-wei in nordwind/shop\n“After paying there is none.”\nhttps://g/7"
    )
    assert text(action="closed", issue=issue) == (
        "📝 No receipt (#7)\nissue closed by li-wei in nordwind/shop\nhttps://g/7"
    )


def test_a_release_says_its_name_and_what_is_new() -> None:
    release = {"tag_name": "v2.14.0", "name": "", "body": "Invoices.", "prerelease": True, "html_url": "https://g/r"}
    assert text(action="published", release=release) == (
        "📦 v2.14.0 of nordwind/shop\npre-release published by li-wei\n“Invoices.”\nhttps://g/r"
    )


DEPENDENCY = {
    "number": 3, "state": "open", "html_url": "https://g/a", "dependency": {"package": {"name": "pillow"}},
    "security_advisory": {"severity": "high", "summary": "A picture may run code"},
    "security_vulnerability": {"first_patched_version": {"identifier": "11.3.1"}},
}  # fmt: skip


def test_a_vulnerable_dependency_fires_until_it_is_fixed() -> None:
    event = describe(WHERE | {"action": "created", "alert": DEPENDENCY}, NOW)
    assert event.text == (
        "🔥 Vulnerable dependency pillow in nordwind/shop\nA picture may run code\nfixed in 11.3.1\nhigh severity\nhttps://g/a"
    )
    assert (event.status, event.severity) == ("firing", "critical")
    over = describe(WHERE | {"action": "fixed", "alert": DEPENDENCY | {"state": "fixed"}}, NOW)
    assert over.text == "✅ Vulnerable dependency pillow in nordwind/shop\nfixed by li-wei\nhttps://g/a"
    assert (over.status, over.thread) == ("resolved", event.thread)


def test_a_secret_in_the_code_is_critical_and_never_told() -> None:
    alert = {"number": 1, "secret_type": "slack_token", "secret_type_display_name": "Slack token", "secret": "xoxb-1"}
    event = describe(WHERE | {"action": "created", "alert": alert}, NOW)
    assert event.text == (
        "🔥 Slack token in the code of nordwind/shop\nRevoke it: whoever reads the code has it.\ncritical severity"
    )
    assert "xoxb" not in repr(event)


def test_weak_code_says_where() -> None:
    alert = {"rule": {"description": "Path from a form", "severity": "note"}, "html_url": "https://g/c",
             "most_recent_instance": {"location": {"path": "shop/files.py"}}}  # fmt: skip
    assert text(action="created", alert=alert) == (
        "ℹ️ Path from a form in nordwind/shop\nshop/files.py\nnote severity\nhttps://g/c"
    )


def test_any_other_event_says_what_it_is_about() -> None:
    said = text(action="created", star=None, fork=None, milestone={"title": "Autumn", "html_url": "https://g/m"})
    assert said == "🔔 nordwind/shop: milestone created\nAutumn\nby li-wei\nhttps://g/m"
    assert text(action="started") == "🔔 nordwind/shop: started\nby li-wei\nhttps://github.com/nordwind/shop"
    assert describe({"action": "member_added", "organization": {"login": "nordwind"}}, NOW).text.startswith("🔔 ")


def test_rules_may_ask_for_the_name_of_the_event_although_its_header_is_not_signed() -> None:
    assert describe(run("failure"), NOW).fields == {
        "event": "workflow_run", "action": "completed", "repository": "nordwind/shop", "sender": "li-wei",
        "branch": "main", "result": "failure",
    }  # fmt: skip


def test_a_ping_is_greeted_and_nothing_else_is() -> None:
    assert greet(WHERE | {"zen": "Keep it short.", "hook_id": 1, "hook": {}}) == Greeting("ping")
    assert greet(run("failure")) is None
    assert greet({"zen": "Keep it short."}) is None


NAMES = ["action", "repository", "full_name", "default_branch", "sender", "login", "ref", "commits", "message", "body",
         "workflow_run", "check_run", "deployment_status", "deployment", "pull_request", "issue", "comment", "review",
         "release", "alert", "rule", "dependency", "package", "name", "title", "number", "conclusion", "head_branch",
         "zen", "hook_id", "html_url", "environment", "state", "output"]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(anything(NAMES, ["completed", "failure", "success", "refs/heads/main", "https://github.com/x"]))
def test_any_json_at_all_is_an_event_that_fits_on_a_screen(payload: Any) -> None:
    for given_ in (payload, WHERE | (payload if isinstance(payload, dict) else {})):
        event = describe(given_, NOW)
        assert event.text.startswith(f"{event.icon} ")
        assert len(event.text) <= MAX_TEXT
        assert event.title
        assert event.severity in {"critical", "warning", "info"}
        greet(given_)
