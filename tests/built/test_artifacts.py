"""What gets deployed is whole, has nothing too much, fits, and has wheels of the right processor."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.built import tools
from tests.built.conftest import ROOT, Build

pytestmark = pytest.mark.slow

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a function and its layers, unzipped.
LAMBDA_LIMIT_BYTES = 250 * 1024 * 1024
MEGABYTE = 1024 * 1024
# Says which modules have no bytecode, or some of another source. Only Lambda's own Python makes the same hashes.
# https://peps.python.org/pep-0552/: of a file's first 16 bytes, flags, 3 for a hash that is checked, and the hash.
STALE = """
import sys
from importlib.util import cache_from_source, source_hash
from pathlib import Path

code, bytecode = map(Path, sys.argv[1:])
for source in code.rglob("*.py"):
    made = Path(cache_from_source(bytecode / source.relative_to(code)))
    head = made.read_bytes()[4:16] if made.exists() else b""
    if head != b"\\3\\0\\0\\0" + source_hash(source.read_bytes()) and not source.match("*.data/scripts/*"):
        print(source)
"""
# What makes Lambda's own runtime, and what belongs to development.
NOT_DEPLOYED = {"awslambdaric", "local", "tests", "moto", "pytest", "starlette", "uvicorn"}


def files(folder: Path, but: str = ".pyc") -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != but}


def test_the_template_is_valid(sam: Callable[..., str]) -> None:
    assert "is a valid SAM Template" in sam("validate", "--lint")


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_wheels_are_for_the_processor(build: Callable[[str], Build], architecture: str) -> None:
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[architecture]
    compiled = list(build(architecture).layer("CodeLayer").rglob("*.so"))
    assert f"_pydantic_core.cpython-313-{machine}-linux-gnu.so" in {library.name for library in compiled}
    assert {elf_machine(library) for library in compiled} == {machine}


def elf_machine(library: Path) -> str:
    """Read the processor from the file itself: not every wheel says it in the names of its libraries."""
    head = library.read_bytes()[:20]
    return {62: "x86_64", 183: "aarch64"}[int.from_bytes(head[18:20], "little")]


def test_the_code_layer_has_our_code_and_every_pinned_library(build: Callable[[str], Build]) -> None:
    layer = build("x86_64").layer("CodeLayer") / "python"
    for package in ("blooio", "hookline"):
        ours = {name for name in files(ROOT / "functions" / "layer" / package) if name.endswith(".py")}
        assert files(layer / package) == ours
    requirements = (ROOT / "functions" / "layer" / "requirements.txt").read_text(encoding="utf-8")
    pinned = {
        canonical(name, version) for name, version in re.findall(r"^([\w.-]+)==(\S+)", requirements, re.MULTILINE)
    }
    parts = (path.name.removesuffix(".dist-info").rpartition("-") for path in layer.glob("*.dist-info"))
    assert {canonical(name, version) for name, _, version in parts} == pinned


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_every_module_of_the_code_layer_is_there_compiled(build: Callable[[str], Build], architecture: str) -> None:
    built = build(architecture)
    code, bytecode = built.layer("CodeLayer"), built.layer("BytecodeLayer")
    assert {name for name in files(bytecode, but="") if not name.endswith(".cpython-313.pyc")} == set()
    assert tools.run(tools.lambda_python(), "-c", STALE, code, bytecode) == ""


def canonical(name: str, version: str) -> tuple[str, str]:
    return re.sub(r"[-_.]+", "-", name).lower(), version


def test_nothing_of_development_is_deployed(build: Callable[[str], Build]) -> None:
    built = build("x86_64")
    assert not NOT_DEPLOYED & {path.name for path in (built.layer("CodeLayer") / "python").iterdir()}
    assert {name: files(function.code) for name, function in built.template.functions.items()} == {
        name: {"app.py"} for name in built.template.functions
    }


def test_the_rules_layer_has_exactly_the_rules(build: Callable[[str], Build]) -> None:
    assert files(build("x86_64").layer("RulesLayer")) - {"rules.schema.json"} == {"rules.yaml"}


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_function_and_layers_fit_into_lambda(
    build: Callable[[str], Build], architecture: str, capsys: pytest.CaptureFixture[str]
) -> None:
    layers = [build(architecture).layer(name) for name in ("CodeLayer", "BytecodeLayer", "RulesLayer")]
    size = sum(path.stat().st_size for layer in layers for path in layer.rglob("*") if path.is_file())
    with capsys.disabled():
        print(f"\nThe layers for {architecture} have {size / MEGABYTE:.1f} MB unzipped.")  # noqa: T201 - worth seeing
    assert size < LAMBDA_LIMIT_BYTES
