"""The simulation of bursts keeps to what the queue promises and to what queueing theory knows."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from statistics import mean

import pytest
from tests.bench.bursts import poisson, times
from tests.bench.bursts_chat import Chat, Times
from tests.bench.bursts_lambda import FIRST_POLLERS, MORE_POLLERS, Deliver, receive

from hookline.clock import MINUTE
from hookline.rules.written import DEFAULT_PACE, Pace

TOOK = times({})
AT_ONCE = replace(TOOK, receive_cold=0.0, deliver_cold=0.0, pick_up=0.0)
SENDS = TOOK.deliver + TOOK.provider
PACES = pytest.mark.parametrize("pace", [None, DEFAULT_PACE], ids=["loose", "paced"])
Queued = list[tuple[float, int]]


def queued(rate: float, seconds: float, chats: int) -> Queued:
    random = Random(7)  # noqa: S311 - no secret
    return [(at, random.randrange(chats)) for at in poisson(rate, seconds, random)]


def delivered(given: Queued, containers: int, pace: Pace | None = None, took: Times = TOOK) -> Deliver:
    return Deliver(given, 1 + max(chat for _, chat in given), containers, took, pace).run()


def sent(done: Deliver) -> dict[int, float]:
    return {number: at for chat in done.chats for at, numbers in chat.told for number in numbers}


def delays(given: Queued, done: Deliver) -> list[float]:
    return [at - given[number][0] for number, at in sent(done).items()]


def is_one_after_the_other(turns: Sequence[tuple[float, float]]) -> bool:
    ordered = sorted(turns)
    return all(ended <= begun for (_, ended), (begun, _) in pairwise(ordered))


def test_one_chat_waits_as_the_formula_of_a_queue_with_one_server_says() -> None:
    load, service = 0.7, SENDS
    given = queued(load / service, 30_000 * service, chats=1)
    waited = mean(delays(given, delivered(given, 1, took=AT_ONCE))) - service
    assert waited == pytest.approx(load * service / (2 * (1 - load)), rel=0.05)  # Pollaczek and Khinchine, M/D/1


def test_as_many_are_on_the_queue_as_come_in_the_time_that_each_stays_there() -> None:
    rate, seconds = 10.0, 2000.0
    given = queued(rate, seconds, chats=10)
    done = delivered(given, 1)
    stays = mean(at - given[number][0] for number, at in done.picked_up.items())
    assert stays > 0.1
    assert done.message_seconds / seconds == pytest.approx(rate * stays, rel=0.03)  # Little


@PACES
@pytest.mark.parametrize("containers", [1, 7])
def test_a_chat_is_never_in_two_containers_at_once(pace: Pace | None, containers: int) -> None:
    done = delivered(queued(100, 10, chats=20), containers, pace)
    for chat in done.chats:
        assert is_one_after_the_other([(turn.begun, turn.ended) for turn in done.turns if turn.chat == chat.number])


def test_one_container_does_one_batch_after_the_other_and_several_do_more_at_once() -> None:
    one, several = (delivered(queued(100, 10, chats=20), containers).turns for containers in (1, 7))
    assert is_one_after_the_other(list({(turn.begun, turn.ended) for turn in one}))
    assert not is_one_after_the_other(list({(turn.begun, turn.ended) for turn in several}))


@PACES
def test_a_chat_is_told_all_of_it_once_and_in_its_order(pace: Pace | None) -> None:
    given = queued(100, 10, chats=20)
    for chat in delivered(given, 7, pace).chats:
        numbers = [number for _, numbers in chat.told for number in numbers]
        assert numbers == [number for number, (_, to) in enumerate(given) if to == chat.number]


@PACES
@pytest.mark.parametrize("chats", [1, 10, 100])
def test_with_more_containers_nothing_is_slower(pace: Pace | None, chats: int) -> None:
    given = queued(50, 20, chats)
    took = [mean(delays(given, delivered(given, containers, pace, AT_ONCE))) for containers in (1, 10, 100)]
    assert took == sorted(took, reverse=True)


def test_with_more_containers_many_chats_are_faster() -> None:
    given = queued(200, 20, chats=100)
    one, ten = (mean(delays(given, delivered(given, containers))) for containers in (1, 10))
    assert one > 5 * ten


def test_what_exceeds_the_pace_is_one_text_after_the_minute() -> None:
    given = [(n / 10, 0) for n in range(20)]
    [chat] = delivered(given, 10, DEFAULT_PACE).chats
    assert [numbers for _, numbers in chat.told] == [[0], [1], [2], list(range(3, 20))]
    assert MINUTE < chat.told[3][0] - chat.told[0][0] < 2 * MINUTE + 1


def test_a_batch_takes_what_one_chat_has_before_the_next_one() -> None:
    given = [(0.0, chat) for _ in range(12) for chat in (0, 1)]
    done = delivered(given, 1, took=replace(AT_ONCE, provider=0.0))
    first = [at for at in done.picked_up.values() if at == 0.0]
    assert len(first) == 1  # what comes first goes at once, alone
    assert [turn.chat for turn in done.turns][1:4] == [1, 0, 1]


def test_a_batch_is_over_when_the_slowest_of_its_chats_is() -> None:
    given = [(0.0, 0), (0.1, 1), (0.1, 1), (0.1, 1), (0.1, 2)]
    turns = {turn.chat: turn for turn in delivered(given, 1, took=AT_ONCE).turns}
    assert turns[1].begun == turns[2].begun == SENDS
    assert turns[1].ended == turns[2].ended == pytest.approx(4 * SENDS)


def test_what_is_held_takes_two_of_the_three_requests_of_what_is_sent() -> None:
    chat = Chat(0, TOOK, Pace(1, MINUTE))
    assert chat.work(0, 0.0) == (SENDS, None)
    assert chat.work(1, 1.0) == (1.0 + TOOK.deliver * 2 / 3, None)


def test_the_event_source_takes_its_time_until_all_containers_are_at_work() -> None:
    begun = sorted(turn.begun for turn in delivered([(0.0, chat) for chat in range(100)], 100).turns)
    assert begun[FIRST_POLLERS - 1] == 0.0 < begun[FIRST_POLLERS] <= 1 / MORE_POLLERS


def test_who_finds_no_container_is_refused_and_accepted_later() -> None:
    random = Random(1)  # noqa: S311 - no secret
    crowded, roomy = (receive([1.0] * 5, containers, TOOK, random) for containers in (1, 5))
    assert (crowded.refusals >= 4, roomy.refusals) == (True, 0)
    assert len({*crowded.at}) == 5
    assert roomy.at == [1.0 + TOOK.receive + TOOK.receive_cold] * 5


def test_a_new_container_takes_longer_than_one_that_is_there() -> None:
    accepted = receive([0.0, 10.0], 1, TOOK, Random(1))  # noqa: S311 - no secret
    assert accepted.at == [TOOK.receive + TOOK.receive_cold, 10.0 + TOOK.receive]


def test_what_the_benchmark_has_measured_counts() -> None:
    measured = {"receive.warm_wall_ms": 50.0, "deliver.cold_wall_ms": 2000.0, "of something else": 1.0}
    assert times(measured) == replace(TOOK, receive=0.05, receive_cold=pytest.approx(0.66), deliver_cold=1.985)
