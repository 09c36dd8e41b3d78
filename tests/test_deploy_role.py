"""The role that the page on deploying gives to a pipeline trusts one environment, and may make what there is."""

import json
from typing import Any

import pytest
from tests.doc_blocks import reader

from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

# Where a kind's names stand in the policy; SAM makes roles and the schedule with a function.
NAMES = {
    "AWS::ApiGatewayV2::ApiMapping": ["apigateway:eu-central-1::/*"],
    "AWS::ApiGatewayV2::DomainName": ["apigateway:eu-central-1::/*"],
    "AWS::CloudWatch::Alarm": [":alarm:hookline-prod-*"],
    "AWS::CloudWatch::Dashboard": [":dashboard/hookline-prod-*"],
    "AWS::DynamoDB::Table": [":table/hookline-prod-*"],
    "AWS::Lambda::EventSourceMapping": [":event-source-mapping:*"],
    "AWS::Lambda::Permission": [":function:hookline-prod-*"],
    "AWS::Logs::LogGroup": [":log-group:hookline-prod-*"],
    "AWS::SNS::Subscription": ["sns:eu-central-1:111122223333:hookline-prod-*"],
    "AWS::SNS::Topic": ["sns:eu-central-1:111122223333:hookline-prod-*"],
    "AWS::SQS::Queue": ["sqs:eu-central-1:111122223333:hookline-prod-*"],
    "AWS::SecretsManager::Secret": [":secret:Secrets-*"],
    "AWS::Serverless::Function": [":function:hookline-prod-*", ":role/hookline-prod-*", ":rule/hookline-prod-*"],
    "AWS::Serverless::HttpApi": ["apigateway:eu-central-1::/*"],
    "AWS::Serverless::LayerVersion": [":layer:{logical_id}*"],
}


@pytest.fixture(scope="module")
def policies() -> dict[str, list[dict[str, Any]]]:
    """Return the statements of whom the role trusts, and of what it may."""
    blocks = [
        block for block in reader.blocks() if block.page == ROOT / "docs" / "deploy.md" and block.language == "json"
    ]
    trust, may = (given["Statement"] for block in blocks if "Statement" in (given := json.loads(block.text)))
    return {"trust": trust, "may": may}


def test_the_role_trusts_one_environment_of_one_repository(policies: dict[str, list[dict[str, Any]]]) -> None:
    (statement,) = policies["trust"]
    ((operator, condition),) = statement["Condition"].items()
    assert operator == "StringEquals"
    assert "*" not in str(statement)
    assert condition["token.actions.githubusercontent.com:sub"].endswith(":environment:prod")
    assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_the_role_may_make_each_kind_that_the_template_has(policies: dict[str, list[dict[str, Any]]]) -> None:
    resources = parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"]
    kinds = {logical_id: resource["Type"] for logical_id, resource in resources.items()}
    assert set(kinds.values()) == NAMES.keys(), "Let the role in docs/deploy.md make it, and this test know where."
    listed = tuple(name for statement in policies["may"] for name in statement["Resource"])
    ends = {end.format(logical_id=logical_id) for logical_id, kind in kinds.items() for end in NAMES[kind]}
    assert {end for end in ends if not any(name.endswith(end) for name in listed)} == set()


def test_names_are_those_of_a_service_that_the_statement_allows(policies: dict[str, list[dict[str, Any]]]) -> None:
    for statement in policies["may"]:
        services = {action.partition(":")[0] for action in statement["Action"]}
        if statement["Resource"] != "*":
            assert {name.split(":")[2] for name in statement["Resource"]} == services


def test_only_what_has_no_name_is_allowed_everywhere(policies: dict[str, list[dict[str, Any]]]) -> None:
    wide = [statement for statement in policies["may"] if statement["Resource"] == "*"]
    assert [statement["Sid"] for statement in wide] == ["WhatKnowsNoNames"]
    assert "*" not in str(wide[0]["Action"])
