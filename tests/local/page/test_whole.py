"""The page of a real run: a storm from its button to the log, and Ctrl-C while it is open."""

import signal
import time
from pathlib import Path

import pytest
from tests.local.page.test_routes import Page
from tests.test_run import eventually, running

from local.page.buttons import STORM

ENDS_WITHIN = 20.0  # seconds; generous, and still less than a stream would last


@pytest.mark.slow
def test_a_storm_is_heard_whole_and_a_run_with_an_open_page_ends(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        page = Page(run.url)
        page.hello()
        origin = {"Origin": run.url}
        sent = run.http.post("/page/fire", json={"what": "storm"}, headers=origin, timeout=60).json()["sent"]
        assert sent > STORM
        explained = lambda: {webhook["n"] for webhook in page.heard("webhook") if webhook["title"]}  # noqa: E731
        eventually(lambda: len(explained()) == sent)
        named = {one["delivery_id"] for webhook in page.heard("webhook") for one in webhook["deliveries"]}
        eventually(lambda: named <= {row["delivery_id"] for row in page.heard("delivery")})
        told = {row["delivery_id"]: row["status"] for row in page.heard("delivery")}
        assert {told[name] for name in named} <= {"sent", "delivered", "held", "sending", "dropped", "digested"}
        assert page.heard("phone")
        began = time.monotonic()
        run.process.send_signal(signal.SIGINT)
        run.process.wait(ENDS_WITHIN)
        eventually(lambda: page.is_over)
        assert time.monotonic() - began < ENDS_WITHIN
    assert (tmp_path / "run.log").read_text().endswith("Stopped.\n")
    assert "ERROR" not in (tmp_path / "run.log").read_text()
