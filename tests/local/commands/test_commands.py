"""`log`, `replay`, `send` and `chats` as they are typed, against the engine with rows of the real log."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from hookline.chats import Chats, Known
from hookline.claim import Claim
from hookline.log import DeliveryLog
from hookline.models import Message
from hookline.queue import Queue
from hookline.state import State
from hookline.status import Status
from local.cli import app
from local.commands import runs, show
from local.commands.history import History
from local.commands.lines import Lines
from local.commands.runs import Run, published
from local.commands.turn import tell, turn
from local.commands.wanted import Row, Wanted

RULES = """\
chats: {oncall: chat_1, office: chat_2}
sources: {json: {kind: json, auth: none}}
rules: [{name: all, chat: oncall}]
"""
REFUSED = {"verdict": "invalid", "http_status": 422, "code": "validation_failed", "reason": "Not\x1b[31m so."}
SILENT = {"verdict": "retry", "code": "ReadTimeout", "reason": "no answer"}


def hookline(*arguments: str, **more: Any) -> Any:
    return CliRunner().invoke(app, arguments, **more)


@pytest.fixture(autouse=True)
def _run(cloud: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Publish the engine as a run, on the engine's own port: no other run has that."""
    port = urlsplit(cloud.url).port or 0
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    run = Run(
        pid=os.getpid(), port=port, url="http://127.0.0.1:1", engine_url=cloud.url,
        blooio_base_url="http://127.0.0.1:1/v4", rules_file=str(rules), outputs=cloud.template.outputs,
        secrets={"BLOOIO_API_KEY": ("bl_local",)},
    )  # fmt: skip
    monkeypatch.setenv("PORT", str(port))
    with published(run, runs.RUNS):
        yield


