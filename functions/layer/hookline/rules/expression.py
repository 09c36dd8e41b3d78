"""The one expression language of the rules: MiniJinja, bounded, on JSON data that it can't change."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cached_property
from itertools import count
from operator import attrgetter
from typing import Any

from minijinja import Environment, TemplateError

from hookline import clock
from hookline.rules.filters import FILTERS, IN_PLACE_OF_OTHERS, at
from hookline.rules.template import slips, words
from hookline.rules.template.budget import Budget, Exhausted
from hookline.rules.template.data import Array, Object, frozen
from hookline.rules.template.page import Fault, Page, Read
from hookline.rules.template.reader import MAX_TOKENS, begun, read_expression, read_text

FUEL = 50_000  # instructions of one evaluation; a page of template takes a few hundred
MARK = "⚠"  # stands in a text for what could not be written
MAX_KEPT = 2_000  # templates whose bounded form is kept
_MOST_REPAIRS = 10  # outputs of one text that may fail
_OURS = {**IN_PLACE_OF_OTHERS, **FILTERS}
# MiniJinja's own that no bound holds; the reader lets none of them through, and `map` could still name a filter.
_FILTERS_REMOVED = ("batch", "chain", "pprint", "slice", "zip")
_OUT_OF_FUEL = "OutOfFuel"
_IN = re.compile(r" \(in <[^>]*>:[0-9]+\)$")  # where in what was made of the template, which nobody wrote
_END = "end of variable block"  # MiniJinja's word for where an expression ends
_FUNCTIONS_REMOVED = ("debug", "dict", "namespace", "range")

__all__ = ["Expressions", "Fault", "TemplateError", "is_limit"]


class Expressions:
    """Evaluates what the rules contain. An undefined name is false and empty, however deep.

    ``templates`` are those that may be included, by their names. Safe to use from several threads.
    """

    def __init__(self, templates: Mapping[str, str] | None = None) -> None:
        self._shared = dict(templates or {})
        self._budget = Budget()
        self._texts: dict[str, str] = {}
        self._expressions: dict[str, str] = {}
        self._pages: dict[tuple[str, bool], Page] = {}  # of templates that are asked about
        self._ladders: dict[tuple[str, ...], str] = {}
        self._numbers = count()

    @cached_property
    def _environment(self) -> Environment:
        budget = self._budget
        bounds: dict[str, Callable[..., Any]] = {
            words.ADD: budget.add,
            words.CONCATENATE: budget.concatenate,
            words.MULTIPLY: budget.multiply,
            words.LIST: budget.listed,
            words.MAP: budget.mapped,
            words.RANGE: budget.range,
            words.TICK: budget.tick,
            words.HERE: budget.here,
            words.SPEND: budget.spend,
            words.ORDERED: budget.ordered,
        }
        of_ours = {name: budget.measured(made) for name, made in _OURS.items()}
        environment = Environment(
            loader=self._load,
            filters={words.SPEND: budget.spend, words.DEFAULT: budget.default, **of_ours},
            tests={words.IN: budget.contained, "divisibleby": _is_divisible},
            globals=bounds,
            undefined_behavior="chainable",
            fuel=FUEL,
            debug=False,
            finalizer=budget.output,
            auto_escape_callback=lambda _: False,  # texts are not HTML
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in _FILTERS_REMOVED:
            environment.remove_filter(name)
        for name in _FUNCTIONS_REMOVED:
            environment.remove_global(name)
        return environment

    @contextmanager
    def of_event(self) -> Iterator[None]:
        """Bound what all evaluations of one event take together; those that find nothing left fail."""
        self._budget.begin_event()
        try:
            yield
        finally:
            self._budget.end_event()

    def value(self, source: str, scope: dict[str, Any]) -> Any:
        """Evaluate an expression. Raises TemplateError."""
        bounded = self._kept(self._expressions, source, read_expression)
        with self._evaluation(scope):
            found = self._environment.eval_expr(bounded, **_frozen(scope))
        return None if callable(found) else found

    def first(self, sources: tuple[str, ...], scope: dict[str, Any]) -> int | None:
        """Return the place of the first expression that is true. Raises TemplateError when one before it fails.

        One template works them out, within one budget: in a fifth of the time that `value` takes for each of them.
        """
        name = self._ladder(sources)
        with self._evaluation(scope):
            said = self._environment.render_template(name, **_frozen(scope))
        return int(said) if said else None

    def text(self, source: str, scope: dict[str, Any]) -> str:
        """Render a text template. Raises TemplateError."""
        bounded = self._kept(self._texts, source, read_text)
        with self._evaluation(scope):
            return self._environment.render_str(bounded, **_frozen(scope))

    def lenient(self, source: str, scope: dict[str, Any]) -> str:
        """Render a text with a mark for each output that fails; raise TemplateError when more than that does."""
        page = read_text(source, _OURS, is_careful=True)
        _refuse(page)
        given, repaired = _frozen(scope), page.bounded
        for n in range(_MOST_REPAIRS):
            try:
                with self._evaluation(scope, begins=n == 0):
                    return self._environment.render_str(repaired, **given)
            except TemplateError as error:
                failed = f"{words.HERE}({self._budget.reached}) or ("
                if is_limit(error) or failed not in repaired:
                    raise
                # What the output says is still read, but no longer worked out.
                repaired = repaired.replace(failed, f"'{MARK}' or (", 1)
        raise TemplateError("too much of it fails")

    def faults(self, source: str, *, is_text: bool) -> list[Fault]:
        """Return what is wrong with a template whatever the event."""
        if not is_text and (slip := slips.before_reading(source)):
            return [Fault(*slip)]
        page = self._page(source, is_text=is_text)
        # The engine's own words are better, but its parser crashes on what is long enough.
        if page.is_readable or len(source) <= MAX_TOKENS:
            if fault := self._syntax(source, is_text=is_text):
                return [fault]
            if not page.complaints and (fault := self._syntax(page.bounded, is_text=is_text)):
                return [Fault(0, fault.sentence)]
        unknown = [
            Fault(read.at, _unknown_template(read.path[0], self._shared))
            for read in page.includes
            if read.path[0] not in self._shared
        ]
        return sorted([*page.complaints, *unknown, *self._miscalled(page)], key=attrgetter("at"))

    def includes(self, name: str) -> list[str]:
        """Return the names of the shared templates that this one includes or imports."""
        return self.included(self._shared[name])

    def included(self, source: str) -> list[str]:
        """Return the same of any text."""
        return [read.path[0] for read in self._page(source, is_text=True).includes]

    def given(self, source: str) -> set[str]:
        """Return the names that a text gives to things itself, which what it includes may look up, too."""
        return self._page(source, is_text=True).bound

    def _miscalled(self, page: Page) -> Iterator[Fault]:
        """Give what a filter of ours says of arguments that are wrong for any value."""
        for call in page.calls:
            if made := FILTERS.get(call.name):
                try:
                    made(None, *map(self._environment.eval_expr, call.arguments))
                except (ValueError, TypeError) as error:
                    yield Fault(call.at, str(error))

    def reads(self, source: str, *, is_text: bool) -> list[Read]:
        """Return what a template looks up in the scope, in its order; without the names that it gives itself."""
        page = self._page(source, is_text=is_text)
        return [read for read in page.reads if read.path[0] not in page.bound]

    def _page(self, source: str, *, is_text: bool) -> Page:
        if (source, is_text) not in self._pages:
            self._pages[source, is_text] = (read_text if is_text else read_expression)(source, _OURS)
        return self._pages[source, is_text]

    def _syntax(self, source: str, *, is_text: bool) -> Fault | None:
        """Return what MiniJinja itself finds wrong, in its words."""
        written = source if is_text else f"{{{{{source}}}}}"
        try:
            self._environment.undeclared_variables_in_str(written)
        except UnicodeEncodeError:
            return None
        except TemplateError as error:
            in_bytes = error.range[0] if error.range else 0
            at = len(written.encode()[:in_bytes].decode(errors="ignore")) - (0 if is_text else len("{{"))
            said = (error.detail or error.message).replace(_END, "`}}`" if is_text else "end of input")
            hint = "; `==` compares" if "unexpected `=`" in said else ""
            meant = slips.of_text if is_text else slips.of_expression
            return Fault(*meant(source, max(0, min(at, len(source))), said + hint))
        return None

    def _kept(self, kept: dict[str, str], source: str, read: Callable[..., Page]) -> str:
        """Return the bounded form of a template. Raises TemplateError when it may not be used."""
        if source not in kept:
            page = read(source, _OURS)
            _refuse(page)
            if len(kept) >= MAX_KEPT:
                kept.clear()
            kept[source] = page.bounded
        return kept[source]

    def _ladder(self, sources: tuple[str, ...]) -> str:
        """Return the name of the template that writes the place of the first of these that is true."""
        if sources not in self._ladders:
            steps = [f"({self._kept(self._expressions, source, read_expression)})" for source in sources]
            whole = "".join(f"{{% elif {step} %}}{n}" for n, step in enumerate(steps))
            name = f"first {next(self._numbers)}"  # no shared template has a blank in its name
            self._environment.add_template(name, f"{{% if false %}}{whole}{{% endif %}}")
            if len(self._ladders) >= MAX_KEPT:
                for old in self._ladders.values():
                    self._environment.remove_template(old)
                self._ladders = {}
            self._ladders[sources] = name
        return self._ladders[sources]

    def _load(self, name: str) -> str | None:
        """Give MiniJinja a shared template."""
        if name not in self._shared:
            return None
        source = self._shared[name]
        return begun(len(source)) + self._kept(self._texts, source, read_text)

    @contextmanager
    def _evaluation(self, scope: Mapping[str, Any], *, begins: bool = True) -> Iterator[None]:
        """Begin a budget; what a filter raises comes through as itself: make it a TemplateError."""
        (self._budget.begin if begins else self._budget.again)()
        try:
            now = clock.read(scope.get("now"))
            with at(now) if now else nullcontext():
                yield
        except Exception as error:
            raise TemplateError(_said(error)) from error


def is_limit(error: TemplateError) -> bool:
    """Return whether the template failed for what it would use up."""
    cause = error.__cause__
    if isinstance(cause, TemplateError):
        return cause.kind == _OUT_OF_FUEL
    return isinstance(cause, Exhausted | MemoryError)


def _said(error: Exception) -> str:
    """Return why an evaluation failed, for a person who never heard of the engine."""
    if not isinstance(error, TemplateError):
        return str(error) or type(error).__name__
    if error.kind == _OUT_OF_FUEL:
        return "it takes too many steps"
    return error.detail or _IN.sub("", error.message)


def _is_divisible(value: Any, by: Any) -> bool:
    """MiniJinja's own test panics where there is nothing to divide by."""
    are_whole = all(isinstance(number, int | float) and number % 1 == 0 for number in (value, by))
    return are_whole and by != 0 and value % by == 0


def _frozen(scope: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, Object | Array) else frozen(value) for name, value in scope.items()}


def _refuse(page: Page) -> None:
    if page.complaints:
        raise TemplateError(page.complaints[0].sentence)


def _unknown_template(name: str, known: Mapping[str, str]) -> str:
    return f"unknown template '{name}'; " + (f"there are {', '.join(known)}" if known else "`templates` has none")
