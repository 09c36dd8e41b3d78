"""What is told of what waited, and who hears meanwhile."""

import pytest
from tests.conftest import NOON
from tests.layer.hookline.paced_house import ASKED, BOSS, CHAT, FULL, OFFICE, TABLE, House, delivery

from hookline.clock import HOUR, MINUTE
from hookline.errors import QueueRefused
from hookline.gather import CHECK_PUT_MS
from hookline.models import Destination, Message, Wake
from hookline.rows import plain
from hookline.turn import Settled


def test_what_was_held_is_told_in_one_text_when_the_minute_is_over(house: House) -> None:
    house.fill()
    for title, where in (("HighCPU", "web-1"), ("DiskFull", "db-1"), ("HighCPU", "web-2")):
        house.tell(f"🔥 {title} on {where}", title=title, where=where)
    house.wake(after=59)
    assert len(house.texts) == 3
    house.wake(after=1)
    assert house.texts[3:] == [
        "3 more in 1 min: HighCPU x2 (web-1, web-2), DiskFull (db-1).\nLatest: 🔥 HighCPU on web-2"
    ]
    assert house.statuses("🔥 HighCPU on web-1", "🔥 DiskFull on db-1") == ["digested", "digested"]
    [digest] = house.digests()
    assert (digest["status"], digest["because"]) == ("sent", "it was held after 1 min")
    assert house.row("🔥 DiskFull on db-1")["digest"] == digest["id"]
    assert house.state.due_at == 0


def test_what_was_held_alone_is_told_in_its_own_words(house: House) -> None:
    house.fill()
    card = {"image": "https://x.test/a.png", "title": "Graph"}
    house.tell("alone", effect="slam", link_preview=card, reply_to="msg_1", thread="t")
    house.wake(after=60)
    _, content = house.line.taken[-1]
    assert (content["text"], content["effect"], content["reply_to"]) == ("alone", "slam", "msg_1")
    assert content["link_preview"] == {"imageUrl": card["image"], "title": card["title"]}
    assert house.digests()[0]["thread"] == "s t"
    assert house.statuses("alone") == ["digested"]


def test_a_digest_counts_the_time_from_when_the_first_was_accepted(house: House) -> None:
    house.fill()
    house.tell("a", queued_at=NOON - 5 * MINUTE * 1000)
    house.tell("b")
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 6 min: a, b.\nLatest: b"]
    assert house.digests()[0]["because"] == "it was held after 6 min"


def test_what_has_no_title_and_no_time_goes_by_its_first_line_and_when_it_was_looked_at(house: House) -> None:
    house.fill()
    for text in ("a\nand more", "b\nand more"):
        house.tell(text, title="", queued_at=None)
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 1 min: a, b.\nLatest: b\nand more"]


def test_what_comes_while_a_digest_is_on_its_way_is_told_by_the_next(house: House) -> None:
    house.fill()
    house.tell("a")
    house.tell("b")
    house.clock.advance(60)
    house.outbox.wake(Wake(chat=CHAT, due_at=0))
    assert [house.tell(text) for text in ("c", "d")] == ["held", "held"]
    house.clock.advance(5)
    house.work()
    assert house.texts[3:] == ["2 more in 1 min: a, b.\nLatest: b", "2 more in 5 s: c, d.\nLatest: d"]
    assert {*house.statuses("a", "b", "c", "d")} == {"digested"}


def test_a_chat_that_is_woken_twice_is_told_once(house: House) -> None:
    house.fill()
    house.tell("late")
    house.clock.advance(60)
    for _ in range(2):
        house.outbox.wake(Wake(chat=CHAT, due_at=0))
    house.work()
    house.wake()
    assert house.texts[3:] == ["late"]
    assert house.counted["Digests"] == 1


def test_a_digest_that_the_queue_did_not_take_is_put_there_a_minute_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Message) -> None:
        raise QueueRefused("the queue refused a batch")

    house.fill()
    house.tell("late")
    with monkeypatch.context() as patched:
        patched.setattr(house, "forward", refuse)
        with pytest.raises(QueueRefused):
            house.wake(after=60)
    house.wake(after=CHECK_PUT_MS / 1000 - 1)
    assert len(house.texts) == 3
    house.wake(after=1)
    assert house.texts[3:] == ["late"]
    assert len(house.digests()) == 1


def test_parts_that_are_held_stand_for_one_message(house: House) -> None:
    house.fill()
    for n in (1, 2):
        house.tell(f"({n}/2) long", title="Long", first_part=delivery("(1/2) long") if n > 1 else None)
    house.tell("other", title="Other")
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 1 min: Long, Other.\nLatest: other"]
    assert {*house.statuses("(1/2) long", "(2/2) long", "other")} == {"digested"}


