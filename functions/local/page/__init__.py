"""The page of a run: what came, what became of it, and a phone to see it on."""

from starlette.routing import Route

from local.page.files import files


def page() -> list[Route]:
    """Return the routes of the page; it asks ``/blooio`` of the server that it came from."""
    return files()
