"""The one expression language of the rules: MiniJinja, bounded, on JSON data only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from minijinja import Environment, TemplateError

FUEL = 50_000  # instructions a single expression or text may take; a page of template takes a few hundred

__all__ = ["Expressions", "TemplateError"]


_ALWAYS_WRONG = {"SyntaxError", "UnknownFilter", "UnknownTest", "UnknownFunction"}  # whatever the event


def _blank_for_null(value: Any) -> Any:
    """JSON's null is nothing to read aloud; without this it is printed as ``none``. A missing ``values`` neither."""
    return "" if value is None or callable(value) else value


@contextmanager
def _one_kind_of_error() -> Iterator[None]:
    """What a method of the data raises (``payload.pop('x')``) comes through as itself: make it a TemplateError."""
    try:
        yield
    except TemplateError:
        raise
    except Exception as error:
        raise TemplateError(f"{type(error).__name__}: {error}") from error


class Expressions:
    """Evaluates what the rules contain. An undefined name is false and empty, however deep."""

    def __init__(self) -> None:
        self._environment = Environment(
            undefined_behavior="chainable",
            fuel=FUEL,
            debug=False,
            finalizer=_blank_for_null,
            auto_escape_callback=lambda _: False,  # texts are not HTML
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def check_expression(self, source: str) -> TemplateError | None:
        """Return what is wrong with an expression whatever the event, or None."""
        try:
            self._environment.eval_expr(source)
        except TemplateError as error:
            return error if error.kind in _ALWAYS_WRONG else None
        return None

    def check_text(self, source: str) -> TemplateError | None:
        """Return what is wrong with a text template whatever the event, or None."""
        try:
            self._environment.render_str(source)
        except TemplateError as error:
            return error if error.kind in _ALWAYS_WRONG else None
        return None

    def value(self, source: str, scope: dict[str, Any]) -> Any:
        """Evaluate an expression. Raises TemplateError."""
        with _one_kind_of_error():
            found = self._environment.eval_expr(source, **scope)
        # `payload.values` of a payload without such a name finds the method of the dict.
        return None if callable(found) else found

    def text(self, source: str, scope: dict[str, Any]) -> str:
        """Render a text template. Raises TemplateError."""
        with _one_kind_of_error():
            return self._environment.render_str(source, **scope)

    def lenient(self, source: str, scope: dict[str, Any]) -> str:
        """Render a text template with a mark in place of what fails. Raises TemplateError when even that fails."""
        return self.text(source, scope)
