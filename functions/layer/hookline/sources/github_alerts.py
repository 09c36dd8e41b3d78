"""What GitHub finds in a repository: dependencies that are vulnerable, secrets, weak code."""

from hookline.models import Event
from hookline.sources.github_words import Payload, said_of, where, who
from hookline.sources.kind import at, link, mapping, words
from hookline.sources.tell import tell

_GRAVE = {"critical": "critical", "high": "critical", "error": "critical", "medium": "warning", "moderate": "warning",
          "warning": "warning"}  # fmt: skip
_OVER = {"fixed", "dismissed", "auto_dismissed", "closed_by_user", "resolved"}


def alert(payload: Payload, found: Payload) -> Event:
    """Tell of what was found, and of a secret never what it is."""
    if found.get("secret_type") is not None:
        event, grave = "secret_scanning_alert", "critical"
        title = f"{words(found.get('secret_type_display_name') or found['secret_type'], 80)} in the code of"
        more = "Revoke it: whoever reads the code has it."
    elif isinstance(found.get("rule"), dict):
        event, rule = "code_scanning_alert", mapping(found["rule"])
        grave = words(rule.get("security_severity_level") or rule.get("severity")).lower()
        title = words(rule.get("description") or rule.get("name"), 100) or "Weak code"
        title += " in"
        more = words(at(found, "most_recent_instance", "location", "path"), 150)
    else:
        event, advice = "dependabot_alert", mapping(found.get("security_advisory"))
        grave = words(advice.get("severity")).lower()
        title = f"Vulnerable dependency {words(at(found, 'dependency', 'package', 'name'), 80)} in"
        fix = words(at(found, "security_vulnerability", "first_patched_version", "identifier"), 60)
        more = "\n".join(filter(None, [words(advice.get("summary"), 200), f"fixed in {fix}" if fix else ""]))
    action = words(payload.get("action"), 60)
    is_over = action in _OVER or words(found.get("state")) in _OVER
    severity = "info" if is_over else _GRAVE.get(grave, "info")
    done = f"{(action or 'resolved').replace('_', ' ')} by {who(payload)}"
    return tell(
        f"{title} {where(payload)}",
        done if is_over else more,
        f"{grave} severity" if grave and not is_over else "",
        url=link(found.get("html_url")),
        status="resolved" if is_over else "firing",
        severity=severity,
        icon="ℹ️" if severity == "info" and not is_over else "",
        thread=f"{where(payload)} {event} {words(found.get('number'), 20)}",
        fields=said_of(event, payload, severity=grave),
    )
