"""What is `private` is in the log only as long as somebody may still have to send it."""

import json
from typing import Any

import pytest
from starlette.routing import Mount

from hookline.models import Message, Receipt
from hookline.wiring import now_ms
from local.commands.history import History
from local.commands.lines import Lines, whole
from local.commands.replay import CannotReplay, again
from local.provider.phone import Phone
from local.provider.simulator import simulator

RULES = """
chats: {office: {id: chat_e5f6a7b8, fallback: oncall}, oncall: chat_a1b2c3d4}
sources: {contact: {kind: form, auth: none, private: true}, open: {kind: form, auth: none}}
rules:
  - {name: noise, when: payload.topic == "noise", drop: true}
  - name: to the office
    when: payload.topic != "unheard of"
    chat: office
    link_preview: {title: "{{ payload.name }}"}
"""
SECRET = "the-diagnosis"


def posted(topic: str = "", request_id: str = "r-1", source: str = "contact") -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": f"/hooks/{source}",
        "headers": {"content-type": "application/json"},
        "pathParameters": {"source": source},
        "requestContext": {
            "http": {"method": "POST", "path": f"/hooks/{source}"},
            "requestId": request_id,
            "timeEpoch": 1_793_620_800_000,
            "stage": "$default",
        },
        "body": json.dumps({"name": SECRET, "message": SECRET, "topic": topic}),
    }


