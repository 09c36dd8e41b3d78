"""What it takes to hear from a sender: the lines for the rules file, the secret, and what to enter on its side."""

import re
from dataclasses import dataclass

from hookline.rules.auth import AUTH_BLOCKS
from hookline.rules.load import load_text
from hookline.rules.model import Basic, Hmac, Source, Token
from hookline.sources import KINDS, Kind

CHAT = "oncall"
PLACEHOLDER = "https://…/hooks/{source}"  # where no stack is known
_LAST_WORD = {"bearer": "TOKEN", "basic": "LOGIN", "token": "TOKEN", "hmac": "SECRET"}  # of a secret's name
_USUAL = {"form": "contact"}  # a source's name, where it isn't the kind's


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind as the source of a rules file, with the best proof that its sender can give."""

    kind: Kind
    source: str
    chat: str = CHAT

    @property
    def sender(self) -> str:
        """What people call it."""
        return self.kind.sender or self.kind.name

    @property
    def auth(self) -> str:
        """The proof as the rules file has it."""
        way = self.kind.proofs[0]
        if way not in AUTH_BLOCKS:
            return way
        return f"{{{way}: {self.secret or (AUTH_BLOCKS[way].model_fields[way].examples or [''])[0]}}}"

    @property
    def secret(self) -> str | None:
        """The name of the secret."""
        return secret_name(self.source, self.kind.proofs[0])

    @property
    def sources(self) -> str:
        """The entry under `sources:`."""
        return f"{self.source}: {{kind: {self.kind.name}, auth: {self.auth}}}"

    @property
    def yaml(self) -> str:
        """The lines for a rules file that has the chat."""
        rule = f"name: {self.source} to {self.chat}, source: {self.source}, chat: {self.chat}"
        return f"sources:\n  {self.sources}\n\nrules:\n  - {{{rule}}}\n"

    @property
    def as_read(self) -> Source:
        """The source as the functions would read it."""
        chats = f"chats: {{{self.chat}: chat_a1b2c3d4}}\n"
        return load_text((chats + self.yaml).encode(), "the lines for it").sources[self.source]

    def setup(self, address: str) -> str:
        """Return what to enter on the sender's side, where the source has this address."""
        return self.kind.setup.replace("{url}", address)


def recipe(kind: str, chat: str = CHAT) -> Recipe:
    """Return how the kind is usually put into a rules file."""
    return Recipe(KINDS[kind], usual_source(kind), chat)


def usual_source(kind: str) -> str:
    """Return what a source of the kind is usually called."""
    return _USUAL.get(kind, kind)


def secret_name(source: str, way: str) -> str | None:
    """Return the usual name of a source's secret, or None where the proof needs none."""
    if way not in _LAST_WORD:
        return None
    name = f"{re.sub('[^A-Z0-9]', '_', source.upper())}_{_LAST_WORD[way]}"
    return f"_{name}" if name[0].isdigit() else name


def form(source: Source) -> str:
    """Say in which form the source's secret is put into the store."""
    match source.auth:
        case Hmac() as scheme:
            return _SIGNING[scheme.secret_encoding]
        case Token(header=None, query=str(name)):
            return f"a long random text; it comes in the address, as ?{name}=…"
        case Token() as token:
            return f"a long random text; it comes in the header {token.header or 'X-Token'}"
        case Basic():
            return "user:password, with a colon between them"
        case _:
            return "a long random text; it comes in the header Authorization, behind Bearer"


_SIGNING = {
    "text": "the secret that the sender signs with, as it stands there",
    "hex": "the secret that the sender signs with, in hex as it stands there",
    "base64": "the secret that the sender signs with, as it stands there, with or without whsec_",
}
