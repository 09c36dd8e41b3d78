"""Everything that can be wrong, each as a sentence for the person who must act.

HooklineError
├── ConfigurationError     the environment of a function; all problems at once
├── RulesError             the rules file; all problems at once, each with its line
├── RulesUnavailable       nobody knows yet which rules run
├── SecretsUnavailable     no secret was ever readable
├── Unreachable            an address that a sender's message needs, as for its certificate
├── QueueRefused           some messages could not be queued
└── Refused                a webhook that is not taken: the answer to its sender
    ├── BadCredentials 401
    ├── UnreadableBody 400
    ├── UnknownSource  404
    ├── TooLarge       413
    └── WrongType      415
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

Severity = Literal["error", "warning"]


class HooklineError(Exception):
    """The root of this tree."""


class ConfigurationError(HooklineError):
    """The environment is missing something, or has it wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a rules file. Line and column count from 1; ``excerpt`` is that line as it stands."""

    file: str
    line: int
    column: int
    sentence: str
    excerpt: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        said = f"warning: {self.sentence}" if self.severity == "warning" else self.sentence
        return f"{self.file}:{self.line}:{self.column}: {said}"


class RulesError(HooklineError):
    """The rules file can't be used as it is."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class RulesUnavailable(HooklineError):
    """The table that says which rules run could never be asked."""


class SecretsUnavailable(HooklineError):
    """The secret store didn't answer and nothing was held, or it has no such name."""


class Unreachable(HooklineError):
    """What lies at an address that a sender's message needs could not be fetched."""


class QueueRefused(HooklineError):
    """The queue took fewer messages than it was given, also when asked again."""


class Refused(HooklineError):
    """The webhook is not taken; ``status`` and the sentence are the sender's answer, ``reason`` counts it."""

    status = HTTPStatus.BAD_REQUEST
    reason = "unreadable"


class BadCredentials(Refused):
    """Wrong or missing; deliberately not said which, nor which part."""

    status = HTTPStatus.UNAUTHORIZED
    reason = "unauthorized"


class UnreadableBody(Refused):
    """The body is not what its type says."""


class UnknownSource(Refused):
    """The rules have no source of that name."""

    status = HTTPStatus.NOT_FOUND
    reason = "unknown_source"


class TooLarge(Refused):
    """The body is over the limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    reason = "too_large"


class WrongType(Refused):
    """The kind of source can't read bodies of this type."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    reason = "wrong_type"
