"""The one expression language of the rules: MiniJinja, bounded, on JSON data only."""

from typing import Any

from minijinja import Environment, TemplateError

FUEL = 50_000  # instructions a single expression or text may take; a page of template takes a few hundred

__all__ = ["Expressions", "TemplateError"]


def _blank_for_null(value: Any) -> Any:
    """JSON's null is nothing to read aloud; without this it is printed as ``none``."""
    return "" if value is None else value


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
            return error if error.kind in {"SyntaxError", "UnknownFilter", "UnknownTest", "UnknownFunction"} else None
        return None

    def check_text(self, source: str) -> TemplateError | None:
        """Return the syntax error of a text template, or None."""
        try:
            self._environment.add_template("text", source)
        except TemplateError as error:
            return error
        return None

    def value(self, source: str, scope: dict[str, Any]) -> Any:
        """Evaluate an expression. Raises TemplateError."""
        return self._environment.eval_expr(source, **scope)

    def text(self, source: str, scope: dict[str, Any]) -> str:
        """Render a text template. Raises TemplateError."""
        return self._environment.render_str(source, **scope)