def test_parts_of_one_text_that_wait_alone_are_told_one_by_one_in_their_own_words(house: House) -> None:
    house.fill()
    for n in (1, 2):
        house.tell(f"({n}/2) long", title="Long", first_part=delivery("(1/2) long") if n > 1 else None)
    house.wake(after=60)
    assert house.texts[3:] == ["(1/2) long", "(2/2) long"]
    assert house.statuses("(1/2) long", "(2/2) long") == ["digested"] * 2
    assert (house.state.count, house.state.due_at) == (0, 0)


def test_many_are_gathered_and_closed_in_as_many_turns_as_it_takes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookline.chats.Chats.entries.__defaults__", (4,))
    monkeypatch.setattr("hookline.chats.CLOSED_AT_ONCE", 4)
    house.fill()
    held = [f"m{n}" for n in range(10)]
    for text in held:
        house.tell(text, title="Same")
    house.clock.advance(60)
    house.forward(Wake(chat=CHAT, due_at=0))
    for put in (Wake, Wake, Message):
        assert house.take(has_time=lambda: False) == Settled("awake")
        assert [type(record) for record in house.queue] == [put]
    one_page = iter([True, False])
    house.take(has_time=lambda: next(one_page))
    assert house.texts[3:] == ["10 more in 1 min: Same x10.\nLatest: m9"]
    assert house.statuses(*held) == ["digested"] * 4 + ["held"] * 6
    assert house.state.due_at == house.clock()
    assert house.queue == [Wake(chat=CHAT, due_at=house.clock())]
    house.work()
    assert house.statuses(*held) == ["digested"] * 10
    assert house.state.due_at == 0


def test_a_fallback_hears_in_one_text_of_what_was_held_when_somebody_has_to_answer(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.fill()
    for title in ("a", "b"):
        house.tell(title)
    house.line.refusals = [FULL]
    house.wake(after=60)
    assert house.elsewhere == [("chat_b1", "2 more in 1 min for oncall: a, b.\nLatest: b")]
    assert house.tell("c") == "parked"
    house.work()
    house.wake()
    assert house.elsewhere[1:] == [("chat_b1", "c")]
    assert house.statuses("a", "b", "c") == ["held", "held", "parked"]
    assert house.counted["ParkedWithoutFallback"] == 0


def test_a_fallback_hears_in_its_own_words_of_what_was_held_alone_cut_for_its_chat(house: House) -> None:
    house.fallbacks = (Destination(name="watch", id="chat_w1", limit=100),)
    house.fill()
    house.tell("word " * 50)
    house.line.refusals = [FULL]
    house.wake(after=60)
    assert house.elsewhere == [("chat_w1", "word " * 16 + "word… (166 more)")]


def test_what_waited_alone_says_below_its_own_words_who_was_told(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.line.refusals = [FULL]
    house.tell("alone")
    house.work()
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts == ["alone\n1 went to boss." + ASKED]


def test_the_fallbacks_of_its_rule_hear_of_what_was_held_when_somebody_has_to_answer(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.fill()
    for text in ("a", "b"):
        house.tell(text, fallbacks=(OFFICE,))
    house.tell("c", tried=(BOSS.id,))
    house.tell("d")
    house.line.refusals = [FULL]
    house.wake(after=60)
    assert house.elsewhere == [
        (OFFICE.id, "2 more in 1 min for oncall: a, b.\nLatest: b"),
        (BOSS.id, "d"),
    ]
    assert house.state.is_unheard
    house.line.refusals = []
    house.hear(after=60)
    assert house.texts[3:] == ["4 more in 2 min: a, b, c, d.\n2 went to office.\n1 went to boss.\nLatest: d"]


def test_of_what_a_fallback_was_told_already_it_is_not_told_again_when_nobody_answers(house: House) -> None:
    house.fallbacks = (BOSS,)
    house.options(expires="2h")
    house.line.refusals = [FULL]
    for text in ("a", "b"):
        house.tell(text)
    house.work()
    house.wake(after=2 * HOUR)
    assert [text for _, text in house.elsewhere] == ["a", "b"]
    assert house.statuses("a", "b") == ["failed"] * 2


def test_of_what_is_private_nothing_is_left_once_a_digest_told_it(house: House) -> None:
    house.fill()
    for text in ("secret one", "secret two"):
        house.tell(text, private=True)
    house.wake(after=60)
    assert house.texts[3:] == ["2 more in 1 min: secret one, secret two.\nLatest: secret two"]
    rows = [plain(item) for item in house.table.scan(TableName=TABLE)["Items"]]
    assert [row["id"] for row in rows if "secret" in str(row)] == []
