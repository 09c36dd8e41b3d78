"""The rules of a run follow the file that is being edited, and what is pushed; broken ones change nothing."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from tests.conftest import Clock
from tests.test_run import eventually

from hookline.secrets import parse
from local import running
from local.commands import check
from local.commands.check import Checked
from local.commands.versions import MOST_BYTES, Versions
from local.keys import KeyRing
from local.running import FILE, PAGE, PUSH, Running
from local.saved import MOST_MISSED, Saved
from local.terminal import teller

RULES = """\
chats: {{a: {{id: {chat}, fallback: b}}, b: {{id: chat_b, fallback: a}}}}
sources: {{{source}: {{kind: json, auth: {auth}}}}}
rules: [{{name: {name}, chat: a}}]
"""
PATIENCE_SECONDS = 10
BROKEN = "chats: {a: chat_a}\nsources: {}\nrules:\n  - {name: lost, chat: nobody}\n"


def text(name: str = "first", source: str = "in", auth: str = "none", chat: str = "chat_a") -> str:
    return RULES.format(name=name, source=source, auth=auth, chat=chat)


@dataclass(frozen=True)
class TroubledVersions(Versions):
    """The next pushes end in these troubles."""

    troubles: list[Exception] = field(default_factory=list)

    def push(self, text: bytes, note: str, current: int, now_ms: int) -> int:
        if self.troubles:
            raise self.troubles.pop()
        return super().push(text, note, current, now_ms)


class Stage:
    """A run's rules, with what its parts were told."""

    def __init__(self, file: Path, cloud: Any, clock: Clock) -> None:
        self.file = file
        file.write_text(text())
        store = cloud.clients("secretsmanager")
        self.stored = lambda: parse(store.get_secret_value(SecretId="Secrets")["SecretString"])
        keys = KeyRing({}, {}, lambda held: store.put_secret_value(SecretId="Secrets", SecretString=held))
        self.versions = TroubledVersions(cloud.clients("dynamodb"), "DeliveryLog")
        self.known: set[str] = set()
        self.heard: list[tuple[str, str, int]] = []
        self.running = Running(file, self.versions, keys, self.known.update, now_ms=clock, pause=lambda _: None)
        self.running.observe(self._hear)

    def _hear(self) -> None:
        self.heard.append((self.name, self.running.origin, len(self.running.problems)))

    @property
    def name(self) -> str:
        """Return the name of the rule that runs, as this process says and as the table says."""
        name = self.running.rules.rules[0].name
        assert f"name: {name}," in self.versions.text(self.versions.current()).decode()
        assert self.versions.current() == self.running.version
        return name

    def save(self, content: str) -> int:
        self.file.write_text(content)
        return len(self.running.reread())


@pytest.fixture
def stage(tmp_path: Path, cloud: Any, clock: Clock) -> Stage:
    return Stage(tmp_path / "rules.yaml", cloud, clock)


def test_at_first_the_file_runs(stage: Stage) -> None:
    assert (stage.name, stage.running.origin, stage.running.version) == ("first", FILE, 1)
    assert stage.known == {"chat_a", "chat_b"}
    assert set(stage.stored()) == {"BLOOIO_API_KEY", "BLOOIO_WEBHOOK_SECRET"}


def test_a_saved_file_runs_and_is_told_once(stage: Stage) -> None:
    assert stage.save(text("second", chat="chat_new")) == 0
    assert stage.save(text("second", chat="chat_new")) == 0
    assert stage.heard == [("second", FILE, 0)]
    assert "chat_new" in stage.known


def test_of_a_broken_file_nothing_runs_and_everyone_hears_what_is_wrong_with_it(stage: Stage) -> None:
    assert stage.save(BROKEN) == 1
    assert stage.heard == [("first", FILE, 1)]
    assert stage.running.problems[-1].line == 4
    assert stage.save(text("mended")) == 0
    assert stage.heard[1:] == [("mended", FILE, 0)]


def test_a_file_that_is_mended_back_to_what_runs_is_in_order_again(stage: Stage) -> None:
    stage.save(BROKEN)
    stage.save(text())
    assert stage.heard[1:] == [("first", FILE, 0)]
    assert stage.running.version == 1


