"""A storm on the page. It comes last, because its webhooks stay in the list."""

import re
from typing import Any

import pytest
from tests.local.page.browser.opened import opened
from tests.test_run import Run, eventually

pytestmark = pytest.mark.slow


def test_a_storm_is_listed_one_by_one_and_told_apart(run: Run, view: Any) -> None:
    page = opened(view, run)
    view.get_by_role("button", name="Alert storm").click()
    view.get_by_text(re.compile(r"5\d webhooks sent: 50 alerts and \d that are over\.")).wait_for()
    page.bubble("HighLoad on").first.wait_for()
    names = {"DiskAlmostFull", "HighLoad", "InstanceDown", "PodCrashLooping", "SlowAnswers"}
    eventually(
        lambda: len(view.locator(".webhook").all()) >= 50 and names <= set(view.locator(".about b").all_inner_texts())
    )
