"""Raises the pins of the project and of the pipeline's tools, by `make pins`, to what goes together."""

import re
import subprocess
from collections.abc import Mapping

from local.project import ROOT

PROJECT = ROOT / "pyproject.toml"
TOOLS = ROOT / ".ci" / "tools.in"
# The oldest Python that each file is for; uv finds what goes with that and every later one.
PYTHONS = {PROJECT: "3.11", TOOLS: "3.13"}
COOLING = "1 week"  # a release that somebody has tampered with is mostly withdrawn within days
_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<extras>\[[^\]]*\])?==(?P<version>[0-9][^\"\s;]*)")


def main() -> None:
    """Write both files anew, and say what was raised."""
    for path, python in PYTHONS.items():
        text = path.read_text(encoding="utf-8")
        newer = raised(text, resolved(_loosened(text), python))
        path.write_text(newer, encoding="utf-8")
        for before, after in zip(_PIN.finditer(text), _PIN.finditer(newer), strict=True):
            if before["version"] != after["version"]:
                print(f"{before['name']} {before['version']} -> {after['version']}")


def raised(text: str, found: Mapping[str, str]) -> str:
    """Return the text with each pin at the version that was found; what is newer by now stays."""

    def pin(match: re.Match[str]) -> str:
        version = max(match["version"], found[_canonical(match["name"])], key=_numbers)
        return f"{match['name']}{match['extras'] or ''}=={version}"

    return _PIN.sub(pin, text)


def resolved(requirements: str, python: str) -> dict[str, str]:
    """Return name -> version of all that the requirements need; uv says what is wrong where there is no answer."""
    command = ("uv", "pip", "compile", "-", "--quiet", "--universal", "--fork-strategy", "fewest", "--no-header")
    options = ("--no-annotate", "--python-version", python, "--exclude-newer", COOLING)
    done = subprocess.run([*command, *options], input=requirements, stdout=subprocess.PIPE, text=True, check=True)
    return {_canonical(match["name"]): match["version"] for match in _PIN.finditer(done.stdout)}


def _loosened(text: str) -> str:
    return "".join(f"{match['name']}{match['extras'] or ''}\n" for match in _PIN.finditer(text))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


if __name__ == "__main__":
    main()
