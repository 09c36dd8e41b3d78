"""How bad it is, as far as any JSON tells: the words that senders commonly use."""

from collections.abc import Mapping

from hookline.models import JSON
from hookline.sources.kind import first, words

STATUSES = ("status", "state", "conclusion", "phase")
_SEVERITIES = ("severity", "level", "priority", "urgency", "type")
_CRITICAL = {"critical", "fatal", "emergency", "page", "high", "error", "p1", "crit", "sev1"}
_WARNING = {"warning", "warn", "medium", "p2", "sev2"}
LEVELS = _CRITICAL | _WARNING | {"info", "information", "notice", "low", "normal", "debug", "none"}
_WRONG = {"failing", "failed", "failure", "error", "problem", "unhealthy", "degraded", "offline", "crashed", "timeout"}
_FIRING = {"firing", "alerting", "triggered", "down", "alarm", *_WRONG}
_RESOLVED = {"resolved", "ok", "up", "recovered", "success", "succeeded", "successful", "healthy", "online", "passed"}
_TICKET = {"open": "firing", "closed": "resolved"}


def status(fields: Mapping[str, JSON], outer: Mapping[str, JSON]) -> str:
    """Return firing, resolved or info. Open and closed count at the top alone: deeper, they are a ticket's."""
    said = first(words(fields.get(name)) for name in STATUSES).lower()
    if said in _TICKET:
        return _TICKET[said] if any(words(outer.get(name)).lower() == said for name in STATUSES) else "info"
    return "firing" if said in _FIRING else "resolved" if said in _RESOLVED else "info"


def severity(fields: Mapping[str, JSON], status: str, what: str, *, has_error: bool) -> str:
    """Return how bad the sender says it is; where it doesn't say, what has failed is a warning."""
    told = (words(fields.get(name)).lower() for name in _SEVERITIES)
    if said := next((word for word in told if word in LEVELS), ""):
        return "critical" if said in _CRITICAL else "warning" if said in _WARNING else "info"
    sounds_bad = has_error or status == "firing" or not _WRONG.isdisjoint(what.lower().split())
    return "warning" if sounds_bad and status != "resolved" else "info"


def shows_in_the_icon(name: str, value: JSON) -> bool:
    """Tell whether a field says no more than the icon does: a severity by one of its usual words."""
    return name in _SEVERITIES and words(value).lower() in LEVELS
