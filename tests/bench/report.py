"""The table of the benchmark: each ratio beside its target and the last one, with what it was taken from."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Column, Table
from tests.bench.figures import Figure
from tests.bench.targets import Target

COLUMNS = ("what", "ratio (middle half)", "target", "met?", "last time", "raw")
MET, MISSED, NOTHING = "met", "missed", "–"
_DIGITS, _ALL_DIGITS = 2, 5
_MISSED_STYLE = "bold red"
Figures, Targets = Mapping[str, Figure], Mapping[str, Target]


def table(figures: Sequence[Figure], last: Figures, targets: Targets) -> Table:
    """Return a row for each; the raw figures that the row above has, too, are there only."""
    columns = (Column(name, no_wrap=name in {"what", "met?"}) for name in COLUMNS)
    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    above: Mapping[str, float] = {}
    for figure in figures:
        target = targets.get(figure.what)
        row = cells(figure, last.get(figure.what), target, is_raw_shown=figure.raw != above)
        made.add_row(*row, style=_MISSED_STYLE if verdict(figure, target) == MISSED else None)
        above = figure.raw
    return made


def show(console: Console, figures: Sequence[Figure], last: Figures, targets: Targets) -> None:
    """Print the table, and below it which targets were met."""
    console.print(table(figures, last, targets))
    console.print(f"\n{summary(figures, targets)}", soft_wrap=True)


def cells(figure: Figure, last: Figure | None, target: Target | None, *, is_raw_shown: bool = True) -> tuple[str, ...]:
    """Return a row of the table."""
    beside = (str(target or ""), verdict(figure, target), _value(last) if last else NOTHING)
    shown = figure.note or (raw(figure) if is_raw_shown else "")
    return figure.what, _value(figure, target) + _middle(figure), *beside, shown


def verdict(figure: Figure, target: Target | None) -> str:
    """Return what to say of it, which is nothing where there is no target or no value."""
    if target is None or figure.value is None:
        return ""
    return MET if target.is_met(figure.value) else MISSED


def raw(figure: Figure) -> str:
    """Return whose figures it was taken from, in the order in which they are compared."""
    listed = ", ".join(f"{name} {number:,.4g}" for name, number in figure.raw.items())
    return f"{listed} {figure.raw_unit}".strip() if listed else ""


def summary(figures: Sequence[Figure], targets: Targets) -> str:
    """Return in one sentence which targets were met and which were missed, and how many nobody has measured."""
    judged = [(figure, said) for figure in figures if (said := verdict(figure, targets.get(figure.what)))]
    missed = [figure for figure, said in judged if said == MISSED]
    unmeasured = len(targets) - len(judged)
    beside = f", {unmeasured} not measured" if unmeasured else ""
    named = "; ".join(f"{one.what} ({_value(one, targets[one.what])}, {targets[one.what]})" for one in missed)
    counted = f"{len(judged) - len(missed)} met{beside}, {len(missed)} missed"
    return f"Of {len(targets)} targets {counted}{f': {named}' if named else ''}."


def _value(figure: Figure, target: Target | None = None) -> str:
    """Return the value in as many digits as show on which side of its target it is."""
    if figure.value is None:
        return NOTHING
    if figure.unit:
        return f"{figure.value:,.4g} {figure.unit}"
    is_plain = target is None or target.is_met(round(figure.value, _DIGITS)) == target.is_met(figure.value)
    return f"{figure.value:.{_DIGITS if is_plain else _ALL_DIGITS}f}"


def _middle(figure: Figure) -> str:
    if figure.middle is None:
        return ""
    low, high = (f"{bound:,.4g}" if figure.unit else f"{bound:.{_DIGITS}f}" for bound in figure.middle)
    return f" ({low} to {high})"
