"""What is deployed, beside the least that any version of it would have to do and beside how most would write it.

The floor imports the same libraries and makes the same requests, and nothing else; the plain artifact does the same job
on common libraries. Ratios compare rounds with each other; below 1 Hookline takes less.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tests.bench import kept, report
from tests.bench.bursts import MEASURED
from tests.bench.kept import Kept, Unreadable
from tests.bench.measure import machine
from tests.bench.parts import PARTS, QUICK, Effort, run
from tests.bench.targets import TARGETS
from tests.built import tools

from local.commands.terminal import console

PACKAGES = ("boto3", "aws-lambda-powertools", "pydantic", "minijinja", "httpx")
WRONG = 2  # as the commands have it


def main(arguments: Sequence[str] | None = None, last_file: Path = MEASURED) -> None:
    """Measure, print the table and keep the figures."""
    given = _given(arguments)
    try:
        _measure(given, last_file)
    except (tools.Missing, tools.Failed, Unreadable) as why:
        print(f"Nothing was measured: {why}", file=sys.stderr)
        raise SystemExit(WRONG) from why


def _measure(given: argparse.Namespace, last_file: Path) -> None:
    last = kept.read(last_file)
    on = f"{machine(PACKAGES)}; what is deployed on {tools.LAMBDA_PYTHON}"
    print(on, flush=True)
    figures = list(run(given.only, QUICK if given.quick else Effort(), _tell))
    print(f"\nLast time was {last.at}.\n" if last else "")
    report.show(console(), figures, last.figures if last else {}, TARGETS)
    now = Kept(datetime.now().astimezone().isoformat(timespec="seconds"), on, kept.merged(last, figures))
    if given.json:
        kept.write(given.json, Kept(now.at, on, kept.merged(None, figures)))
    if not given.quick:
        kept.write(last_file, now)


def _tell(part: str) -> None:
    print(f"{datetime.now().astimezone():%H:%M:%S} {part} …", file=sys.stderr, flush=True)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rounds of each, to try it; they aren't kept")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PART,…", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of this run there, too")
    return parser.parse_args(arguments)


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := [part for part in parts if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"there is no {' and no '.join(unknown)}, only {', '.join(PARTS)}")
    return parts


if __name__ == "__main__":
    main()
