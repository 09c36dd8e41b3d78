"""Lets the simulated provider know the chats of rules that were pushed while it ran."""

from botocore.exceptions import BotoCoreError, ClientError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from hookline.errors import RulesError
from hookline.rules.load import load_text
from local.commands.errors import No
from local.commands.versions import Versions
from local.provider.phone import Phone


class Acquainted:
    """Looks, before anything is sent, which version of the rules runs."""

    def __init__(self, provider: ASGIApp, phone: Phone, versions: Versions) -> None:
        self._provider = provider
        self._phone = phone
        self._versions = versions
        self._seen = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "POST":
            await run_in_threadpool(self.look)
        await self._provider(scope, receive, send)

    def look(self) -> None:
        """Make the chats of the version that runs known; of one that can't run there are none."""
        try:
            version = self._versions.current()
            if version != self._seen:
                rules = load_text(self._versions.text(version), f"version {version}")
                self._phone.know(chat.id for chat in rules.chats.values())
                self._seen = version
        except (No, RulesError, ValueError, BotoCoreError, ClientError):
            return
