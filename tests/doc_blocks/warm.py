"""`hookline` without the second that its imports take: a process that has them forks for each call.

As a program it is that process, or what is called in its place: ``python warm.py serve SOCKET`` and ``python warm.py
call SOCKET ARGUMENT…``.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

STREAMS = [0, 1, 2]
END = b"\n"
MOST = 65_536  # bytes that are read at once


@contextmanager
def serving(address: Path) -> Iterator[None]:
    """Let there be such a process meanwhile."""
    command = [sys.executable, "-m", "tests.doc_blocks.warm", "serve", str(address)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout
        assert process.stdout.readline(), "it ended before it began"
        try:
            yield
        finally:
            process.terminate()


def script(address: Path) -> str:
    """Return what stands in for `hookline` in a shell."""
    return f'#!/bin/sh\nexec "{sys.executable}" -I -S "{__file__}" call "{address}" "$@"\n'


def _serve(address: str) -> None:
    from importlib import import_module  # noqa: PLC0415 - who calls has no time for any of these
    from pkgutil import iter_modules  # noqa: PLC0415

    import local.commands  # noqa: PLC0415
    from local.cli import main  # noqa: PLC0415

    for found in iter_modules(local.commands.__path__, "local.commands."):
        import_module(found.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who answer by themselves
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)  # noqa: T201 - who started it waits for that
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                _answer(connection, main)
            connection.close()


def _answer(connection: socket.socket, main: object) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked, streams, *_ = socket.recv_fds(connection, MOST, len(STREAMS))
    while not asked.endswith(END):
        asked += connection.recv(MOST)
    sys.argv, folder, variables = json.loads(asked)
    for given, own in zip(streams, STREAMS, strict=True):
        os.dup2(given, own)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    code: object = 1
    try:
        code = main()  # type: ignore[operator]
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(str(int(code or 0) if isinstance(code, int | None) else 1).encode())
        os._exit(0)


def _call(address: str, arguments: list[str]) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        asked = json.dumps([["hookline", *arguments], os.getcwd(), dict(os.environ)]).encode() + END  # noqa: PTH109 - its import takes longer
        socket.send_fds(connection, [asked[:MOST]], STREAMS)
        connection.sendall(asked[MOST:])
        return int(connection.recv(MOST) or 1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(sys.argv[2])
    else:
        sys.exit(_call(sys.argv[2], sys.argv[3:]))
