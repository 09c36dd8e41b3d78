"""What CloudFormation gets after SAM: rights that SAM adds, and whether a deploy reaches the traffic."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.built.conftest import missing

from local.cloud.intrinsics import parse
from local.project import ROOT, TEMPLATE

pytestmark = pytest.mark.slow

TRANSLATE = Path(__file__).with_name("translate.py")
FUNCTIONS = ["DeliverFunction", "ReceiptsFunction", "ReceiveFunction", "ReleaseFunction"]
ADDED = ["AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"]
AS_IT_IS, PUBLISHED = "as it is", "published"
LAYERS = [
    name
    for name, resource in parse(TEMPLATE.read_text(encoding="utf-8"))["Resources"].items()
    if resource["Type"] == "AWS::Serverless::LayerVersion"
]
# What SAM offers for publishing a version of ReceiveFunction as often as it can, as SnapStart would need it.
PUBLISHING = {
    "ReceiveFunction": {
        "AutoPublishAlias": "live",
        "AutoPublishAliasAllProperties": True,
        "VersionDeletionPolicy": "Delete",
        "SnapStart": {"ApplyOn": "PublishedVersions"},
    },
    **{layer: {"PublishLambdaVersion": True} for layer in LAYERS},
}
TAGGED = {**PUBLISHING, "ReceiveFunction": {**PUBLISHING["ReceiveFunction"], "Tags": {"project": "another"}}}
CHANGES: dict[str, dict[str, Any]] = {
    AS_IT_IS: {},
    "no traces": {"parameters": {"Tracing": "Disabled"}},
    PUBLISHED: {"properties": PUBLISHING},
    **{f"published {layer}": {"properties": PUBLISHING, "packages": {layer: "another"}} for layer in LAYERS},
    "published parameter": {"properties": PUBLISHING, "parameters": {"LogLevel": "DEBUG"}},
    "published tag": {"properties": TAGGED},
    "nothing": {},
    **{layer: {"packages": {layer: "another"}} for layer in LAYERS},
    "a function's code": {"packages": dict.fromkeys(FUNCTIONS, "another")},
}
Document = dict[str, Any]


@pytest.fixture(scope="module")
def translated() -> dict[str, Document]:
    """Translate all in one process: it is the start that takes its time."""
    program = os.environ.get("SAM") or shutil.which("sam")
    if not program:
        missing("there is no sam: install aws-sam-cli, or name it in the variable SAM.")
    first, _, _ = Path(program).read_text(encoding="utf-8", errors="replace").partition("\n")
    if not first.startswith("#!/") or "python" not in first:
        missing(f"{program} is no script of a Python that has SAM's translator: install aws-sam-cli with pip.")
    changes = {name: {"packages": {}, "parameters": {}, "properties": {}, **change} for name, change in CHANGES.items()}
    done = subprocess.run(
        [first.removeprefix("#!"), TRANSLATE],
        input=json.dumps({"template": TEMPLATE.read_text(encoding="utf-8"), "changes": changes}),
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,  # what it said is worth more than its number
    )
    assert done.returncode == 0, done.stderr
    documents: dict[str, Document] = json.loads(done.stdout)
    return documents


@pytest.fixture
def resources(translated: dict[str, Document]) -> Document:
    found: Document = translated[AS_IT_IS]["Resources"]
    return found


def of_type(resources: Document, kind: str) -> dict[str, Document]:
    return {name: it["Properties"] for name, it in resources.items() if it["Type"] == f"AWS::{kind}"}


def test_each_function_has_a_role_of_its_own_that_only_lambda_takes(resources: Document) -> None:
    roles = of_type(resources, "IAM::Role")
    assert sorted(roles) == [f"{name}Role" for name in FUNCTIONS]
    for name, function in of_type(resources, "Lambda::Function").items():
        assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    for role in roles.values():
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": ["lambda.amazonaws.com"]}


def test_sam_adds_the_right_to_log_and_the_right_to_trace_and_the_page_says_so(resources: Document) -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for role in of_type(resources, "IAM::Role").values():
        assert sorted(arn.rpartition("/")[2] for arn in role["ManagedPolicyArns"]) == ADDED
    assert all(f"`{policy}`" in page for policy in ADDED)


def test_what_sam_makes_of_a_functions_own_rights_is_what_the_template_says(resources: Document) -> None:
    for role in of_type(resources, "IAM::Role").values():
        [policy] = role["Policies"]
        assert '"*"' not in json.dumps(policy["PolicyDocument"])


def test_only_who_the_template_names_may_call_a_function(resources: Document) -> None:
    callers = {
        permission["Principal"]: permission["SourceArn"]
        for permission in of_type(resources, "Lambda::Permission").values()
    }
    assert callers.keys() == {"apigateway.amazonaws.com", "events.amazonaws.com", "sns.amazonaws.com"}
    assert all(callers.values())


def test_every_function_is_traced(resources: Document) -> None:
    traced = {name: it["TracingConfig"] for name, it in of_type(resources, "Lambda::Function").items()}
    assert traced == {name: {"Mode": {"Ref": "Tracing"}} for name in FUNCTIONS}


def test_without_traces_there_is_no_right_to_trace_either(translated: dict[str, Document]) -> None:
    found = translated["no traces"]["Resources"]
    policies = [role["ManagedPolicyArns"] for role in of_type(found, "IAM::Role").values()]
    assert [[arn.rpartition("/")[2] for arn in each] for each in policies] == [ADDED[:1]] * len(FUNCTIONS)
    assert not [it for it in of_type(found, "Lambda::Function").values() if "TracingConfig" in it]


# A version that was published once serves until the next one is: then a deploy of the rules alone might reach nobody.


def test_nothing_stands_between_a_function_and_who_calls_it(resources: Document) -> None:
    assert not of_type(resources, "Lambda::Version") | of_type(resources, "Lambda::Alias")


def test_nothing_changed_changes_nothing(translated: dict[str, Document]) -> None:
    assert translated["nothing"] == translated[AS_IT_IS]


@pytest.mark.parametrize("change", [*LAYERS, "a function's code"])
def test_what_changed_changes_every_function_that_runs(translated: dict[str, Document], change: str) -> None:
    before, after = (of_type(translated[name]["Resources"], "Lambda::Function") for name in (AS_IT_IS, change))
    assert [name for name in FUNCTIONS if before[name] == after[name]] == []


def version(document: Document) -> str:
    [name] = of_type(document["Resources"], "Lambda::Version")
    return name


@pytest.mark.parametrize(
    ("change", "is_published"),
    [
        *((f"published {layer}", True) for layer in LAYERS),
        ("published parameter", False),  # the old version would go on serving
        ("published tag", True),  # and Lambda, to which nothing changed, would refuse to publish it
    ],
)
def test_why_there_is_no_snapstart(translated: dict[str, Document], change: str, *, is_published: bool) -> None:
    assert (version(translated[change]) != version(translated[PUBLISHED])) is is_published
