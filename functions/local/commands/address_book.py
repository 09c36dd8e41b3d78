"""Prints the account's chats, and makes the rules file's line for one."""

import re
from dataclasses import dataclass
from itertools import islice

import httpx
import yaml
from rich.table import Column, Table
from rich.text import Text

from hookline.errors import RulesError
from local.commands.chats import Chat, Chats
from local.commands.errors import Wrong
from local.commands.lines import MISSING, ROOMY
from local.commands.printable import printable
from local.commands.progress import underway
from local.commands.stack import Stack
from local.commands.terminal import console, say, say_json

_COLUMNS = ("chat", "name", "person", "state", "channel", "type")
TIMEOUT_SECONDS = 15.0
_SEPARATORS = re.compile(r"[\s().-]")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


@dataclass(frozen=True)
class AddressBook:
    chats: Chats
    names: dict[str, str]  # by id
    as_json: bool

    @classmethod
    def of(cls, place: Stack, *, as_json: bool) -> "AddressBook":
        chats = Chats(place.blooio_base_url, httpx.Client(timeout=TIMEOUT_SECONDS), place.api_key)
        try:
            names = {chat.id: name for name, chat in place.rules().chats.items()}
        except RulesError:
            names = {}  # whoever is about to write them may ask, too
        return cls(chats, names, as_json)

    def show(self, limit: int | None) -> None:
        """Print the chats, or the first so many. Raises like ``Chats``."""
        with self.chats.http, underway("Asking Blooio for chats", is_shown=not self.as_json) as progress:
            found = []
            for chat in islice(self.chats.all(), limit):
                found.append(chat)
                progress.advance()
        if self.as_json:
            say_json([{**chat, "name": self.names.get(chat["id"])} for chat in found])
            return
        shown = console()
        # A narrow terminal has no room for what is of least use; whoever wants all says --json.
        names = _COLUMNS if shown.width >= ROOMY else _COLUMNS[:-1]
        table = Table(*(Column(name, no_wrap=True) for name in names), box=None, pad_edge=False, header_style="dim")
        for chat in found:
            table.add_row(*map(Text, self._cells(chat)[: len(names)]))
        shown.print(table)

    def _cells(self, chat: Chat) -> list[str]:
        person = chat.get("identity_id") or chat.get("contact_id") or chat.get("group_id")
        told = [person, *(chat.get(name) for name in ("state", "channel_id", "channel_type"))]
        return [printable(str(cell or MISSING)) for cell in (chat["id"], self.names.get(chat["id"]), *told)]

    def add(self, name: str, person: str, channel: str) -> None:
        """Print the line for the chat with that person. Raises like ``Chats``, Wrong for what is no phone number."""
        identifier = person if "@" in person else _SEPARATORS.sub("", person)
        if "@" not in identifier and not _PHONE.fullmatch(identifier):
            raise Wrong(
                f"{person} is no phone number in international form, as in +15551234567, nor an e-mail address."
            )
        with self.chats.http:
            chat, is_new = self.chats.open(channel, identifier)
        if self.as_json:
            say_json({"name": name, "id": chat["id"], "created": is_new})
        else:
            entry = yaml.safe_dump({name: chat["id"]}, allow_unicode=True).strip()
            say(f"  {entry}   # {'created' if is_new else 'found'}; this line belongs under `chats:`")
