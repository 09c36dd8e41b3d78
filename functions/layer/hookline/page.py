"""A page for whoever has posted a form: whole in itself, as small as a phone, light or dark as the reader likes it."""

from html import escape
from urllib.parse import urlsplit

_LONGEST_ADDRESS = 2000  # characters
# Nothing of the page comes from elsewhere, and nothing in it runs.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_DONE, _FAILED = "M5 12.5l4.5 4.5L19 7.5", "M12 6.5v7M12 17.2v.3"
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #17191c; --quiet: #5b6470; --mark: {mark}; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #121417; --card: #1d2126; --text: #eceef1; --quiet: #a3acb8; --mark: {mark_in_the_dark}; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 16px;
  background: var(--page); color: var(--text); font: 17px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }}
main {{ width: 100%; max-width: 26rem; padding: 40px 24px; border-radius: 20px; background: var(--card);
  text-align: center; overflow-wrap: anywhere; box-shadow: 0 1px 2px #0001, 0 12px 32px #0001; }}
svg {{ width: 56px; height: 56px; padding: 10px; border-radius: 50%; color: #fff; background: var(--mark); }}
h1 {{ margin: 20px 0 8px; font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.01em; }}
p {{ margin: 0; color: var(--quiet); text-wrap: balance; }}
small {{ display: block; margin-top: 12px; }}
a {{ display: inline-block; margin-top: 24px; padding: 10px 20px; border: 1px solid currentcolor; border-radius: 22px;
  color: inherit; text-decoration: none; }}
a:hover, a:focus-visible {{ text-decoration: underline; }}
</style>
</head>
<body>
<main role="{role}">
<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"
  stroke-linejoin="round" aria-hidden="true"><path d="{drawn}"/></svg>
<h1>{title}</h1>
<p>{said}{detail}</p>
{back}</main>
</body>
</html>
"""


def done(title: str, said: str, came_from: str = "") -> str:
    """Return a page that says what went well, with a way back to the address, if it is one."""
    return _page(title, said, "", came_from, is_done=True)


def failed(title: str, said: str, detail: str, came_from: str = "") -> str:
    """Return a page that says what didn't, and in small letters why."""
    return _page(title, said, detail, came_from, is_done=False)


def _page(title: str, said: str, detail: str, came_from: str, *, is_done: bool) -> str:
    return _PAGE.format(
        title=escape(title),
        said=escape(said),
        detail=f"<small>{escape(detail)}</small>" if detail else "",
        back=_way_back(came_from),
        role="status" if is_done else "alert",
        drawn=_DONE if is_done else _FAILED,
        mark="#1a7f4b" if is_done else "#b4501e",
        mark_in_the_dark="#2c9d63" if is_done else "#c9652f",
    )


def _way_back(address: str) -> str:
    """Return a link to the page that somebody came from; a browser tells of another site no more than its name."""
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.scheme in {"http", "https"} and len(address) <= _LONGEST_ADDRESS else None
    except ValueError:
        host = None
    return f'<a href="{escape(address)}">Back to {escape(host)}</a>\n' if host else ""
