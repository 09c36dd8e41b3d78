"""What is known of the programs that the pages call: whether a call is right, and whether it may be run here."""

import re
import subprocess
from functools import cache

from tests.doc_blocks import aws_command, hookline_command, sam_command
from tests.doc_blocks.reader import Stale
from tests.doc_blocks.shell import Call

from local.project import ROOT

_OURS = re.compile(r"(?:https?://)?(?:127\.0\.0\.1|localhost)(?::|/|$)|\$")
_CURL_OPTION = re.compile(r"^ +(?:(-\S), )?(--[a-z0-9.-]+)", re.MULTILINE)
# What a shell has anyway, or any machine of a developer.
_PLAIN = frozenset(
    {"cat", "cd", "cp", "df", "echo", "export", "head", "jq", "ls", "mkdir", "mv", "rm", "tail", "tee", "test"}
)
_NOT_HERE = frozenset({"run", "--follow", "-f", "--install-completion"})
_VARIABLES = re.compile(r"\b[A-Z][A-Z_]{2,}\b")


def check(call: Call, sam: str | None) -> None:
    """Raise Stale for a call that can't be right; of SAM's nothing is said where it isn't installed."""
    _check_variables(call)
    match call.program:
        case "hookline":
            hookline_command.check(call)
        case "aws":
            aws_command.check(call)
        case "sam" if sam:
            sam_command.check(call, sam)
        case "make":
            _check_make(call)
        case "curl":
            _check_curl(call)
        case "git":
            if call.arguments[:1] not in [("clone",), ("pull",), ("checkout",), ("revert",), ("log",)]:
                raise Stale(f"nobody knows how to check git {' '.join(call.arguments)}")
        case program if program not in _PLAIN | {"sam"}:
            raise Stale(f"nobody knows how to check a call of {program}")


def may_run(call: Call) -> bool:
    """Return whether a call ends by itself, and changes nothing but what lies around it or what the run has."""
    if call.program == "hookline":
        asks = call.arguments[:1] == ("new",) and "--yes" not in call.arguments
        return not asks and not _NOT_HERE & set(call.arguments)
    if call.program == "curl":
        return any(_OURS.match(word) for word in call.arguments)
    return call.program in _PLAIN


def _check_make(call: Call) -> None:
    targets = [word for word in call.arguments if "=" not in word and not word.startswith("-")]
    tried = subprocess.run(["make", "-n", *targets], cwd=ROOT, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise Stale(tried.stderr.strip())


def _check_curl(call: Call) -> None:
    said = subprocess.run(["curl", "--help", "all"], capture_output=True, text=True, check=True).stdout
    known = {option for pair in _CURL_OPTION.findall(said) for option in pair}
    for word in call.arguments:
        is_known = word in known or (re.fullmatch("-[a-zA-Z]+", word) and {f"-{one}" for one in word[1:]} <= known)
        if word.startswith("-") and len(word) > 1 and not is_known:
            raise Stale(f"curl has no option {word}")


def _check_variables(call: Call) -> None:
    """What is set for one of our own programs is read by it."""
    ours = call.program in {"hookline", "make"}
    for variable in call.variables if ours else ():
        if variable not in _read():
            raise Stale(f"nothing reads the variable {variable}")


@cache
def _read() -> frozenset[str]:
    sources = [ROOT / "Makefile", ROOT / ".ci" / "setup", *(ROOT / "functions").rglob("*.py")]
    return frozenset(word for path in sources for word in _VARIABLES.findall(path.read_text(encoding="utf-8")))