class Rows:
    def __init__(self, cloud: Any, clock: Any) -> None:
        self.clock = clock
        self._log = DeliveryLog(cloud.clients("dynamodb"), "DeliveryLog", clock, 30.0, 30)

    def add(
        self,
        name: str,
        status: Status = Status.SENT,
        error: dict[str, Any] | None = None,
        told: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        self.clock.advance(1)
        message = Message(
            delivery_id=f"{name}-6c3e-5a0b-8f6c-1d1f9c2f1a11", source="json", event_id="e", request_id="r",
            accepted_at=self.clock(), queued_at=self.clock(),
            **{"rule": "all", "chat": "chat_1", "chat_name": "oncall", "text": f"Text {name}\nmore", **more},
        )  # fmt: skip
        claim = self._log.claim(message, "{}")
        assert isinstance(claim, Claim)
        attempt = {"at": self.clock(), "took": 7, **(error or {"verdict": "sent", "http_status": 201})}
        known: dict[str, Any] = {"error": error} if error else {"message_id": f"msg_{name}"}
        self._log.close(claim, status, {**known, **(told or {})}, attempt)
        return message.delivery_id

    def acknowledge(self, delivery: str) -> None:
        self.clock.advance(60)
        assert self._log.acknowledge(delivery, 1, self.clock(), "like")

    def note_receipts(self) -> None:
        self._log.line.note_receipts()


@pytest.fixture
def rows(cloud: Any, clock: Any) -> Rows:
    return Rows(cloud, clock)


def queued(cloud: Any) -> list[dict[str, Any]]:
    """Take what is on the queue, in its order."""
    sqs, taken = cloud.clients("sqs"), []
    while found := sqs.receive_message(QueueUrl=cloud.queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            taken.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=cloud.queue_url, ReceiptHandle=message["ReceiptHandle"])
    return taken


def test_the_log_says_first_what_waits_and_then_a_line_for_each_message(rows: Rows, cloud: Any) -> None:
    rows.add("aaaaaaaa")
    rows.add("bbbbbbbb", Status.RETRYING, SILENT, chat="chat_2", chat_name="office")
    group = {"MessageGroupId": "chat_2", "MessageDeduplicationId": "1"}
    cloud.clients("sqs").send_message(QueueUrl=cloud.queue_url, MessageBody="x", **group)
    first, one, other = hookline("log").stdout.splitlines()
    assert first.startswith("1 waits in the queue, since ")
    assert one.endswith("  aaaaaaaa  sent      oncall  all  Text aaaaaaaa…")
    assert other.endswith("  bbbbbbbb  retrying  office  all  [ReadTimeout: no answer]  Text bbbbbbbb…")


def test_what_a_provider_says_moves_no_cursor(rows: Rows) -> None:
    rows.add("aaaaaaaa", Status.FAILED, REFUSED, text="\x1b]0;title\x07hello")
    for output in (hookline("log").stdout, hookline("log", "aaaaaaaa").stdout, hookline("log", "--json").stdout):
        assert "\x1b" not in output
        assert "422" in output


def test_the_log_is_narrowed_by_name_status_and_time(rows: Rows) -> None:
    rows.add("aaaaaaaa")
    rows.add("bbbbbbbb", Status.FAILED, REFUSED, chat="chat_2", chat_name="office")
    rows.add("cccccccc", chat="chat_3", chat_name="gone")

    def found(*options: str) -> list[str]:
        return [row["delivery_id"][:8] for row in json.loads(hookline("log", "--json", *options).stdout)]

    assert found("--chat", "office") == ["bbbbbbbb"]
    assert found("--chat", "chat_1") == ["aaaaaaaa"]
    assert found("--chat", "gone") == ["cccccccc"]  # the rows know it, although the rules don't any more
    assert found("--status", "failed", "--status", "dead") == ["bbbbbbbb"]
    assert found("--source", "contact") == []
    assert found("--since", "2100-01-01") == []
    assert found("-n", "1") == ["cccccccc"]


def test_the_log_is_readable_while_the_rules_are_broken(rows: Rows, tmp_path: Path) -> None:
    rows.add("aaaaaaaa")
    (tmp_path / "rules.yaml").write_text("chats: [")
    assert "aaaaaaaa" in hookline("log", "--chat", "oncall").stdout


@pytest.fixture
def parked(cloud: Any, clock: Any) -> None:
    """Let on-call have to answer, and the office wait for its pace."""
    chats = Chats(cloud.clients("dynamodb"), "DeliveryLog", clock, 30)
    chats.save("chat_1", Known(), State(count=14, held_upto=14, parked_at=clock(), expires_at=1, due_at=1))
    chats.save("chat_2", Known(), State(count=3, since=clock(), due_at=clock()))


@pytest.mark.usefixtures("parked")
def test_who_waits_and_for_what_is_said_before_the_rows(rows: Rows) -> None:
    rows.add("aaaaaaaa")
    _, oncall, office, *more = hookline("log").stdout.splitlines()
    assert oncall.startswith("oncall waits for an answer since ")
    assert ": 14 messages go out in one text when somebody replies or reacts, and are tried at " in oncall
    assert office.startswith("office: 3 messages are held")
    assert len(more) == 1
    result = hookline("log", "--json")
    assert "oncall waits for an answer" in result.stderr
    assert len(json.loads(result.stdout)) == 1


@pytest.mark.usefixtures("parked")
def test_who_waits_is_said_beside_what_waits_in_the_queue() -> None:
    assert hookline("log", "--waiting").stdout.count("\n") == 3
    chats = json.loads(hookline("log", "--waiting", "--json").stdout)["chats"]
    assert [(chat["chat_name"], chat["waits_for"], chat["messages"]) for chat in chats] == [
        ("oncall", "answer", 14),
        ("office", "time", 3),
    ]


NO_RECEIPT = (
    "No receipt from Blooio has ever arrived, so a reply can't release a chat: register http://127.0.0.1:1/receipts"
)


def test_that_no_receipt_ever_arrived_is_said_with_what_to_do(rows: Rows, clock: Any) -> None:
    clock.ms = 1_000_000
    rows.add("aaaaaaaa")
    result = hookline("log")
    assert result.stderr.startswith(NO_RECEIPT)
    assert "message.received, message.reaction, message.delivered, message.read and message.failed." in result.stderr
    rows.note_receipts()
    assert hookline("log").stderr == ""


@pytest.mark.usefixtures("parked")
def test_it_is_said_of_a_chat_that_waits_for_an_answer_although_nothing_is_to_be_shown() -> None:
    assert hookline("log").stderr.startswith(NO_RECEIPT)


def test_what_is_kept_back_says_so_in_its_line(rows: Rows) -> None:
    digest = rows.add("d1d1d1d1", digest=1, rule="digest", text="2 more in 4 min.")
    rows.add("aaaaaaaa", Status.HELD)
    rows.add("bbbbbbbb", Status.PARKED, told={"fallback_to": "another"})
    rows.add("cccccccc", Status.DIGESTED, told={"digest": digest})
    _, _, *lines = hookline("log").stdout.splitlines()
    assert [line.partition("  oncall  ")[0][-8:] for line in lines] == ["held    ", "parked  ", "digested"]
    assert [line.partition("all     ")[2] for line in lines] == [
        "Text aaaaaaaa…", "[a fallback was told]  Text bbbbbbbb…", "[in d1d1d1d1]  Text cccccccc…",
    ]  # fmt: skip
    assert [row["status"] for row in json.loads(hookline("log", "--status", "held", "--json").stdout)] == ["held"]


def test_an_alert_that_nobody_acknowledged_is_marked_and_named_at_the_end(rows: Rows) -> None:
    alert = {"phase": "firing", "thread": "cpu", "title": "HighCPU"}
    rows.acknowledge(rows.add("aaaaaaaa", **{**alert, "thread": "disk"}))
    rows.add("bbbbbbbb", **alert)
    _, one, other, summary = hookline("log").stdout.splitlines()
    assert "  ✓ acknowledged " in one
    assert one.endswith(" (like)  Text aaaaaaaa…")
    assert other.endswith("  ● Text bbbbbbbb…")
    assert summary == "● Of these 1 alert is not acknowledged yet: HighCPU (oncall)."
    result = hookline("log", "--json")
    assert summary in result.stderr
    assert [row.get("acknowledged_by") for row in json.loads(result.stdout)] == ["like", None]


def test_a_digest_and_what_it_told_lead_to_each_other(rows: Rows) -> None:
    digest = rows.add("d1d1d1d1", digest=1, rule="digest", text="2 more in 4 min.")
    members = [rows.add(name, Status.DIGESTED, told={"digest": digest}) for name in ("aaaaaaaa", "bbbbbbbb")]
    rows.acknowledge(digest)
    told = hookline("log", "d1d1d1d1").stdout
    assert "It tells 2 messages:\n" in told
    assert told.index("aaaaaaaa") < told.index("bbbbbbbb")
    assert json.loads(hookline("log", "d1d1d1d1", "--json").stdout)["tells"] == members
    member = hookline("log", "aaaaaaaa").stdout
    assert "digested: told with others in one text" in member
    assert f"in the digest  {digest}" in member
    assert " (like)" in member
    assert "tells" not in json.loads(hookline("log", "aaaaaaaa", "--json").stdout)
    assert "●" not in hookline("log", "--status", "digested").stdout


@pytest.mark.parametrize(
    ("status", "goes"), [(Status.HELD, "pace or quiet hours allow it"), (Status.PARKED, "replies or reacts")]
)
def test_what_is_kept_back_says_since_when_and_how_it_goes_on(rows: Rows, status: Status, goes: str) -> None:
    rows.add("aaaaaaaa", status)
    told = hookline("log", "aaaaaaaa").stdout
    assert f"{status}: it goes out with what else waits when " in told
    assert goes in told
    assert f"{status} since" in told
    refused = hookline("replay", "aaaaaaaa")
    assert refused.exit_code == 1
    assert f"It is {status} and goes out by itself, with what else its chat has waiting" in refused.stderr


def test_a_digest_that_was_given_up_for_another_says_so(rows: Rows) -> None:
    rows.add("d1d1d1d1", Status.DROPPED, {"code": "superseded", "reason": "it goes out later"}, digest=1)
    assert "dropped: superseded: it goes out later" in hookline("log", "d1d1d1d1").stdout


def test_a_delivery_is_told_whole(rows: Rows) -> None:
    rows.add("aaaaaaaa", Status.FAILED, REFUSED, effect="slam", fallback_of="another", because="no condition")
    told = hookline("log", "aaaaaaaa").stdout
    for part in (
        "because",
        "no condition",
        "failed: 422 validation_failed",
        "oncall (chat_1)",
        "Text aaaaaaaa",
        "more",
        "slam",
        "invalid",
    ):
        assert part in told
    assert "stands in for  another" in told
    whole = json.loads(hookline("log", "aaaaaaaa", "--json").stdout)
    assert [row["attempts"][0]["took"] for row in whole["generations"]] == [7]


def test_following_prints_a_line_for_each_change_until_ctrl_c(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.add("aaaaaaaa")

    def changes(history: History, *_: Any) -> Iterator[list[Row]]:
        yield history.generations(rows.add("bbbbbbbb"))
        raise KeyboardInterrupt

    monkeypatch.setattr(show, "changes", changes)
    result = hookline("log", "--follow", "--json")
    assert result.exit_code == 0
    assert [json.loads(line)["delivery_id"][:8] for line in result.stdout.splitlines()] == ["aaaaaaaa", "bbbbbbbb"]


def test_what_waits_is_said_to_machines() -> None:
    answer = {"waiting": 0, "in_flight": 0, "dead_letters": 0, "since": None, "chats": []}
    assert json.loads(hookline("log", "--waiting", "--json").stdout) == answer


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["log", "aaaaaaaa"], 1, "The log has no delivery aaaaaaaa"),
        (["log", "aaa"], 2, "too short"),
        (["log", "--status", "gone"], 2, "There is no status gone; there are sending, "),
        (["log", "--since", "soon"], 2, "'soon' is no moment"),
        (["log", "--port", "1"], 2, "No run is on port 1; say which with --port"),
        (["replay"], 2, "Give a delivery's id, or --all-dead"),
        (["replay", "aaaaaaaa", "--all-dead"], 2, "Give a delivery's id, or --all-dead"),
        (["replay", "aaaaaaaa"], 1, "The log has no delivery aaaaaaaa"),
        (["replay", "--all-dead", "--all-failed"], 1, "Nothing is dead or failed."),
        (["send", "boss", "hello"], 2, "The rules have no chat boss; there are oncall, office."),
        (["send", "oncall", " \n"], 2, "the text is empty"),
        (["send", "oncall", "hello", "--dry-run"], 1, "It would not be sent to oncall: ConnectError"),
        (["chats"], 2, "Blooio can't be reached"),
        (["chats", "add", "boss", "0555 1234", "--channel", "ch_1"], 2, "as in +15551234567"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_an_exit_code(arguments: list[str], code: int, sentence: str) -> None:
    result = hookline(*arguments)
    assert result.exit_code == code
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_a_replay_is_queued_for_its_chat_and_says_so(rows: Rows, cloud: Any) -> None:
    delivery = rows.add("aaaaaaaa")
    result = hookline("replay", "aaaaaaaa", "--no-wait")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{delivery} is queued again for oncall.")
    [message] = queued(cloud)
    assert (message["delivery_id"], message["replay"], message["text"]) == (delivery, True, "Text aaaaaaaa\nmore")
    assert message["urgent"]  # whoever asks for one waits for it


@pytest.mark.parametrize("digest", [{"told": {"digest": "d1d1d1d1"}}, {"digest": 3}])
def test_what_a_digest_told_and_a_digest_itself_are_replayed_like_any_other(
    rows: Rows, cloud: Any, digest: dict[str, Any]
) -> None:
    rows.add("aaaaaaaa", Status.DIGESTED, **digest)
    assert hookline("replay", "aaaaaaaa", "--no-wait").exit_code == 0
    [message] = queued(cloud)
    assert message.get("digest") is None


def test_what_failed_with_its_digest_is_replayed_with_it(rows: Rows, cloud: Any) -> None:
    digest = rows.add("d1d1d1d1", Status.FAILED, REFUSED, digest=1)
    rows.add("aaaaaaaa", Status.FAILED, {"code": "digest_failed", "reason": "the digest failed"}, {"digest": digest})
    assert "1 queued again" in hookline("replay", "--all-failed", "--yes").stdout
    assert [message["delivery_id"] for message in queued(cloud)] == [digest]


def test_what_waits_with_its_chat_is_said_and_not_called_lost(rows: Rows, cloud: Any) -> None:
    history = History(cloud.clients("dynamodb"), "DeliveryLog")
    [row] = history.generations(rows.add("aaaaaaaa", Status.PARKED))
    said = turn(history, Message.model_validate({**row, "delivery_id": row["id"]}), patience=0)
    assert said.sentence().startswith(
        "It is parked: it goes out with what else waits when somebody replies or reacts. "
    )
    assert said.shown()["status"] == "parked"
    tell(said, as_json=False)


def test_all_that_was_given_up_is_queued_in_its_order(rows: Rows, cloud: Any) -> None:
    names = [f"{n:08}" for n in range(12)]
    for name in names:
        rows.add(name, Status.DEAD, REFUSED)
    rows.add("fa11ed00", Status.FAILED, REFUSED)
    rows.add("5e470000")
    unasked = hookline("replay", "--all-dead", "--since", "2026-11-01")
    assert unasked.exit_code == 2
    assert "This really sends 12 (12 for oncall)" in unasked.stderr
    result = hookline("replay", "--all-dead", "--since", "2026-11-01", "--yes")
    assert "12 queued again: 12 for oncall." in result.stdout
    messages = queued(cloud)
    assert [message["delivery_id"][:8] for message in messages] == names
    assert not any(message.get("urgent") for message in messages)


def test_a_text_by_hand_is_queued_as_a_message_of_its_own(cloud: Any) -> None:
    answer = json.loads(hookline("send", "office", "-", "--no-wait", "--json", input="  from a pipe\n").stdout)
    [message] = queued(cloud)
    assert (message["text"], message["chat"], message["chat_name"]) == ("from a pipe", "chat_2", "office")
    assert (message["source"], message["rule"], message["urgent"]) == ("hookline send", "by hand", True)
    assert answer == {
        "delivery_id": message["delivery_id"],
        "chat": "chat_2",
        "chat_name": "office",
        "status": "queued",
    }


def test_a_text_may_go_to_an_id_that_the_rules_do_not_know(cloud: Any) -> None:
    for chat in ("chat_1", "chat_other"):
        hookline("send", chat, "hello", "--no-wait")
    assert [message["chat_name"] for message in queued(cloud)] == ["oncall", "chat_other"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--chat", "ofice"], "The rules have no chat ofice; did you mean 'office'?\n"),
        (["--source", "jsn"], "The rules have no source jsn; did you mean 'json'?\n"),
        (["--chat", "office"], ""),
        (["--chat", "chat_9"], ""),
        (["--source", "hookline send"], ""),
    ],
)
def test_where_nothing_is_found_a_name_that_the_rules_do_not_have_is_said(options: list[str], said: str) -> None:
    result = hookline("log", "--json", *options)
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert result.stderr.partition("queue.\n")[2] == said


def test_a_narrow_terminal_keeps_the_text_and_does_without_year_and_rule(rows: Rows, cloud: Any) -> None:
    rows.add("aaaaaaaa", rule="a rule with quite a long name")
    [row] = History(cloud.clients("dynamodb"), "DeliveryLog").scan(Wanted())
    assert Lines(80).line(row).plain.partition(" ")[2].endswith("  aaaaaaaa  sent  oncall  Text aaaaaaaa…")
    assert re.match(r"[0-9]{2}-[0-9]{2} [0-9:]{8}  ", Lines(80).line(row).plain)
    assert Lines(120).line(row).plain.startswith("2026-")
    assert "  a rule with quite a long name  Text" in Lines(120).line(row).plain


def test_whoever_stops_a_replay_of_many_hears_how_many_go_out(
    rows: Rows, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        rows.add(f"{n:08}", Status.DEAD, REFUSED)
    put, batches = Queue.put, []

    def until_stopped(queue: Queue, messages: list[Message]) -> None:
        if batches:
            raise KeyboardInterrupt
        batches.append(len(messages))
        put(queue, messages)

    monkeypatch.setattr(Queue, "put", until_stopped)
    result = hookline("replay", "--all-dead", "--yes", "--json")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "10 of 12 were queued already, and go out.\nStopped.\n"
    assert len(queued(cloud)) == 10


@pytest.mark.parametrize(
    ("arguments", "code", "answers"),
    [
        (["log"], 0, True),
        (["log", "--waiting"], 0, True),
        (["log", "aaaaaaaa"], 0, True),
        (["log", "bbbbbbbb"], 1, False),
        (["replay", "aaaaaaaa", "--no-wait"], 0, True),
        (["replay", "--all-failed"], 1, False),
        (["send", "oncall", "hello", "--no-wait"], 0, True),
        (["send", "oncall", "hello", "--dry-run"], 1, True),
        (["send", "nobody", "hello"], 2, False),
        (["sources", "github"], 0, True),
        (["push"], 2, False),
        (["log", "--limit", "x"], 2, False),
    ],
)
def test_with_json_the_answer_is_one_document_and_without_one_there_is_a_sentence(
    rows: Rows, arguments: list[str], code: int, answers: Any
) -> None:
    rows.add("aaaaaaaa")
    result = hookline(*arguments, "--json")
    assert result.exit_code == code
    assert result.stdout.count("\n") == answers
    if answers:
        json.loads(result.stdout)
    else:
        assert re.fullmatch(r"[^\n]+[.?]\n", result.stderr)
