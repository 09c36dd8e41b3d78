"""How the simulated provider misbehaves: one plan for each chat that has its own, and one for all others."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt
from pydantic_core import PydanticCustomError

from local.provider.steps import OK, Step, UnknownWord, step_of

EVERY_CHAT = "*"


def _known(word: str) -> str:
    try:
        step_of(word)
    except UnknownWord as error:
        # Its own kind of error, because the sentence of a ValueError would get words of the library in front.
        raise PydanticCustomError("unknown_word", "{said}", {"said": str(error)}) from error
    return word


Word = Annotated[str, AfterValidator(_known)]


class Plan(BaseModel):
    """The body of ``PUT /faults``: a step for each attempt to send, then the same one for ever."""

    # Unlike the provider's bodies these are the tester's own: a misspelt fault must not pass for a healthy provider.
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    chat_id: Annotated[str, Field(min_length=1)] = EVERY_CHAT
    sequence: tuple[Word, ...] = ()
    then: Word = OK.word
    latency_ms: NonNegativeInt = 0

    @property
    def is_empty(self) -> bool:
        return self.model_fields_set <= {"chat_id"}


class Faults:
    """The plans in force. Used by one thread, the server's."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}
        self._used: dict[str, int] = {}

    def put(self, plan: Plan) -> None:
        """Replace the plan of that chat; one that names a chat only removes it, one that names nothing removes all."""
        if not plan.model_fields_set:
            self._plans.clear()
        self._plans.pop(plan.chat_id, None)
        self._used[plan.chat_id] = 0
        if not plan.is_empty:
            self._plans[plan.chat_id] = plan

    def step(self, chat_id: str) -> tuple[Step, int]:
        """Use up and return what happens to an attempt now, and the milliseconds until it is answered."""
        # A chat with a plan is out of reach of the general one, also when its own is used up.
        plan = self._plans.get(chat_id) or self._plans.get(EVERY_CHAT)
        if plan is None:
            return OK, 0
        used = self._used[plan.chat_id]
        self._used[plan.chat_id] = used + 1
        return step_of(plan.sequence[used] if used < len(plan.sequence) else plan.then), plan.latency_ms

    def shown(self) -> dict[str, Any]:
        """Return what is set and what is left of it."""
        return {"faults": [{**plan.model_dump(), "left": self._left(plan)} for plan in self._plans.values()]}

    def _left(self, plan: Plan) -> list[str]:
        return list(plan.sequence[self._used[plan.chat_id] :])