class House:
    def __init__(self, functions: Any, rules: str, cloud: Any, poller: Any) -> None:
        self.receive = functions.load("ReceiveFunction", RULES_FILE=rules)
        self.deliver = functions.load("DeliverFunction", RULES_FILE=rules)
        self.poller = poller
        self.history = History(cloud.clients("dynamodb"), "DeliveryLog")
        self._cloud = cloud

    def table(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._cloud.clients("dynamodb").scan(TableName="DeliveryLog")["Items"]
        return sorted(items, key=lambda row: int(row["generation"]["N"]))

    def rows(self) -> list[dict[str, Any]]:
        return [row for row in self.table() if "status" in row]

    def tell(self, **how: str) -> str:
        """Post a form, deliver it, and return its delivery's id."""
        answer = self.receive(posted(**how))
        self.poller.work_off(self.deliver)
        delivery: str = json.loads(answer["body"])["deliveries"][0]["delivery_id"]
        return delivery


@pytest.fixture
def house(functions: Any, rules_file: Any, cloud: Any, poller: Any) -> House:
    return House(functions, rules_file(RULES), cloud, poller)


def test_once_it_is_sent_its_row_knows_all_but_what_it_said(house: House, provider: Any) -> None:
    house.tell()
    assert SECRET in provider.texts[0]
    [row] = house.rows()
    assert row["status"] == {"S": "sent"}
    assert row["private"] == {"BOOL": True}
    assert not {"text", "body", "link_preview"} & row.keys()
    assert SECRET not in str(house.table())
    assert row["chat_name"] == {"S": "office"}


def test_what_is_not_private_is_kept_as_ever(house: House) -> None:
    house.tell(source="open")
    [row] = house.rows()
    assert SECRET in row["text"]["S"]
    assert "private" not in row


def test_the_log_says_that_it_is_private(house: House) -> None:
    delivery = house.tell()
    [row] = house.history.generations(delivery)
    assert Lines().line(row).plain.endswith("(private)")
    about = next(whole([row]))
    assert "(private)" in list(about.columns[1].cells)[-1].plain  # type: ignore[attr-defined, union-attr]


def test_what_waits_for_another_try_keeps_its_text_until_it_is_sent(
    functions: Any, rules_file: Any, cloud: Any, poller: Any, provider: Any
) -> None:
    rules = rules_file(RULES)
    deaf = functions.load("DeliverFunction", RULES_FILE=rules, BLOOIO_BASE_URL="http://127.0.0.1:9/v4")
    house = House(functions, rules, cloud, poller)
    house.receive(posted())
    records = poller.receive()
    assert deaf({"Records": records})["batchItemFailures"]
    [row] = house.rows()
    assert SECRET in row["body"]["S"]
    assert Lines().line(house.history.generations(row["id"]["S"])[0]).plain.endswith("(private)")
    assert house.deliver({"Records": records}) == {"batchItemFailures": []}
    assert SECRET in provider.texts[0]
    assert SECRET not in str(house.table())


@pytest.mark.parametrize("topic", ["noise", "unheard of"])
def test_what_nobody_hears_of_leaves_a_row_without_a_text(house: House, topic: str) -> None:
    assert house.receive(posted(topic))["statusCode"] == 200
    [row] = house.rows()
    assert row["status"]["S"] in {"dropped", "unmatched"}
    assert SECRET not in str(row)
    assert row["private"] == {"BOOL": True}


def test_what_was_sent_can_not_be_sent_again_by_hand(house: House) -> None:
    delivery = house.tell()
    with pytest.raises(CannotReplay, match="its text is kept nowhere"):
        again(house.history.generations(delivery), 0)


def test_what_failed_keeps_its_text_until_it_is_sent_again_then_no_row_has_it(
    house: House, provider: Any, functions: Any, rules_file: Any
) -> None:
    lonely = rules_file(RULES.replace(", fallback: oncall", ""))
    house.deliver = functions.load("DeliverFunction", RULES_FILE=lonely)
    known, provider.phone = provider.phone, Phone(("chat_a1b2c3d4",), key="blooio-key")
    _answer_with(provider)
    delivery = house.tell()
    [row] = house.rows()
    assert row["status"] == {"S": "failed"}
    assert SECRET in row["text"]["S"]
    provider.phone = known
    _answer_with(provider)
    message = again(house.history.generations(delivery), now_ms(), lambda: "r-2")
    house.deliver({"Records": [_record(message)]})
    assert SECRET in provider.texts[0]
    assert [row["status"]["S"] for row in house.rows()] == ["failed", "sent"]
    assert SECRET not in str(house.table())


def _answer_with(provider: Any) -> None:
    provider.app.router.routes[:] = [Mount("/blooio", simulator(provider.phone))]


def _record(content: Message | Receipt) -> dict[str, Any]:
    attributes = {"MessageGroupId": content.chat, "ApproximateReceiveCount": "1"}
    return {"messageId": "m-1", "receiptHandle": "h-1", "body": content.model_dump_json(), "attributes": attributes}


def test_what_fails_after_it_was_sent_is_told_to_the_fallback_without_its_text(house: House, provider: Any) -> None:
    house.tell()
    [sent] = provider.phone.texts()
    receipt = Receipt(event_id="evt", what="failed", chat=sent.chat_id, message_id=sent.id, code="no", reason="gone")
    house.deliver({"Records": [_record(receipt)]})
    house.poller.work_off(house.deliver)
    assert provider.texts[1] == "⚠ A private message of “contact” to office could not be delivered."
    assert SECRET not in str(house.table())


def test_a_record_that_nobody_can_read_is_private_too(house: House) -> None:
    message = json.loads(_record(_some_message())["body"]) | {"chat": 7}
    record = {**_record(_some_message()), "body": json.dumps(message, separators=(",", ":"))}
    house.deliver({"Records": [record]})
    [row] = house.rows()
    assert (row["status"]["S"], row["private"]) == ("dead", {"BOOL": True})
    assert SECRET not in str(row["error"])


def _some_message() -> Message:
    return Message(
        delivery_id="d", source="contact", rule="r", event_id="e", request_id="q", chat="chat_e5f6a7b8",
        chat_name="office", text=SECRET, accepted_at=0, private=True,
    )  # fmt: skip


def test_nothing_of_it_is_logged(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    for topic in ("", "noise", "unheard of"):
        house.receive(posted(topic))
    house.poller.work_off(house.deliver)
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err
