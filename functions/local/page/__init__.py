"""The page of a run: what came, what became of it, the rules that did it, and a phone to see it on."""

from starlette.routing import Route

from local.page.desk import Desk, Where
from local.page.files import files
from local.page.routes import routes

__all__ = ["Desk", "Where", "page"]


def page(desk: Desk | None = None) -> list[Route]:
    """Return the routes of the page; without a desk its files alone, which ask ``/blooio`` of their server."""
    return files() if desk is None else routes(desk)
