"""The page's own files, and the headers under which nothing else can be loaded or run."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
PAGE = "page.html"
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


def files(folder: Path = STATIC) -> list[Route]:
    """Return a route for each file that is there now, and the page itself at ``/``."""
    parts = sorted(path for path in folder.iterdir() if path.name != PAGE)
    return [Route("/", _served(folder / PAGE)), *(Route(f"/page/{path.name}", _served(path)) for path in parts)]


def _served(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        return FileResponse(path, headers=HEADERS)

    return serve
