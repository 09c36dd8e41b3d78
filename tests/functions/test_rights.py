"""What the template allows each function is what its code asks for: nothing is missing, and nothing is too much."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from tests.functions.rights import Iam, allowed, asked_by, statements
from tests.functions.test_receipts import told

from hookline import rulebook, wiring
from local.commands.versions import Versions

FUNCTIONS = ["ReceiveFunction", "ReceiptsFunction", "DeliverFunction", "ReleaseFunction"]
SOURCES = ["package", "table"]
# Lambda's poller receives and deletes in the function's name.
OF_THE_POLLER = {
    "DeliverFunction": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
}
RULES = b"""
chats: {a: chat_a1b2c3d4}
sources: {in: {kind: json, auth: {bearer: JSON_TOKEN}}}
rules:
  - {name: nobody, when: payload.title == "Watchdog", drop: true}
  - {name: r, chat: a, thread: "{{ payload.story }}"}
"""
SECRETS = {"BLOOIO_API_KEY": "blooio-key", "BLOOIO_WEBHOOK_SECRET": "whsec_old", "JSON_TOKEN": "token"}
AN_HOUR = 3600
NOWHERE = "http://127.0.0.1:9/v4"  # the discard port


def posted(title: str, story: str) -> dict[str, Any]:
    context = {"requestId": str(uuid4()), "timeEpoch": wiring.now_ms(), "http": {"method": "POST", "path": "/hooks/in"}}
    return {
        "version": "2.0",
        "routeKey": "ANY /hooks/{source}",
        "rawPath": "/hooks/in",
        "headers": {"content-type": "application/json", "authorization": "Bearer token"},
        "pathParameters": {"source": "in"},
        "requestContext": {**context, "stage": "$default"},
        "body": json.dumps({"title": title, "story": story, "id": str(uuid4())}),
    }


class House:
    """The functions as they are deployed with RulesSource=table, and what makes them do all that they ever do."""

    def __init__(self, functions: Any, cloud: Any, poller: Any) -> None:
        cloud.clients("secretsmanager").put_secret_value(SecretId="Secrets", SecretString=json.dumps(SECRETS))
        Versions(cloud.clients("dynamodb"), "DeliveryLog").push(RULES, "", 0, wiring.now_ms())
        self._functions, self._poller = functions, poller

    def load(self, name: str, **changed: str) -> Any:
        table = {"RULES_SOURCE": "table", "SECRETS_ID": "Secrets", "HOOKLINE_SECRETS": ""}
        return self._functions.load(name, **table, **changed)

    def storm(self) -> None:
        """One event for nobody, two of a thread, and more than the chat's pace lets through."""
        receive = self.load("ReceiveFunction")
        for title, story in [("Watchdog", ""), ("first", "s"), ("second", "s"), *[("more", "")] * 3]:
            assert receive(posted(title, story))["statusCode"] in {200, 202}

    def deliver(self) -> None:
        self._poller.work_off(self.load("DeliverFunction"))

    def tell(self, message_id: str) -> None:
        delivered = told("message.delivered", {"id": message_id, "chat_id": "chat_a1b2c3d4"})
        assert self.load("ReceiptsFunction")(delivered)["statusCode"] == 200

    def fail(self) -> None:
        """The provider is down, so a message has to be given back."""
        self.load("ReceiveFunction")(posted("last", ""))
        records = self._poller.receive()
        deliver = self.load("DeliverFunction", BLOOIO_BASE_URL=NOWHERE)
        assert len(deliver({"Records": records})["batchItemFailures"]) == len(records) == 1

    def wake(self) -> None:
        self.load("ReleaseFunction")({})


def test_each_function_uses_every_right_that_it_has(
    functions: Any, cloud: Any, provider: Any, poller: Any, monkeypatch: pytest.MonkeyPatch, iam: Iam
) -> None:
    house = House(functions, cloud, poller)
    house.storm()
    house.deliver()
    house.tell(provider.phone.texts()[0].id)
    house.deliver()
    later = int(time.time() + AN_HOUR) * 1000
    monkeypatch.setattr(wiring, "now_ms", lambda: later)
    house.wake()
    house.deliver()
    house.fail()
    for name in FUNCTIONS:
        unused = {statement.right for statement in allowed(name, "table")} - iam.used[name]
        assert {right.action for right in unused} == OF_THE_POLLER.get(name, set()), name


@pytest.mark.parametrize("rules_source", SOURCES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_right_is_to_everything(name: str, rules_source: str) -> None:
    for statement in allowed(name, rules_source):
        assert "*" not in statement.right.action + statement.right.resource


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_policy_allows_and_names_what_it_is_about(name: str) -> None:
    for statement in statements(name, RulesSource="table"):
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource", "Principal"} & statement.keys()


def test_what_iam_is_asked_for_a_transaction_is_what_its_steps_do() -> None:
    items = [
        {"Update": {"TableName": "T", "Key": {"id": {"S": "1"}}}},
        {"Put": {"TableName": "T", "Item": {"id": {"S": "2"}}}},
    ]
    asked = asked_by("dynamodb", "TransactWriteItems", {"TransactItems": items})
    assert [(each.right.action, each.keys) for each in asked] == [
        ("dynamodb:UpdateItem", ("1",)),
        ("dynamodb:PutItem", ("2",)),
    ]


def test_a_row_that_is_not_the_rules_is_refused_to_who_may_only_read_those(
    functions: Any, cloud: Any, iam: Iam, monkeypatch: pytest.MonkeyPatch, poller: Any
) -> None:
    monkeypatch.setattr(rulebook, "ID", "chat chat_a1b2c3d4")
    House(functions, cloud, poller).load("ReceiveFunction")
    assert [right for right in iam.denied if "dynamodb:GetItem" in right]
    iam.denied.clear()
