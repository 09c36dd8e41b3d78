"""Pins are raised together with their hashes, and never lowered."""

from local.pins import PROJECT, TOOLS, raised


def test_the_tools_are_pinned_with_the_hashes_of_all_that_they_need() -> None:
    pins = TOOLS.read_text(encoding="utf-8").split()
    lines = TOOLS.with_suffix(".txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert set(pins) <= {line.split()[0] for line in lines}, "Run `make requirements` after a change of .ci/tools.in."
    assert [line for line in lines if "--hash=sha256:" not in line] == []


def test_a_pin_is_raised_and_never_lowered() -> None:
    text = '"moto[sqs,s3]==5.2.9",\n"types-PyYAML==6.0", # why\n"boto3==1.44.10",'
    found = {"moto": "5.2.10", "types-pyyaml": "6.0.12.20261113", "boto3": "1.44.9"}
    assert raised(text, found) == ('"moto[sqs,s3]==5.2.10",\n"types-PyYAML==6.0.12.20261113", # why\n"boto3==1.44.10",')


def test_every_pin_of_the_project_is_seen() -> None:
    seen = []

    class Found(dict[str, str]):
        def __missing__(self, name: str) -> str:
            seen.append(name)
            return "0"

    assert raised(PROJECT.read_text(encoding="utf-8"), Found()) == PROJECT.read_text(encoding="utf-8")
    assert len(seen) == PROJECT.read_text(encoding="utf-8").count("==")
