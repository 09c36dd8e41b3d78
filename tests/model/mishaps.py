"""How a worker dies and what fails around it, step by step, as a test has planned it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from tests.model.world import World

TABLE_TIMEOUT_S = 4


class Crash(BaseException):
    """The worker's process is gone, in the midst of whatever it did."""


@dataclass
class Mishaps:
    """What goes wrong next. ``fuses`` count the steps until a chat's work crashes, one for each chat of the batch."""

    fuses: list[int | None] = field(default_factory=list)
    loses_answer: bool = False  # the worker dies when all is done but nothing is deleted from the queue
    table: list[str] = field(default_factory=list)  # of the next calls: "before" or "after" they took effect


class SideBySide:
    """Plays the executor: each chat starts at the same moment, and a crash of one is the end of all."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def map(self, work: Callable[[Any], Any], chats: Iterable[Any]) -> list[Any]:
        clock, results, has_crashed = self._world.clock, [], False
        started = ended = clock.ms
        for chat in chats:
            clock.ms = started
            self._world.light_fuse()
            try:
                results.append(work(chat))
            except Crash:
                has_crashed = True
            ended = max(ended, clock.ms)
        clock.ms = ended
        if has_crashed:
            raise Crash
        self._world.fuse = None
        return results


class Steps:
    """A client whose every call is a step at which the worker may crash, or the call fail."""

    def __init__(self, client: Any, world: "World") -> None:
        self._client, self._world = client, world
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def made(**request: Any) -> Any:
            self._world.step()
            mishap = self._mishap()
            if mishap == "before":
                raise self._unheard()
            answer = call(**request)
            self._world.clock.advance(self._world.takes.get(name, 0))
            self._world.step()
            if mishap == "after":
                raise self._unheard()
            return answer

        return made

    def _mishap(self) -> str:
        if self._client is not self._world.table:
            return ""
        planned = self._world.mishaps.table
        return "before" if self._world.table_is_down else planned.pop(0) if planned else ""

    def _unheard(self) -> ReadTimeoutError:
        self._world.clock.advance(TABLE_TIMEOUT_S)
        return ReadTimeoutError(endpoint_url="https://dynamodb.test")
