"""A program without the seconds that its imports take: a process that has them forks for each call.

Itself it is that process, or what is called in the program's place: ``python warm.py serve SOCKET PROGRAM.py``, of
which ``main`` is what is called, and ``python warm.py call SOCKET NAME ARGUMENT…``.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

STREAMS = [0, 1, 2]
END = b"\n"
MOST = 65_536  # bytes that are read at once


@contextmanager
def serving(program: Path, address: Path, python: str = sys.executable) -> Iterator[str]:
    """Give what stands in a shell for the program, whose file and whose interpreter these are."""
    command = [python, __file__, "serve", str(address), str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout
        assert process.stdout.readline(), "it ended before it began"
        try:
            yield f'#!/bin/sh\nexec "{sys.executable}" -I -S "{__file__}" call "{address}" {program.stem} "$@"\n'
        finally:
            process.terminate()


def _serve(address: str, program: str) -> None:
    from runpy import run_path  # noqa: PLC0415 - who calls has no time for it

    main = run_path(program)["main"]
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


def _answer(connection: socket.socket, main: Callable[[], int | None]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked, streams, *_ = socket.recv_fds(connection, MOST, len(STREAMS))
    while not asked.endswith(END):
        asked += connection.recv(MOST)
    sys.argv, folder, variables = json.loads(asked)
    for given, own in zip(streams, STREAMS, strict=True):
        os.dup2(given, own)
    # Those of this process know whether what they were made for was a file.
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(own, mode, encoding="utf-8") for own, mode in enumerate("rww"))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    code: object = 1
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(str(int(code or 0) if isinstance(code, int | None) else 1).encode())
        os._exit(0)


def _call(address: str, *arguments: str) -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        asked = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode() + END  # noqa: PTH109 - pathlib's import takes longer
        socket.send_fds(connection, [asked[:MOST]], STREAMS)
        connection.sendall(asked[MOST:])
        return int(connection.recv(MOST) or 1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(*sys.argv[2:])
    else:
        sys.exit(_call(*sys.argv[2:]))
