"""What an urgent message takes along."""

from tests.layer.hookline.paced_house import ASKED, FULL, House

from hookline.conversation import TRY_AGAIN_MS


def test_an_urgent_end_takes_along_the_beginning_that_is_held(house: House) -> None:
    house.fill()
    house.tell("🔥 disk full", title="Disk", thread="disk", phase="firing")
    house.tell("other")
    house.clock.advance(10)
    assert house.tell("✅ disk fine", title="Disk", thread="disk", phase="resolved", urgent=True) == "held"
    house.work()
    assert house.texts[3:] == ["2 more in 10 s: 1 fired and resolved meanwhile.\nLatest: ✅ disk fine"]
    assert house.statuses("🔥 disk full", "✅ disk fine", "other") == ["digested", "digested", "held"]
    [digest] = house.digests()
    assert digest["because"] == "urgent, with what its thread had waiting for 10 s"
    house.wake(after=50)
    assert house.texts[4:] == ["other"]


def test_an_urgent_beginning_is_told_at_once_whatever_is_held_of_other_threads(house: House) -> None:
    house.fill()
    house.tell("other", thread="web")
    assert house.tell("🔥 disk full", thread="disk", urgent=True) == "sent"
    assert house.texts[3:] == ["🔥 disk full"]


def test_where_somebody_has_to_answer_an_urgent_message_and_its_company_are_tried_and_wait_on(house: House) -> None:
    house.line.refusals = [FULL]
    house.tell("a", thread="t")
    house.tell("b")
    house.clock.advance(TRY_AGAIN_MS / 1000)
    house.tell("fire", thread="t", urgent=True)
    house.work()
    assert house.line.asked == 2
    assert house.statuses("a", "b", "fire") == ["parked", "parked", "held"]
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts == ["3 more in 11 min: a, b, fire.\nLatest: fire" + ASKED]


def test_an_urgent_message_that_leaves_nothing_waiting_leaves_the_chat_open(house: House) -> None:
    house.line.refusals = [FULL]
    house.tell("a", thread="t")
    house.line.refusals = []
    house.clock.advance(TRY_AGAIN_MS / 1000)
    house.tell("fire", thread="t", urgent=True)
    house.work()
    assert house.statuses("a", "fire") == ["digested"] * 2
    assert (house.state.parked_at, house.state.expires_at, house.state.due_at) == (0, 0, 0)
    house.options(budget="off")
    assert house.tell("b") == "sent"


def test_an_urgent_message_takes_nothing_of_another_sources_thread(house: House) -> None:
    house.fill()
    house.tell("a", thread="t", source="another")
    assert house.tell("fire", thread="t", urgent=True) == "sent"
    assert house.statuses("a") == ["held"]
