"""The template is read as CloudFormation would read it, with the names of the local engine."""

import json
import re
from pathlib import Path

import pytest

from hookline import due, rulebook
from local.cloud.intrinsics import Intrinsics, parse
from local.cloud.template import Function, Route, Schedule, Template, load_handler
from local.project import TEMPLATE

ENDPOINT = "http://127.0.0.1:5001"
SMALL = """
Parameters:
  Level: {Type: String, Default: INFO}
  Size: {Type: Number, Default: 10}
  Needed: {Type: String}
Conditions:
  Loud: !Equals [!Ref Level, DEBUG]
Globals:
  Function:
    Timeout: 7
    Handler: app.handler
    Environment: {Variables: {LEVEL: !Ref Level, SIZE: !Ref Size, BOTH: globals}}
Resources:
  Plain: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref Size}}
  Keys: {Type: AWS::DynamoDB::Table}
  One:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: one/
      Environment:
        Variables:
          BOTH: function
          QUEUE: !Ref Plain
          ARN: !GetAtt Plain.Arn
          TABLE: !GetAtt Keys.Arn
          TEXT: !Sub "${AWS::Region}/${Plain.QueueName}/${!Literal}"
          MORE: !Sub ["${Level}-${x}", {x: !Ref Size}]
          MODE: !If [Loud, loud, quiet]
          GONE: !If [Loud, loud, !Ref "AWS::NoValue"]
          FLAG: true
"""


def read(text: str, folder: Path, **parameters: str) -> Template:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return Template.load(path, ENDPOINT, parameters)


def test_the_functions_environment_has_its_intrinsics_answered(tmp_path: Path) -> None:
    assert read(SMALL, tmp_path).functions["One"].environment == {
        "LEVEL": "INFO",
        "SIZE": "10",
        "BOTH": "function",
        "QUEUE": f"{ENDPOINT}/123456789012/Plain",
        "ARN": "arn:aws:sqs:us-east-1:123456789012:Plain",
        "TABLE": "arn:aws:dynamodb:us-east-1:123456789012:table/Keys",
        "TEXT": "us-east-1/Plain/${Literal}",
        "MORE": "INFO-10",
        "MODE": "quiet",
        "FLAG": "true",
    }


def test_a_parameter_given_goes_before_its_default(tmp_path: Path) -> None:
    environment = read(SMALL, tmp_path, Level="DEBUG").functions["One"].environment
    assert (environment["LEVEL"], environment["MODE"], environment["GONE"]) == ("DEBUG", "loud", "loud")


def test_what_has_a_condition_is_there_only_if_it_holds(tmp_path: Path) -> None:
    text = SMALL.replace("Plain: {Type: AWS::SQS::Queue,", "Plain: {Condition: Loud, Type: AWS::SQS::Queue,")
    text += "Outputs: {Url: {Condition: Loud, Value: here}, Size: {Value: !Ref Size}}\n"
    quiet, loud = read(text, tmp_path), read(text, tmp_path, Level="DEBUG")
    assert (quiet.queues, quiet.outputs) == ([], {"Size": "10"})
    assert ([queue.id for queue in loud.queues], loud.outputs) == (["Plain"], {"Url": "here", "Size": "10"})


def test_a_parameter_without_default_must_be_given(tmp_path: Path) -> None:
    text = SMALL.replace("BOTH: function", "BOTH: !Ref Needed")
    with pytest.raises(ValueError, match="parameter Needed has no Default: give it a value"):
        _ = read(text, tmp_path).functions
    assert read(text, tmp_path, Needed="here").functions["One"].environment["BOTH"] == "here"


def test_globals_hold_where_a_function_is_silent(tmp_path: Path) -> None:
    function = read(SMALL, tmp_path).functions["One"]
    assert (function.timeout_seconds, function.handler, function.code) == (7, "app.handler", tmp_path / "one")


def test_a_standard_queue_keeps_its_name_and_takes_numbers_as_text(tmp_path: Path) -> None:
    (queue,) = read(SMALL, tmp_path).queues
    assert (queue.name, queue.attributes) == ("Plain", {"VisibilityTimeout": "10"})


def test_a_dead_letter_queue_comes_before_its_source() -> None:
    dead, source = Template.load(TEMPLATE, ENDPOINT).queues
    assert (dead.name, source.name) == ("DeadLetterQueue.fifo", "DeliveryQueue.fifo")
    assert json.loads(source.attributes["RedrivePolicy"])["deadLetterTargetArn"] == dead.arn


