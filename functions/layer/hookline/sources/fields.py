"""The fields of a form: which of them somebody filled in, and how their values read."""

import re
from collections.abc import Iterator

from hookline.models import JSON
from hookline.phone import grouped
from hookline.sources.kind import words

_LONG_LABEL = 40
_LONGEST_NAME = 80  # characters; what is longer is nobody's name for anything that is known here
# What frameworks, robot checks and links put into a form.
_NOISE = re.compile(
    r"g-recaptcha-response(-\d+)?|h-captcha-response|cf-turnstile-response|frc-captcha-\w+|\w*captcha\w*"
    r"|_?csrf\w*|_?xsrf\w*|csrfmiddlewaretoken|authenticity_token|__requestverificationtoken|_token|_method|_wpnonce"
    r"|_wp_http_referer|_wpcf7\w*|utf8|utm_\w+|gclid|fbclid|msclkid|submit",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\w*[ _-])?(?:tele?)?(?:phone|tel|mobile|cell|fax)(?:[ _-]?(?:number|no|nr))?", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<of>shipping|billing|delivery|home|work|mailing)?(?:(?P<zip>zip(?:code)?|post(?:al)?code|plz)"
    r"|(?P<number>house(?:number|no|nr))|(?P<place>city|town|locality|state|province|region|county|country(?:name)?"
    r"|addresslevel[12])|street(?:address)?[123]?|address(?:line)?[123]?)",
)
_MARKS = re.compile(r"[\[\]_.\-\s]+")


def is_noise(name: str) -> bool:
    """Return whether a field is none that somebody fills in."""
    return len(name) <= _LONGEST_NAME and _NOISE.fullmatch(name) is not None


def label(name: str) -> str:
    """Return what stands before a field's value: ``contact[first_name]`` is ``Contact first name: ``."""
    spaced = words(_MARKS.sub(" ", name), _LONG_LABEL)
    return f"{spaced[:1].upper()}{spaced[1:]}: " if spaced else ""


def shown(name: str, value: JSON) -> str:
    """Return a field's value as people write it: an address in one line, a telephone number in groups."""
    if value == "on":
        return "yes"  # what a browser sends for a box that is ticked
    if isinstance(value, dict) and "filename" not in value:
        return shown(name, [say(inner) for inner in value.values()])
    if isinstance(value, str):
        parts = filter(None, (line.strip(" \t\r,") for line in value.split("\n")))
        is_phone = len(name) <= _LONGEST_NAME and _PHONE.fullmatch(name)
        return grouped(value.strip()) if is_phone else (", " if _part(name) else " ").join(parts)
    return say(value)


def say(value: JSON) -> str:
    """Return a field's value as a line; of a file its name, type and size, of several values all."""
    if isinstance(value, dict) and "filename" in value:
        about = ", ".join(filter(None, [words(value.get("content_type")), _size(value.get("size"))]))
        return f"{words(value['filename'])} ({about})" if about else words(value["filename"])
    if isinstance(value, list):
        return ", ".join(filter(None, map(say, value)))
    return words(value)


def addressed(fields: dict[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """Give the fields in their order, those of one address that follow each other as one."""
    run: list[tuple[str, str, re.Match[str]]] = []
    for name, value in fields.items():
        part = _part(name) if isinstance(value, str) else None
        if run and (part is None or part["of"] != run[0][2]["of"]):
            yield _address(run)
            run = []
        if part is None:
            yield name, value
        elif value.strip():
            run.append((name, value, part))
    if run:
        yield _address(run)


def _address(run: list[tuple[str, str, re.Match[str]]]) -> tuple[str, str]:
    if len(run) == 1:
        return run[0][:2]
    line = ""
    before: re.Match[str] | None = None
    for _, value, part in run:
        is_close = before and (part["number"] or (part["place"] and before["zip"]) or (part["zip"] and before["place"]))
        line += (" " if is_close else ", " if line else "") + shown("address", value)
        before = part
    of = run[0][2]["of"]
    return (f"{of} address" if of else "address"), line


def _part(name: str) -> re.Match[str] | None:
    """Return which part of an address a field is, if it is one."""
    return _ADDRESS.fullmatch(_MARKS.sub("", name).lower()) if len(name) <= _LONGEST_NAME else None


def _size(value: JSON) -> str:
    if not isinstance(value, int):
        return ""
    kilobyte, size = 1024, float(value)
    for unit in ("bytes", "KB"):
        if size < kilobyte:
            return "1 byte" if value == 1 else f"{size:.0f} {unit}"
        size /= kilobyte
    return f"{size:.1f} MB"
