"""What the pages show works: lines are run, files are checked, links lead somewhere. A failure names page and line."""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests import warm
from tests.doc_blocks import hookline_command, programs, reader, shell, shown, stage, yamls
from tests.doc_blocks.reader import Block, Stale, Word
from tests.test_run import TOKEN, eventually, running

from local.project import EVENTS, ROOT

SAM = os.environ.get("SAM") or shutil.which("sam")
OUTPUTS = {"", "text"}


def of_language(*languages: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    found = [block for block in reader.blocks() if block.language in languages]
    return pytest.mark.parametrize("block", found, ids=lambda block: block.place)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    stage.furnish(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def not_tested(why: str) -> None:
    if os.environ.get("HOOKLINE_REQUIRE_ALL"):
        pytest.fail(why)
    pytest.skip(f"NOT TESTED: {why}")


# Every language, and what checks it.


def check_line(line: str, sam: str | None) -> None:
    for call in shell.calls(line):
        programs.check(call, sam)


@of_language("sh", "bash")
def test_a_line_calls_what_there_is(block: Block) -> None:
    for line in shell.lines(block.text):
        check_line(line.text, SAM)
    if "sam" in block.text and not SAM:
        not_tested("there is no sam: install aws-sam-cli, or name it in the variable SAM.")


@of_language("yaml", "yml")
def test_a_file_in_yaml_is_right(block: Block, folder: Path) -> None:
    check = yamls.check_of(block)
    assert check, "nobody knows what this file is"
    check(block, folder)
    if check in {yamls.check_workflow, yamls.check_steps}:
        for line in yamls.runs(block):
            check_line(line, SAM)


@of_language("json", "toml")
def test_data_can_be_read(block: Block) -> None:
    {"json": json.loads, "toml": tomllib.loads}[block.language](block.text)


@of_language("html")
def test_html_is_closed_and_its_forms_post_to_a_hook(block: Block) -> None:
    parser = Balanced()
    parser.feed(block.text)
    assert parser.open == []
    assert all(re.search(r"/hooks/[a-z0-9_-]+", action) for action in parser.actions)


@of_language(*OUTPUTS)
def test_what_is_shown_is_so(block: Block, folder: Path) -> None:
    if block.follows is None or block.follows.language not in {"sh", "bash"}:
        shown.check(block, folder)


def test_every_language_is_handled() -> None:
    handled = {"sh", "bash", "yaml", "yml", "json", "toml", "html", *OUTPUTS}
    assert [block.place for block in reader.blocks() if block.language not in handled] == []


class Balanced(HTMLParser):
    """Knows what is still open, and where forms post to."""

    EMPTY = frozenset({"input", "meta", "link", "br", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.actions: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)
        if tag == "form":
            self.actions.append(dict(attrs).get("action") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# The lines that can be run are.


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Stage]:
    folder = tmp_path_factory.mktemp("run")
    event = json.loads((EVENTS / "alertmanager_critical.json").read_text(encoding="utf-8"))
    program = Path(stage.__file__).with_name("hookline.py")
    with warm.serving(program, folder / "socket") as script, running(folder) as run:
        posted = run.post("alertmanager", json.loads(event["body"]), TOKEN).json()
        eventually(run.texts)
        yield stage.Stage(run.url, posted["deliveries"][0]["delivery_id"], script)


@pytest.mark.slow
@of_language("sh", "bash")
def test_a_block_of_lines_does_what_the_page_shows(block: Block, here: stage.Stage, folder: Path) -> None:
    said = here.perform(block, folder)
    for after in reader.blocks():
        if after.follows is block and after.language in OUTPUTS and said:
            assert stage.shows(said, after.text), f"{after.place} shows something else than: {said}"


# What stands between the blocks.

OURS = re.compile(r"(?:\.venv/bin/)?hookline [a-z]|make [a-z]|sam [a-z]|aws [a-z]")


@pytest.mark.parametrize("word", reader.words(OURS), ids=lambda word: word.place)
def test_a_command_in_a_sentence_is_one_that_there_is(word: Word) -> None:
    for call in shell.calls(word.text):
        if call.program == "hookline":
            hookline_command.check_names(call)
        elif call.program == "make":
            programs.check(call, None)


@pytest.mark.parametrize("link", reader.links(), ids=lambda link: f"{link.place} {link.text}")
def test_a_link_leads_somewhere(link: Word) -> None:
    path, _, anchor = link.text.partition("#")
    page = link.page.parent / path if path else link.page
    assert page.exists(), f"there is no {page}"
    assert not anchor or anchor in reader.anchors(page.resolve()), f"{page.name} has no heading #{anchor}"
    assert ROOT in page.resolve().parents


# None of these checks would be worth anything if it let everything pass.


@pytest.mark.parametrize(
    "line",
    [
        "hookline lgo",
        "hookline log --sicne 2d",
        "hookline explain my-rules.yaml",
        "hookline event x.json | frobnicate",
        "LVIE=1 make run",
        "make rnu",
        "curl --fial http://127.0.0.1:8787/",
        "git push --force",
        "aws secretmanager list-secrets",
        "aws secretsmanager put-secret-valu --secret-id x",
        "aws secretsmanager put-secret-value --secret-strng x --secret-id x",
        "aws secretsmanager put-secret-value --secret-string x",
        "aws cloudformation wait stack-made",
        "aws cloudformation describe-stacks --query 'Stacks[0].Outputs[?OutputKey==`HokUrl`]'",
        "aws cloudwatch describe-alarms --max-records many",
        "echo $(aws s3 mb)",
    ],
)
def test_a_line_that_is_wrong_would_be_noticed(line: str) -> None:
    with pytest.raises(Stale):
        check_line(line, None)


@pytest.mark.parametrize(
    "line",
    [
        "sam biuld",
        "sam deploy --guidde",
        "sam deploy --parameter-overrides RulesSorce=table",
        "sam deploy --parameter-overrides RulesSource=tabel",
        "sam deploy --parameter-overrides LogDays=many",
        "sam deploy --config-env prud",
        "sam local invoke -e events/deliver_sqs.json",
        "sam local invoke RecieveFunction -e -",
        "sam local invoke ReceiveFunction -e events/none.json",
    ],
)
def test_a_line_for_sam_that_is_wrong_would_be_noticed(line: str) -> None:
    if not SAM:
        not_tested("there is no sam.")
    with pytest.raises(Stale):
        check_line(line, SAM)


@pytest.mark.parametrize(
    "text",
    [
        "rules: [{name: a, chat: oncall, wehn: x}]",
        "rules: [{name: a, chat: oncall, text: '{{ x | upcase }}'}]",
        "tests: [{name: a, event: events/alertmanager_critical.json, expect: [{rule: a, chat: b, text: no}]}]",
        "{route: {receiver: a}, receivers: [{name: b, webhook_configs: [{url: 'http://a/'}]}]}",
        "{route: {receiver: a}, receivers: [{name: a}]}",
        "groups: [{name: a, rules: [{alert: b}]}]",
        "{on: push, jobs: {a: {runs-on: ubuntu-latest, steps: [{name: b}]}}}",
        "[{uses: a, run: b}]",
        "Resources: {Api: {}, Apu: {}}",
    ],
)
def test_a_file_that_is_wrong_would_be_noticed(text: str, folder: Path) -> None:
    block = Block(ROOT / "README.md", 1, "yaml", text, "")
    check = yamls.check_of(block)
    assert check
    with pytest.raises(Stale):
        check(block, folder)


@pytest.mark.parametrize(
    ("said", "printed", "is_so"),
    [
        ("one\ntwo\nthree\n", "two\n", True),
        ("one\ntwo\nthree\n", "one …\n", False),
        ("one 1\ntwo", "one …\ntwo\n", True),
        ("one\ntwo\n", "…two", True),
        ("one\ntwo\n", "two\none\n", False),
    ],
)
def test_a_page_shows_what_is_printed_or_does_not(said: str, printed: str, *, is_so: bool) -> None:
    assert stage.shows(said, printed) is is_so