def test_the_table_is_what_boto3_takes() -> None:
    (table,) = Template.load(TEMPLATE, ENDPOINT).tables
    assert table.create["TableName"] == "DeliveryLog"
    assert table.create["KeySchema"][0] == {"AttributeName": "id", "KeyType": "HASH"}
    assert table.expiry is not None
    assert table.expiry["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_mapping_of_a_queue_is_found_by_its_logical_id() -> None:
    source = Template.load(TEMPLATE, ENDPOINT).event_source("DeliveryQueue")
    assert (source.function, source.queue.id, source.batch_size) == ("DeliverFunction", "DeliveryQueue", 10)
    assert source.reports_failures


def test_a_queue_that_nothing_reads_is_named_with_those_that_are_read() -> None:
    with pytest.raises(LookupError, match="reads the queue DeadLetterQueue; those that are read: DeliveryQueue"):
        Template.load(TEMPLATE, ENDPOINT).event_source("DeadLetterQueue")


def test_the_hooks_route_leads_to_receive() -> None:
    assert Route("ReceiveFunction", "ANY", "/hooks/{source}") in Template.load(TEMPLATE, ENDPOINT).routes


def test_the_clock_invokes_release_each_minute_and_it_is_done_by_then() -> None:
    template = Template.load(TEMPLATE, ENDPOINT)
    [schedule] = template.schedules
    assert schedule == Schedule("ReleaseFunction", "ReleaseFunctionEveryMinute", 60)
    assert due.ENOUGH_MS < template.functions["ReleaseFunction"].timeout_seconds * 1000 < schedule.seconds * 1000


SCHEDULED = """
      Events:
        Other: {Type: HttpApi, Properties: {Method: post, Path: /other}}
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
        Tock: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(5 minutes)}}
        Bell: {Type: Schedule, Properties: {Schedule: rate(2 hours)}}
        Dawn: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
"""


def test_a_rate_is_in_minutes_hours_or_days(tmp_path: Path) -> None:
    schedules = read(SMALL + SCHEDULED, tmp_path).schedules
    assert {schedule.name: schedule.seconds for schedule in schedules} == {
        "OneTick": 60,
        "OneTock": 300,
        "OneBell": 7200,
        "OneDawn": 86_400,
    }
    assert {schedule.function for schedule in schedules} == {"One"}


@pytest.mark.parametrize("expression", ["cron(0 12 * * ? *)", "rate(0 minutes)", "rate(1 week)", "every minute"])
def test_another_schedule_than_a_rate_is_said_not_to_be_played(tmp_path: Path, expression: str) -> None:
    text = SMALL + SCHEDULED.replace("rate(1 minute)", f'"{expression}"')
    with pytest.raises(ValueError, match=rf"only a rate is: {re.escape(expression)}\.$"):
        _ = read(text, tmp_path).schedules


def function_in(folder: Path, name: str) -> Function:
    return Function(name, folder, "app.handler", timeout_seconds=1, memory_mb=128, environment={})


def test_two_functions_modules_of_one_name_stay_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(f"def handler(event, context): return {name!r}\n", encoding="utf-8")
    handlers = [load_handler(function_in(tmp_path / name, name)) for name in ("one", "two")]
    assert [handler({}, None) for handler in handlers] == ["one", "two"]


def test_a_handler_that_isnt_there_is_named_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ImportError, match=r"Deliver: its handler app\.handler should be in .*app\.py, which isn't"):
        load_handler(function_in(tmp_path, "Deliver"))


READS_RULES = {
    "Effect": "Allow",
    "Action": "dynamodb:GetItem",
    "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/DeliveryLog",
    "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["rules"]}},
}


def rights(function: str, **parameters: str) -> list[tuple[str, str, object]]:
    """Return what the function may do, to what, and on which condition."""
    document = parse(TEMPLATE.read_text(encoding="utf-8"))
    [policy] = Intrinsics(document, ENDPOINT, parameters).resolve(
        document["Resources"][function]["Properties"]["Policies"]
    )
    return [
        (action, statement["Resource"], statement.get("Condition"))
        for statement in policy["Statement"]
        for action in (statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
    ]


def table_rights(function: str, **parameters: str) -> list[tuple[str, object]]:
    """Return what the function may do to the table's rows, each with its condition."""
    return [
        (action.removeprefix("dynamodb:"), condition)
        for action, resource, condition in rights(function, **parameters)
        if resource == READS_RULES["Resource"]
    ]


def test_rules_come_with_the_package_and_then_no_row_is_read_for_them() -> None:
    environment = Template.load(TEMPLATE, ENDPOINT).functions["ReceiveFunction"].environment
    assert environment["RULES_SOURCE"] == "package"
    assert table_rights("ReceiveFunction") == [("PutItem", None)]
    assert table_rights("ReceiptsFunction") == []


def test_rules_from_the_table_let_every_function_read_these_rows_and_no_others() -> None:
    template = Template.load(TEMPLATE, ENDPOINT, {"RulesSource": "table"})
    assert {function.environment["RULES_SOURCE"] for function in template.functions.values()} == {"table"}
    assert template.outputs["RulesSource"] == "table"
    reads = ("GetItem", READS_RULES["Condition"])
    assert table_rights("ReceiveFunction", RulesSource="table") == [("PutItem", None), reads]
    assert table_rights("ReceiptsFunction", RulesSource="table") == [reads]
    assert ("GetItem", None) in table_rights("DeliverFunction", RulesSource="table")


def test_the_rows_that_may_be_read_are_those_that_the_rulebook_reads() -> None:
    assert rulebook.key(1)["id"] == {"S": "rules"}


def test_release_may_find_who_is_due_and_wake_them_and_nothing_else() -> None:
    assert rights("ReleaseFunction", RulesSource="table") == [
        ("dynamodb:Query", "arn:aws:dynamodb:us-east-1:123456789012:table/DeliveryLog/index/by_due", None),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:DeliveryQueue.fifo", None),
    ]


def test_deliver_may_do_to_rows_what_a_turn_of_a_chat_needs() -> None:
    actions = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"]
    assert table_rights("DeliverFunction") == [(action, None) for action in actions]


def test_the_index_of_who_is_due_has_the_names_that_release_asks_for() -> None:
    (table,) = Template.load(TEMPLATE, ENDPOINT).tables
    [index] = [index for index in table.create["GlobalSecondaryIndexes"] if index["IndexName"] == due.BY_DUE]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["waits", "due_at"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