def test_new_secrets_are_made_up_and_old_ones_stay(stage: Stage) -> None:
    stage.save(text(auth="{bearer: ONE}"))
    one = stage.stored()["ONE"]
    stage.save(text(auth="{hmac: TWO, header: X-Sig}"))
    assert stage.stored()["ONE"] == one
    assert stage.stored()["TWO"] != one
    assert stage.running.secrets == stage.stored()


def test_given_secrets_are_all_that_there_are(tmp_path: Path, cloud: Any) -> None:
    put: list[str] = []
    keys = KeyRing({}, {"HOOKLINE_SECRETS": '{"ONE": "1"}'}, put.append)
    file = tmp_path / "rules.yaml"
    file.write_text(text(auth="{bearer: TWO}"))
    Running(file, Versions(cloud.clients("dynamodb"), "DeliveryLog"), keys, list, now_ms=lambda: 0)
    assert set(json.loads(put[-1])) == {"ONE", "BLOOIO_API_KEY", "BLOOIO_WEBHOOK_SECRET"}


def test_rules_of_the_page_run_and_leave_the_file_alone(stage: Stage) -> None:
    assert stage.running.use(text("tried")) == ()
    assert (stage.name, stage.running.origin) == ("tried", PAGE)
    assert stage.file.read_text() == text()
    stage.running.reread()
    assert (stage.name, stage.running.origin) == ("first", FILE)


def test_what_was_tried_on_the_page_is_the_files_once_it_is_saved(stage: Stage) -> None:
    stage.running.use(text("tried"))
    stage.save(text("tried"))
    assert stage.heard[1:] == [("tried", FILE, 0)]
    assert stage.running.version == 2


def test_what_is_saved_as_it_was_pushed_is_the_files(stage: Stage, clock: Clock) -> None:
    stage.versions.push(text("pushed").encode(), "", 1, clock())
    stage.running.look()
    stage.save(text("pushed"))
    assert (stage.name, stage.running.origin, stage.running.version) == ("pushed", FILE, 2)


def test_broken_rules_of_the_page_change_nothing(stage: Stage) -> None:
    assert [problem.severity for problem in stage.running.use(BROKEN)] == ["error"]
    assert (stage.name, stage.heard) == ("first", [])


def test_what_somebody_pushes_runs_until_the_file_is_saved(stage: Stage, clock: Clock) -> None:
    stage.versions.push(text("pushed", chat="chat_pushed").encode(), "", 1, clock())
    stage.running.look()
    stage.running.look()
    assert stage.heard == [("pushed", PUSH, 0)]
    assert "chat_pushed" in stage.known
    stage.save(text("saved"))
    assert stage.heard[1:] == [("saved", FILE, 0)]


def test_who_saves_goes_last_when_somebody_pushes_at_the_same_moment(stage: Stage, clock: Clock) -> None:
    stage.versions.push(text("pushed").encode(), "", 1, clock())
    stage.save(text("saved"))
    assert (stage.name, stage.running.version) == ("saved", 3)


def test_a_push_that_nothing_can_be_made_of_is_passed_over(stage: Stage, clock: Clock) -> None:
    stage.versions.push(b"nonsense: [", "", 1, clock())
    stage.running.look()
    assert (stage.running.rules.rules[0].name, stage.heard) == ("first", [])


@pytest.fixture
def watched(stage: Stage) -> Iterator[Stage]:
    stopping = Event()
    thread = Thread(target=stage.running.watch, args=(stopping,))
    thread.start()
    yield stage
    stopping.set()
    thread.join()


def test_the_watch_notices_a_save_and_a_push(watched: Stage, clock: Clock) -> None:
    watched.file.write_text(text("saved"))
    eventually(lambda: ("saved", FILE, 0) in watched.heard)
    watched.versions.push(text("pushed").encode(), "", 2, clock())
    eventually(lambda: ("pushed", PUSH, 0) in watched.heard)


