"""The rules that run on this machine: the file's as it was last saved well, or what was pushed since."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from threading import Event, Lock

from botocore.exceptions import BotoCoreError, ClientError

from hookline.errors import Problem, RulesError
from hookline.rulebook import digest
from hookline.rules.load import contents, load_text
from hookline.rules.model import Rules
from local.commands.check import check_text
from local.commands.errors import No
from local.commands.versions import Versions
from local.keys import KeyRing
from local.saved import Saved

# Every function looks this often which version runs, and the file is looked at: who has saved it doesn't wait a minute.
LOOK_SECONDS = 0.25
LOOKS_PER_PUSH = 4  # what others push is looked for more seldom, since each time asks the table
FILE, PAGE, PUSH = "file", "page", "push"  # where the rules that run come from


@dataclass(frozen=True)
class Ran:
    """What runs."""

    rules: Rules
    content: bytes
    version: int
    origin: str


class Running:
    """Lets rules run by pushing them to the table, as they are pushed to a deployed stack; safe for several threads.

    Before rules run, ``keys`` get the secrets that they name, and the phone the chats.
    """

    def __init__(  # noqa: PLR0913 - its collaborators, wired once
        self,
        file: Path,
        versions: Versions,
        keys: KeyRing,
        know: Callable[[Iterable[str]], None],
        *,
        now_ms: Callable[[], int],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Let the file's rules run. Raises RulesError."""
        self.file = file
        self.problems: tuple[Problem, ...] = ()
        self._versions = versions
        self._keys = keys
        self._know = know
        self._now_ms = now_ms
        self._pause = pause
        self._observers: list[Callable[[], None]] = []
        self._reading = Lock()  # the file, which may take as long as its templates are tried
        self._changing = Lock()
        self._saved = Saved(file)
        content = contents(file)
        rules = load_text(content, str(file))
        self._ran = Ran(rules, content, self._pushed(rules, content, versions.current()), FILE)

    @property
    def rules(self) -> Rules:
        return self._ran.rules

    @property
    def text(self) -> str:
        return self._ran.content.decode()

    @property
    def version(self) -> int:
        return self._ran.version

    @property
    def origin(self) -> str:
        """One of FILE, PAGE and PUSH."""
        return self._ran.origin

    @property
    def secrets(self) -> Mapping[str, tuple[str, ...]]:
        return self._keys.held

    def observe(self, tell: Callable[[], None]) -> None:
        """Call it whenever other rules run, or something else is wrong with the file, from the thread that noticed."""
        self._observers.append(tell)

    def use(self, text: str, origin: str = PAGE) -> tuple[Problem, ...]:
        """Let these rules run and return once every function goes by them; the file isn't touched.

        Returns what is wrong with them: if there is an error among it, nothing has changed.
        """
        content = text.encode()
        problems = tuple(check_text(content, "the rules").problems)
        if not has_errors(problems):
            self._run(content, origin)
        return problems

    def reread(self) -> tuple[Problem, ...]:
        """Go by what the file says now, as far as that can run; return what is wrong with it.

        Raises ClientError or BotoCoreError when the table can't be reached.
        """
        with self._reading:
            before, (content, self.problems) = self.problems, self._read()
            try:
                runs = not has_errors(self.problems) and self._run(content, FILE)
            except No as error:
                self.problems, runs = (*self.problems, Problem(str(self.file), 1, 1, str(error))), False
            if self.problems != before and not runs:
                self._tell()
            return self.problems

    def look(self) -> None:
        """Notice what others have pushed; of a version that can't run there is nothing to know."""
        with self._changing:
            try:
                version = self._versions.current()
                if version in {0, self.version}:
                    return
                content = self._versions.text(version)
                rules = load_text(content, f"version {version}")
                self._prepare(rules)
            except (No, RulesError, ValueError, BotoCoreError, ClientError):
                return
            self._ran = Ran(rules, content, version, PUSH)
        self._tell()

    def watch(self, stopping: Event) -> None:
        """Go by the file whenever it was saved, and notice pushes, until ``stopping`` is set."""
        is_unread = True  # it may have been saved while everything started
        looks = count(1)
        while not stopping.wait(LOOK_SECONDS):
            is_unread = (self._saved.has_changed() or is_unread) and not self._has_reread()
            if not next(looks) % LOOKS_PER_PUSH:
                self.look()

    def _has_reread(self) -> bool:
        try:
            self.reread()
        except (BotoCoreError, ClientError):
            return False
        return True

    def _read(self) -> tuple[bytes, tuple[Problem, ...]]:
        if not (self.file.is_file() or self.file.is_dir()):  # of what is no file, the reading may never end
            return b"", (Problem(str(self.file), 1, 1, "there is no such file any more"),)
        try:
            content = contents(self.file)
        except RulesError as error:
            return b"", tuple(error.problems)
        return content, tuple(check_text(content, str(self.file)).problems)

    def _run(self, content: bytes, origin: str) -> bool:
        with self._changing:
            if digest(content) != digest(self._ran.content):
                rules = load_text(content, origin)
                self._ran = Ran(rules, content, self._pushed(rules, content, self.version), origin)
            elif origin == FILE != self.origin:
                self._ran = replace(self._ran, origin=FILE)  # what was tried has been saved
            else:
                return False
        self._pause(LOOK_SECONDS)
        self._tell()
        return True

    def _pushed(self, rules: Rules, content: bytes, current: int) -> int:
        self._prepare(rules)
        try:
            return self._versions.push(content, "", current, self._now_ms())
        except No:
            # Somebody has pushed at this moment; who saves goes last.
            return self._versions.push(content, "", self._versions.current(), self._now_ms())

    def _prepare(self, rules: Rules) -> None:
        self._keys.know(rules)
        self._know(chat.id for chat in rules.chats.values())

    def _tell(self) -> None:
        for tell in self._observers:
            tell()


def has_errors(problems: Iterable[Problem]) -> bool:
    """Return whether rules with these problems can't run."""
    return any(problem.severity == "error" for problem in problems)
