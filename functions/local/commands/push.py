"""Lets a stack run other rules without a deployment: pushes a version, goes back to one, lists them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hookline.errors import RulesError
from hookline.rulebook import digest
from hookline.rules.load import load_text
from hookline.settings import RULES_LOOK_SECONDS
from local.commands import moments
from local.commands.check import check
from local.commands.errors import No, Wrong
from local.commands.printable import printable
from local.commands.stack import FROM_TABLE, Stack
from local.commands.terminal import say, say_json
from local.commands.versions import Version, Versions

LONGEST_NOTE = 200  # characters

Prove = Callable[[Path], list[str]]  # runs the tests of a rules file and returns a sentence for each that fails


@dataclass(frozen=True)
class Push:
    place: Stack
    versions: Versions
    as_json: bool

    @classmethod
    def of(cls, place: Stack, *, as_json: bool) -> "Push":
        """Raises Wrong for a stack that doesn't read its rules from the table."""
        if place.rules_source != FROM_TABLE:
            how = (
                "deploy it once with `sam deploy --parameter-overrides RulesSource=table`, which stays so"
                if place.is_deployed
                else "start `hookline run` again"
            )
            raise Wrong(f"Of {place.name} the rules of the deployed file run, so a push would change nothing: {how}.")
        return cls(place, Versions(place.clients("dynamodb"), place.table), as_json)

    def new(self, path: Path, note: str, prove: Prove) -> None:
        """Push the file as the next version. Raises No when it has a problem or a test of it fails."""
        if len(note) > LONGEST_NOTE:
            raise Wrong(f"A note has at most {LONGEST_NOTE} characters; this one has {len(note)}.")
        text = path.read_bytes()
        checked = check(path)
        if not checked.ok:
            raise No(f"{checked.as_text()}\nNothing was pushed: {checked.summary}.")
        if warnings := checked.as_text():
            say(warnings, err=True)
        if failures := prove(path):
            raise No("\n".join([*failures, "Nothing was pushed: a test of the rules fails."]))
        current = self.versions.current()
        if current and self.versions.one(current).sha256 == digest(text):
            self._say(current, current, f"Nothing was pushed: these rules are version {current}, which runs already.")
            return
        version = self.versions.push(text, note, current, _now_ms())
        self._say(version, current, f"Version {version} is pushed.")

    def back(self, version: int | None) -> None:
        """Let that version run again, or the one that ran before the current. Raises No where there is none."""
        current = self.versions.current()
        if not current:
            raise No(f"Nothing was ever pushed to {self.place.name}; there is nothing to go back to.")
        wanted = self.versions.one(current).follows if version is None else version
        if not wanted and version is None:
            raise No(f"Version {current} was the first; before it the deployed file ran. Push that to go back to it.")
        if wanted == current:
            self._say(current, current, f"Version {current} runs already; nothing is changed.")
            return
        try:
            load_text(self.versions.text(wanted), f"version {wanted}")
        except RulesError as error:
            raise No(f"{error}\nVersion {wanted} can't run with this code; version {current} stays.") from error
        self.versions.point(wanted, current, _now_ms())
        self._say(wanted, current, f"Version {wanted} is in its place again.")

    def list(self) -> None:
        """Print the versions, the latest last, with a mark at the one that runs."""
        current, known = self.versions.current(), self.versions.all()
        if self.as_json:
            say_json([version.shown(current) for version in known])
            return
        for version in known:
            say(_line(version, is_current=version.version == current))
        if not known:
            say(f"Nothing was ever pushed to {self.place.name}; the deployed file runs.")

    def _say(self, version: int, before: int, sentence: str) -> None:
        is_changed = version != before
        if self.as_json:
            say_json({"version": version, "before": before, "changed": is_changed})
            return
        was = before or "the deployed file"
        soon = f"in use within {RULES_LOOK_SECONDS:.0f} s" if self.place.is_deployed else "in use within a second"
        more = f" On {self.place.name}: {was} -> {version}, {soon}." if is_changed else ""
        say(sentence + more)


def _line(version: Version, *, is_current: bool) -> str:
    mark, kilobytes = "*" if is_current else " ", f"{version.size / 1000:.1f} kB"
    line = f"{mark} {version.version:>4}  {moments.full(version.pushed_at)}  {kilobytes:>9}  {version.sha256[:12]}"
    return f"{line}  {printable(version.note)}".rstrip()


def _now_ms() -> int:
    return moments.to_ms(datetime.now(UTC))
