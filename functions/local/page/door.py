"""Who may ask for what the page knows, or have something done: the page itself, and no other in the same browser."""

import ipaddress
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

MOST_BYTES = 4 * 1024 * 1024  # of one request: rules and a body, with room for how JSON writes them
JSON_TYPE = "application/json"

Asked = TypeVar("Asked", bound=BaseModel)


class Turned(Exception):
    """A request that gets a sentence instead, and ``more`` under names of its own."""

    def __init__(self, status: HTTPStatus, sentence: str, **more: Any) -> None:
        self.status = status
        self.more = more
        super().__init__(sentence)


class Door:
    """``host`` is what the run was told to listen on, ``url`` where it is."""

    def __init__(self, host: str, url: str) -> None:
        self._host = host.lower()
        self._url = url

    def let_in(self, request: Request) -> None:
        """Raise Turned where the browser knows this machine by a name that anybody may have given it."""
        name = _name(request.headers.get("host", ""))
        if name not in {"localhost", self._host} and not _is_address(name):
            sentence = f"The page isn't told anything under this name; open {self._url}/, or start with HOST={name}."
            raise Turned(HTTPStatus.FORBIDDEN, sentence)

    def let_through(self, request: Request) -> None:
        """Raise Turned also where another site's page asks; programs, which are of no page, are let through."""
        self.let_in(request)
        if "origin" in request.headers and not _is_of_the_page(request):
            raise Turned(HTTPStatus.FORBIDDEN, f"Pages of other sites may not ask for this; open {self._url}/.")

    async def taken(self, request: Request, kind: type[Asked]) -> Asked:
        """Return what the page asks for. Raises Turned for what another asks, or what can't be understood."""
        self.let_in(request)
        if not _is_of_the_page(request):
            raise Turned(HTTPStatus.FORBIDDEN, f"Only the page itself may ask for this; open {self._url}/.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
            raise Turned(HTTPStatus.FORBIDDEN, f"This is asked for with a body of type {JSON_TYPE}.")
        try:
            return kind.model_validate_json(await _body(request))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, wrong["loc"])) or "the body"
            sentence = f"What is asked for can't be read: {where}: {wrong['msg']}."
            raise Turned(HTTPStatus.BAD_REQUEST, sentence) from error


def _is_of_the_page(request: Request) -> bool:
    """A browser says with each POST which page it is of; what is no browser can say what it likes, and harms nobody."""
    origin, host = request.headers.get("origin", "").lower(), request.headers.get("host", "").lower()
    return bool(host) and origin in {f"http://{host}", f"https://{host}"}


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Turned(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"What is asked for has more than {MOST_BYTES:,} bytes.")
    return bytes(body)


def _name(host: str) -> str:
    """Return a Host header without its port, and without the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
