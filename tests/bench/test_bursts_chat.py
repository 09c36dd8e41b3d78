"""A chat of the simulation is told what the product would tell it."""

from dataclasses import replace
from random import Random

import pytest
from tests.bench.bursts_chat import Chat, Digest, Item, Times, Wake

from hookline import conversation
from hookline.rules import model
from hookline.rules.written import DEFAULT_PACE
from hookline.state import Frozen, State

NO_TIME = Times(0, 0, 0, 0, 0, 0)


class Product:
    """A chat as the product decides what becomes of its messages, with nothing that takes time."""

    def __init__(self) -> None:
        self.told: list[list[int]] = []
        self._chat = model.Chat.model_validate({"id": "chat_1", "budget": "off"})
        self._state = State()
        self._held: list[int] = []

    def work(self, item: Item, now: int) -> Digest | None:
        """Do what deliver does with an item; times are ms."""
        match item:
            case Wake():
                pass
            case Digest():
                asked = conversation.Ask(id=f"digest {self._state.digests}", digest="digest")
                self._state, admission = conversation.admit(self._state, asked, self._chat, now)
                assert admission.step is conversation.Step.GO
                self.told.append(item.of)
                told = conversation.over(self._state, "digest", "digested", now)
                self._state = replace(told, closing=None)
            case number:
                asked = conversation.Ask(id=str(number))
                self._state, admission = conversation.admit(self._state, asked, self._chat, now)
                if admission.step is conversation.Step.GO:
                    self.told.append([number])
                    return None
                self._held.append(number)
                self._state = conversation.joined(self._state, asked, admission, self._chat, now, is_told=False)
        return self._advanced(now)

    def _advanced(self, now: int) -> Digest | None:
        if conversation.due(self._state, self._chat, now)[0] is not conversation.Due.TELL:
            return None
        digest, self._held = Digest(self._held), []
        frozen = Frozen(self._state.last, len(digest.of), {"delivery_id": "digest"})
        self._state = conversation.froze(self._state, frozen, now)
        return digest


@pytest.mark.parametrize("seed", range(5))
def test_a_chat_is_told_what_the_product_would_tell_it(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    simulated, product = Chat(0, NO_TIME, DEFAULT_PACE), Product()
    now, on_the_queue = 1000.0, None
    for number in range(1000):
        now += random.choice([0, 1, 7, 30])
        if on_the_queue and random.random() < 0.3:
            item, on_the_queue = on_the_queue, None
        else:
            item = Wake() if random.random() < 0.1 else number
        _, digest = simulated.work(item, now)
        assert product.work(item, int(now * 1000)) == digest
        on_the_queue = digest or on_the_queue
    assert product.told == [numbers for _, numbers in simulated.told]
    assert len(product.told) > 50