def test_a_file_that_no_version_has_room_for_is_a_problem_and_the_next_one_runs(watched: Stage) -> None:
    watched.file.write_text(f"{text('large')}# {os.urandom(MOST_BYTES).hex()}\n")
    eventually(lambda: ("first", FILE, 1) in watched.heard)
    assert "too large to be pushed" in watched.running.problems[0].sentence
    watched.file.write_text(text("saved"))
    eventually(lambda: ("saved", FILE, 0) in watched.heard)


def test_a_file_that_was_saved_while_the_table_was_out_of_reach_runs_later(stage: Stage) -> None:
    stopping = Event()
    stage.running.observe(stopping.set)
    stage.versions.troubles.append(EndpointConnectionError(endpoint_url="http://127.0.0.1"))
    stage.file.write_text(text("saved"))
    stage.running.watch(stopping)
    assert stage.heard == [("saved", FILE, 0)]


def test_who_sends_does_not_wait_while_a_file_is_checked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_text(content: bytes, name: str) -> Checked:
        sender = Thread(target=stage.running.look, daemon=True)
        sender.start()
        sender.join(PATIENCE_SECONDS)
        assert not sender.is_alive()
        return check.check_text(content, name)

    monkeypatch.setattr(running, "check_text", check_text)
    stage.save(text("second"))
    assert stage.heard == [("second", FILE, 0)]


def test_a_file_is_read_when_two_looks_found_the_same(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("one")
    saved = Saved(file)
    assert [saved.has_changed() for _ in range(2)] == [False, False]
    file.write_text("one, two")
    assert [saved.has_changed() for _ in range(3)] == [False, True, False]
    other = tmp_path / "draft"
    other.write_text("one, two")
    file.unlink()
    assert [saved.has_changed() for _ in range(2)] == [False, False]
    os.replace(other, file)  # noqa: PTH105 - as editors do
    assert [saved.has_changed() for _ in range(2)] == [False, True]


@pytest.fixture
def told(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    stage.running.observe(teller(stage.running, "http://127.0.0.1:8787"))
    return lambda: capsys.readouterr().out


def test_the_terminal_says_what_runs_and_offers_what_is_new(stage: Stage, told: Callable[[], str]) -> None:
    stage.save(text("second", source="ci", auth="{bearer: CI_TOKEN}"))
    said = told()
    assert "  rules.yaml was read again: 1 rule, 1 source, 2 chats run now.\n" in said
    assert f"curl http://127.0.0.1:8787/hooks/ci -H 'Authorization: Bearer {stage.stored()['CI_TOKEN'][0]}'" in said


def test_the_terminal_shows_what_is_wrong_with_its_line(stage: Stage, told: Callable[[], str]) -> None:
    stage.save(BROKEN)
    said = told()
    assert "rules.yaml can't run as it was saved (1 problem); the rules before it still do:\n" in said
    assert f"{stage.file}:4:24: unknown chat 'nobody'" in said
    stage.save(text())
    assert told().endswith("  rules.yaml is in order again.\n")


def test_the_terminal_names_the_page_and_a_push(stage: Stage, told: Callable[[], str], clock: Clock) -> None:
    stage.running.use(text("tried"))
    assert "The page's rules run now: 1 rule, 1 source, 2 chats; rules.yaml stays as it is." in told()
    stage.versions.push(text("pushed").encode(), "", 2, clock())
    stage.running.look()
    assert "Version 3 was pushed: 1 rule, 1 source, 2 chats run now, until rules.yaml is saved." in told()


def test_a_file_that_is_gone_is_told_after_a_while_and_again_when_it_is_back(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("one")
    saved = Saved(file)
    file.unlink()
    looks = [saved.has_changed() for _ in range(MOST_MISSED + 2)]
    assert looks == [False] * (MOST_MISSED - 1) + [True, False, False]
    file.write_text("one")
    assert [saved.has_changed() for _ in range(3)] == [False, True, False]


def test_a_file_that_is_gone_is_a_problem_and_so_is_what_can_not_be_read_to_an_end(stage: Stage) -> None:
    stage.file.unlink()
    [gone] = stage.running.reread()
    assert gone.sentence == "there is no such file any more"
    os.mkfifo(stage.file)
    assert stage.running.reread() == (gone,)
    assert (stage.name, stage.heard) == ("first", [("first", FILE, 1)])
