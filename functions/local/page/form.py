"""A contact form as a site might have it, to be sent by a browser: plain HTML that needs no script."""

from html import escape
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from hookline.rules.model import Rules, Source

KIND = "form"
_FIELDS = """\
<p>It posts to <code>/hooks/{name}</code>, as one on your own site would.</p>
<form action="/hooks/{name}" method="post">
<p><label>Name<br><input name="name" autocomplete="name" required></label></p>
<p><label>E-mail<br><input name="email" type="email" autocomplete="email" required></label></p>
<p><label>Message<br><textarea name="message" rows="6" cols="40" required></textarea></label></p>
<p><button>Send</button></p>
</form>
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Contact form</title>
<link rel="stylesheet" href="/page/form.css">
</head>
<body>
<main>
<h1>Contact form</h1>
{content}<p><a href="/">Back to the phone</a></p>
</main>
</body>
</html>
"""
_NONE = "The rules that run have no source of <code>kind: form</code>, so there is nothing to fill in."
_LIVE = "<p><strong>LIVE=1: whoever gets these texts is really texted.</strong></p>\n"


def form(rules: Rules, *, live: bool) -> Response:
    """Return the page with a form for the first source that a browser may post to from here."""
    forms = {name: source for name, source in rules.sources.items() if source.kind == KIND}
    name = next((name for name, source in forms.items() if not _hindrance(source)), None)
    if name is not None:
        return _page((_LIVE if live else "") + _FIELDS.format(name=escape(name)), forms[name])
    hindered = (f"<code>/hooks/{escape(name)}</code> {_hindrance(source)}" for name, source in forms.items())
    return _page(f"<p>{next(hindered, _NONE)}</p>\n")


def _hindrance(source: Source) -> str:
    """Return why a browser can't post to it from this page, or nothing."""
    if source.auth != "none":
        return "wants a proof that no page for everybody can carry; the page's own button sends one."
    if source.origins:
        sites = escape(", ".join(source.origins))
        return f"takes forms from pages of {sites} only, and this isn't one; the page's own button sends one."
    return ""


def _page(content: str, source: Source | None = None) -> Response:
    # A browser also asks whether the form may lead to where its answer sends it.
    goes_on = f" {_site(source.redirect)}" if source and source.redirect else ""
    policy = (
        f"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'{goes_on}; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_PAGE.format(content=content), headers=headers)


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
