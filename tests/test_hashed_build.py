"""`make build` takes only files whose hashes stand in the layer's requirements: pip is real here, SAM isn't."""

import hashlib
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from local.project import ROOT

LAYERS = ROOT / "functions" / "layer" / "Makefile"
MACHINES = ("x86_64", "aarch64")
NO_HASH = "0" * 64


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of one library that has a file for each processor, and the folder to fetch it from."""
    for folder in (".ci", "functions/layer", "wheels"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "build", tmp_path / ".ci")
    for machine in MACHINES:
        tag = f"cp313-cp313-manylinux_2_17_{machine}"
        with zipfile.ZipFile(tmp_path / "wheels" / f"thing-1.0-{tag}.whl", "w") as wheel:
            wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
            wheel.writestr("thing-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
            wheel.writestr("thing-1.0.dist-info/RECORD", "")
    (tmp_path / "sam").write_text('#!/bin/sh\necho "sam $*, no index: $PIP_NO_INDEX"; ls "$PIP_FIND_LINKS"\n')
    (tmp_path / "sam").chmod(0o755)
    return tmp_path


def built(project: Path, hashes: Iterable[str]) -> subprocess.CompletedProcess[str]:
    options = " ".join(f"--hash=sha256:{one}" for one in hashes)
    (project / "functions" / "layer" / "requirements.txt").write_text(f"thing==1.0 {options}\n", encoding="utf-8")
    ours = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project / "wheels"), "SAM": str(project / "sam")}
    script = project / ".ci" / "build"
    return subprocess.run([script], env=os.environ | ours, capture_output=True, text=True, check=False)


def hash_of(project: Path, machine: str) -> str:
    (wheel,) = (project / "wheels").glob(f"*_{machine}.whl")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.usefixtures("python")
def test_sam_is_given_what_was_checked_and_nothing_else(project: Path) -> None:
    done = built(project, [hash_of(project, machine) for machine in MACHINES])
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "sam build --no-cached --parameter-overrides Architecture=arm64, no index: 1",
        *sorted(path.name for path in (project / "wheels").iterdir()),
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("python")
@pytest.mark.parametrize("machine", MACHINES)
def test_a_file_with_another_hash_is_refused_whichever_processor_it_is_for(project: Path, machine: str) -> None:
    """By itself `sam build` would take the one for the other processor."""
    done = built(project, [NO_HASH if one == machine else hash_of(project, one) for one in MACHINES])
    assert done.returncode != 0
    assert f"Got        {hash_of(project, machine)}" in done.stderr
    assert "sam" not in done.stdout


@pytest.fixture(scope="module")
def python() -> str:
    """Return the interpreter that fetches; a version manager leaves its name behind where it isn't offered."""
    found = shutil.which("python3.13")
    if not found or subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode:
        (pytest.fail if os.environ.get("HOOKLINE_REQUIRE_ALL") else pytest.skip)("There is no python3.13 on the PATH.")
    return found


def test_the_layers_take_files_of_the_same_platforms() -> None:
    platforms = [re.findall(r"manylinux_?[0-9_]*[0-9]", file.read_text()) for file in (ROOT / ".ci" / "build", LAYERS)]
    assert platforms[0] == platforms[1] != []
