"""What the template says that no engine here applies: of the API, its name, the functions' log."""

from typing import Any

import pytest

from local.cloud.intrinsics import Intrinsics, parse
from local.cloud.template import Template
from local.project import TEMPLATE

ENDPOINT = "http://127.0.0.1"
DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"))
API = DOCUMENT["Resources"]["Api"]["Properties"]
EXECUTIONS_AT_ONCE = 1000  # Lambda's default for an account
FASTEST_MS = 200  # of an answer, with a cold start now and then
DOMAIN = {"DomainName": "hooks.example.com", "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1"}


def test_the_gateway_refuses_nothing_that_the_functions_could_take() -> None:
    limits = API["DefaultRouteSettings"]
    assert limits["ThrottlingBurstLimit"] >= 2 * EXECUTIONS_AT_ONCE
    assert limits["ThrottlingRateLimit"] >= 2 * EXECUTIONS_AT_ONCE * 1000 / FASTEST_MS


def test_the_api_itself_answers_no_browser_that_asks_for_leave() -> None:
    assert "CorsConfiguration" not in API


def test_the_addresses_that_are_given_out_go_by_the_name_of_ones_own() -> None:
    outputs = Template.load(TEMPLATE, ENDPOINT, DOMAIN).outputs
    assert outputs["HookUrl"] == "https://hooks.example.com/hooks/{source}"
    assert outputs["ReceiptsUrl"] == "https://hooks.example.com/receipts"
    assert outputs["DomainTarget"] == "Domain.RegionalDomainName"


def test_without_a_name_of_ones_own_they_go_by_amazons() -> None:
    outputs = Template.load(TEMPLATE, ENDPOINT).outputs
    assert outputs["HookUrl"] == "https://Api.execute-api.us-east-1.amazonaws.com/hooks/{source}"
    assert outputs["ReceiptsUrl"] == "https://Api.execute-api.us-east-1.amazonaws.com/receipts"
    assert "DomainTarget" not in outputs


def test_a_name_leads_to_the_api_only_where_there_is_one() -> None:
    domain, mapping = (DOCUMENT["Resources"][name] for name in ("Domain", "DomainMapping"))
    assert (
        domain["Condition"] == mapping["Condition"] == DOCUMENT["Outputs"]["DomainTarget"]["Condition"] == "HasDomain"
    )
    assert domain["Properties"]["DomainName"] == {"Ref": "DomainName"}
    assert mapping["Properties"] == {
        "ApiId": {"Ref": "Api"},
        "DomainName": {"Ref": "Domain"},
        "Stage": {"Ref": "Api.Stage"},
    }


@pytest.mark.parametrize("given", [{}, DOMAIN])
def test_a_name_and_its_certificate_go_together(given: dict[str, str]) -> None:
    assert _holds(DOCUMENT["Rules"]["DomainHasItsCertificate"]["Assertions"], given)


@pytest.mark.parametrize("name", DOMAIN)
def test_one_of_the_two_alone_is_refused(name: str) -> None:
    assert not _holds(DOCUMENT["Rules"]["DomainHasItsCertificate"]["Assertions"], {name: DOMAIN[name]})


def _holds(assertions: Any, given: dict[str, str]) -> bool:
    document = {**DOCUMENT, "Conditions": {"Asserted": assertions[0]["Assert"]}}
    answered = Intrinsics(document, ENDPOINT, given).resolve({"Fn::If": ["Asserted", True, False]})
    assert isinstance(answered, bool)
    return answered


def test_the_functions_share_a_log_that_is_not_kept_for_ever() -> None:
    assert DOCUMENT["Globals"]["Function"]["LoggingConfig"] == {"LogGroup": {"Ref": "FunctionLogs"}}
    assert DOCUMENT["Resources"]["FunctionLogs"]["Properties"]["RetentionInDays"] == 30
