"""What the template says that no engine here applies: of the API, its name, the functions' log."""

import tomllib
from typing import Any

import pytest

from hookline.settings import Settings
from local.cloud.intrinsics import Intrinsics, parse
from local.cloud.template import Template
from local.project import ROOT, TEMPLATE

ENDPOINT = "http://127.0.0.1"
DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"))
PROPERTIES = {name: resource.get("Properties", {}) for name, resource in DOCUMENT["Resources"].items()}
API = PROPERTIES["Api"]
TEMPLATED = Template.load(TEMPLATE, ENDPOINT)
EXECUTIONS_AT_ONCE = 1000  # Lambda's default for an account
OF_A_NEW_ACCOUNT = 10  # as people report it; AWS says only that it is less
GATEWAY_SECONDS = 30  # an HTTP API waits no longer
LONGEST_RETENTION_SECONDS = 14 * 86_400  # of SQS
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


def test_lambda_tells_x_ray_of_every_function_unless_that_is_switched_off() -> None:
    assert DOCUMENT["Parameters"]["Tracing"]["Default"] == "Active"
    assert DOCUMENT["Globals"]["Function"]["Tracing"] == {"Ref": "Tracing"}
    assert not [name for name, properties in PROPERTIES.items() if "Tracing" in properties]


# How many run at once.


def test_deliver_is_held_back_where_it_leaves_on_the_queue_what_is_too_much() -> None:
    scaling = PROPERTIES["DeliverFromQueue"]["ScalingConfig"]
    assert scaling == {"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}
    parameter = DOCUMENT["Parameters"]["MaximumConcurrency"]
    assert (parameter["MinValue"], parameter["MaxValue"]) == (2, 1000), "SQS takes nothing else"


def test_what_waits_leaves_room_for_webhooks_even_in_a_new_account() -> None:
    assert DOCUMENT["Parameters"]["MaximumConcurrency"]["Default"] <= OF_A_NEW_ACCOUNT // 2


def test_no_function_has_a_limit_that_would_burn_receives() -> None:
    everything = [DOCUMENT["Globals"]["Function"], *PROPERTIES.values()]
    assert not [each for each in everything if "ReservedConcurrentExecutions" in each]


# What goes by deliver's timeout.


def test_no_second_worker_gets_a_message_while_the_first_may_still_run() -> None:
    timeout = TEMPLATED.functions["DeliverFunction"].timeout_seconds
    assert PROPERTIES["DeliveryQueue"]["VisibilityTimeout"] == 3 * timeout
    settings = Settings(delivery_log_table="DeliveryLog")
    assert settings.lease_seconds == timeout
    assert settings.attempt_seconds < timeout / 2


def test_an_answer_is_there_before_the_gateway_gives_up() -> None:
    longest = max(TEMPLATED.functions[route.function].timeout_seconds for route in TEMPLATED.routes)
    assert longest < GATEWAY_SECONDS


def test_what_is_given_up_lies_in_the_dead_letter_queue_as_long_as_there_is() -> None:
    queues = [PROPERTIES[name] for name in ("DeliveryQueue", "DeadLetterQueue")]
    assert {queue["MessageRetentionPeriod"] for queue in queues} == {LONGEST_RETENTION_SECONDS}


# What is kept, and what it is called in the bill.


def test_what_is_kept_is_encrypted() -> None:
    assert PROPERTIES["DeliveryLog"]["SSESpecification"] == {"SSEEnabled": True}
    assert [PROPERTIES[queue.id]["SqsManagedSseEnabled"] for queue in TEMPLATED.queues] == [True, True]


@pytest.mark.parametrize("environment", ["default", "prod"])
def test_a_stack_says_in_the_bill_what_it_is(environment: str) -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    given = configured[environment]["deploy"]["parameters"]["tags"]
    assert dict(tag.split("=") for tag in given.split()) == {"project": "hookline", "environment": environment}
