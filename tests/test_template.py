"""What the template says of the API, which no engine here applies."""

from local.cloud.intrinsics import parse
from local.project import TEMPLATE

API = parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"]["Api"]["Properties"]
EXECUTIONS_AT_ONCE = 1000  # Lambda's default for an account
FASTEST_MS = 200  # of an answer, with a cold start now and then


def test_the_gateway_refuses_nothing_that_the_functions_could_take() -> None:
    limits = API["DefaultRouteSettings"]
    assert limits["ThrottlingBurstLimit"] >= 2 * EXECUTIONS_AT_ONCE
    assert limits["ThrottlingRateLimit"] >= 2 * EXECUTIONS_AT_ONCE * 1000 / FASTEST_MS


def test_the_api_itself_answers_no_browser_that_asks_for_leave() -> None:
    assert "CorsConfiguration" not in API
