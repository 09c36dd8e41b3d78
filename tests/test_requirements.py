"""The layer's requirements are pyproject's pins, and name the hashes of all that pip will fetch."""

import re
import tomllib

import pytest

from local.project import ROOT

LAYER = ROOT / "functions" / "layer" / "requirements.txt"
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def canonical(requirement: str) -> str:
    """Return name==version with the name as the package index spells it; extras don't change what is pinned."""
    name, _, version = requirement.partition("==")
    return f"{re.sub(r'[-_.]+', '-', name.partition('[')[0].strip()).lower()}=={version.strip()}"


@pytest.fixture(scope="module")
def pinned() -> dict[str, list[str]]:
    """Return the options behind each requirement of the layer."""
    lines = LAYER.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    entries = [line.partition(" ") for line in lines if line.strip() and not line.startswith("#")]
    return {canonical(requirement): options.split() for requirement, _, options in entries}


def test_the_direct_dependencies_are_pinned_alike(pinned: dict[str, list[str]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {canonical(requirement) for requirement in project["dependencies"]}
    names = {requirement.partition("==")[0] for requirement in direct}
    found = {requirement for requirement in pinned if requirement.partition("==")[0] in names}
    assert found == direct, "Run `make requirements` after a change of the pins in pyproject.toml."


def test_everything_has_one_exact_version(pinned: dict[str, list[str]]) -> None:
    names = [requirement.partition("==")[0] for requirement in pinned]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9A-Za-z.]*", requirement) for requirement in pinned)


def test_everything_has_hashes(pinned: dict[str, list[str]]) -> None:
    for requirement, options in pinned.items():
        assert options, f"{requirement} has no hash: pip would refuse the whole file."
        assert all(SHA256.fullmatch(option) for option in options), requirement
