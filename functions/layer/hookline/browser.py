"""What a browser needs: pages instead of JSON, a way on after a form, leave for the scripts of other sites (CORS)."""

from dataclasses import replace
from http import HTTPStatus

from hookline import page
from hookline.gateway import Answer
from hookline.models import Inbound
from hookline.rules.model import Source

PREFLIGHT_LASTS = 3600  # seconds for which a browser needn't ask again
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_FAILED = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Too large", "Please go back and send less at once, or a smaller file."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Not just now", "Please go back and send it again in a minute."),
}
_NOT_SENT = ("Not sent", "Your message was not sent.")


def suited(answer: Answer, asked: Inbound, source: Source | None) -> Answer:
    """Return the answer so that whoever asks can use it. Its status stays, but for a form with a `redirect`: 303."""
    shown = _shown(answer, asked, source)
    return replace(shown, headers={**shown.headers, **_leave(asked, source)})


def _shown(answer: Answer, asked: Inbound, source: Source | None) -> Answer:
    came_from = asked.headers.get("referer", "")
    if answer.status >= HTTPStatus.BAD_REQUEST:
        title, said = _FAILED.get(HTTPStatus(answer.status), _NOT_SENT)
        detail = (answer.content or {}).get("detail", "")
        return _page(answer, page.failed(title, said, detail, came_from)) if _is_looking(asked) else answer
    if source is None or not _is_form(asked) or _is_script(asked):
        return answer
    if source.redirect:
        return Answer(HTTPStatus.SEE_OTHER, headers={"Location": source.redirect})
    thanks = page.done("Thank you", "Your message has been received.", came_from)
    return _page(answer, thanks) if _is_looking(asked) else answer


def _page(answer: Answer, shown: str) -> Answer:
    return Answer(answer.status, headers={**answer.headers, **page.HEADERS}, page=shown)


def _is_form(asked: Inbound) -> bool:
    media_type = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    return asked.method == "POST" and media_type in _FORMS


def _is_looking(asked: Inbound) -> bool:
    """Return whether a person will see the answer."""
    return "text/html" in asked.headers.get("accept", "").lower() and not _is_script(asked)


def _is_script(asked: Inbound) -> bool:
    """Return whether a page's script asks, which says so itself, or its browser does."""
    accept = asked.headers.get("accept", "").lower()
    says_so = "application/json" in accept and "text/html" not in accept
    return says_so or asked.headers.get("sec-fetch-mode", "navigate") != "navigate"


def _leave(asked: Inbound, source: Source | None) -> dict[str, str]:
    """Return the headers that let a page of a site that the source names read the answer."""
    if source is None or not source.origins:
        return {}
    origin = asked.headers.get("origin", "")
    if origin not in source.origins:
        return {"Vary": "Origin"}
    leave = {"Vary": "Origin", "Access-Control-Allow-Origin": origin}
    if asked.method != "OPTIONS":
        return leave
    return {
        **leave,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": str(PREFLIGHT_LASTS),
    }
