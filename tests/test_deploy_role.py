"""The role that the page on deploying gives to a pipeline trusts one environment, and may make what there is."""

import json
from typing import Any

import pytest
from tests.doc_blocks import reader

from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

# What SAM makes of its own kinds, with the roles and the schedule of functions.
OF_SAM = {"Function": {"lambda", "iam", "events"}, "HttpApi": {"apigateway"}, "LayerVersion": {"lambda"}}


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
    needed = {"cloudformation", "s3"}
    for resource in parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"].values():
        _, service, kind = resource["Type"].split("::")
        needed |= OF_SAM[kind] if service == "Serverless" else {service.removesuffix("V2").lower()}
    actions = {action.partition(":")[0] for statement in policies["may"] for action in statement["Action"]}
    assert actions == needed


def test_only_what_has_no_name_is_allowed_everywhere(policies: dict[str, list[dict[str, Any]]]) -> None:
    wide = [statement for statement in policies["may"] if statement["Resource"] == "*"]
    assert [statement["Sid"] for statement in wide] == ["WhatKnowsNoNames"]
    assert "*" not in str(wide[0]["Action"])
