"""Small documents at an address that a sender names: fetched whole and soon, or not at all."""

from collections.abc import Callable
from functools import partial

import httpx

from hookline.errors import Unreachable

MAX_BYTES = 65_536
TIMEOUT_SECONDS = 3.0  # for the connection, and for each part; the sender waits meanwhile


def fetcher() -> Callable[[str], bytes]:
    """Return what fetches by a client of its own."""
    return partial(fetched, httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False))


def fetched(http: httpx.Client, url: str) -> bytes:
    """Return what lies there. Raises Unreachable, also for where it is said to have moved to."""
    try:
        with http.stream("GET", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Unreachable(f"{url} answers {answer.status_code}.")
            return _read(answer)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"{url} can't be fetched: {str(error) or type(error).__name__}.") from error


def _read(answer: httpx.Response) -> bytes:
    body = b""
    for part in answer.iter_raw():
        body += part
        if len(body) > MAX_BYTES:
            raise Unreachable(f"{answer.url} has more than {MAX_BYTES} bytes.")
    return body
