"""Every case in this folder: rules and an event above the line, what becomes of it below."""

from pathlib import Path

import pytest

from local.commands import cases

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.case"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_case_comes_out_as_expected(file: Path) -> None:
    case = cases.load(file)
    assert "\n\n".join(cases.outcomes(case)) == case.expected, f"hookline test {file} shows it better"


def test_there_are_enough_cases_to_show_the_whole_language() -> None:
    assert len(FILES) >= 60
