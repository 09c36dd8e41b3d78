"""The phone page: plain files, and headers under which nothing else can be loaded or run."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

HERE = Path(__file__).parent / "static"
FILES = {"/": "phone.html", "/phone.css": "phone.css", "/phone.js": "phone.js"}
# The icon is a data: URL; everything else comes from this server, and nothing inline is run.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page() -> list[Route]:
    """Return the routes of the page; it asks ``/blooio`` of the server that it came from."""
    return [Route(path, _served(name)) for path, name in FILES.items()]


def _served(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        return FileResponse(HERE / name, headers=HEADERS)

    return serve
