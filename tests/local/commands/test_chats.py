"""The chats of the account, asked of the simulated provider."""

import asyncio
from typing import Any

import httpx
import pytest

from local.commands import chats as module
from local.commands.chats import Chats, ProviderRefused
from local.provider.phone import Phone
from local.provider.simulator import simulator

KEY = "bl_live_test"


def over(app: Any) -> httpx.Client:
    """Return a client for an app of this process."""

    async def ask(request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.request(
                request.method, request.url, headers=request.headers.items(), content=request.content
            )

    def handle(request: httpx.Request) -> httpx.Response:
        answer = asyncio.run(ask(request))
        return httpx.Response(answer.status_code, content=answer.content)

    return httpx.Client(transport=httpx.MockTransport(handle))


def account(*known: str, key: str = KEY) -> Chats:
    return Chats("http://phone/v4/", over(simulator(Phone(known, KEY))), lambda: key)


def test_all_pages_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PER_PAGE", 2)
    names = [f"chat_{n}" for n in range(5)]
    assert [chat["id"] for chat in account(*names).all()] == names


def test_a_provider_that_turns_in_circles_is_left() -> None:
    page = {"data": [{"id": "chat_1"}], "has_more": True, "next_cursor": "again"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=page))
    assert len(list(Chats("http://phone", httpx.Client(transport=transport), lambda: KEY).all())) == 2


def test_a_chat_is_created_once_and_found_then() -> None:
    chats = account()
    (created, is_new), (found, is_new_again) = (chats.open("ch_1", "+15551234567") for _ in range(2))
    assert created["id"] == found["id"]
    assert (is_new, is_new_again) == (True, False)


@pytest.mark.parametrize(("status", "is_new"), [(201, True), (200, False)])
def test_a_chat_that_comes_unwrapped_is_understood(status: int, is_new: bool) -> None:  # noqa: FBT001
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json={"id": "chat_1"}))
    chats = Chats("http://phone", httpx.Client(transport=transport), lambda: KEY)
    assert chats.open("ch_1", "+15551234567") == ({"id": "chat_1"}, is_new)


def test_a_wrong_key_is_a_sentence_that_says_where_the_right_one_belongs() -> None:
    with pytest.raises(ProviderRefused, match=r"401, unauthorized: .*Put the right API key into BLOOIO_API_KEY"):
        list(account(key="nearly").all())


def test_a_key_that_no_header_can_carry_is_not_quoted() -> None:
    with pytest.raises(ProviderRefused, match="can carry") as refused:
        list(account(key="schlüssel").all())
    assert "schlüssel" not in str(refused.value)


def test_a_refusal_has_the_providers_words() -> None:
    with pytest.raises(ProviderRefused, match="422, validation_failed"):
        account().open("", "")
