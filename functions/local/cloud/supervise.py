"""Processes that are started again when they die, and that die with the process that started them."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

PARENT = "HOOKLINE_PARENT"
LOOK_SECONDS = 0.2

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
# Who lived this long before dying is started again at once.
HEALTHY_SECONDS = 10.0
# Longer than a function may run (template.yaml), so that a running batch is finished.
STOP_SECONDS = 35.0


def spawn(argv: Sequence[str], env: Mapping[str, str], **options: Any) -> "subprocess.Popen[str]":
    """Start a Python module (``argv`` as after ``python -m``) that leaves when this process is gone.

    In a session of its own: Ctrl-C in the terminal is for the parent, who stops the others in order.
    """
    command = [sys.executable, "-P", "-m", *argv]
    marked = {**env, PARENT: str(os.getpid())}
    return subprocess.Popen(command, env=marked, text=True, start_new_session=True, **options)


def leave_with_parent() -> None:
    """End this process at once when the one that started it is gone, however that one ended.

    By looking at the parent's id: the kernel's own signal for this exists only on Linux.
    """
    parent = int(os.environ.get(PARENT) or os.getppid())
    threading.Thread(target=_leave_without, args=(parent,), daemon=True, name="parent watch").start()


def _leave_without(parent: int) -> None:
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(LOOK_SECONDS)
    os._exit(0)


class Supervised:
    """Keeps one process running until it is stopped."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self._argv = argv
        self._env = dict(env)
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._process = spawn(argv, self._env)
        self._watch = threading.Thread(target=self._restart, daemon=True, name=f"supervisor of {argv[0]}")
        self._watch.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Ask the process to finish and wait for it; it is killed if it takes longer than a function may."""
        self._stopping.set()
        with self._starting:
            end(self._process, STOP_SECONDS)
        self._watch.join()

    def _restart(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            if _outlived(self._process, HEALTHY_SECONDS):
                pause = FIRST_PAUSE_SECONDS
            code = self._process.wait()
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            with self._starting:
                if not self._stopping.is_set():
                    print(f"{self._argv[0]} ended ({code}); it is started again.", file=sys.stderr)
                    self._process = spawn(self._argv, self._env)


def end(process: "subprocess.Popen[str]", patience_seconds: float) -> None:
    process.terminate()
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _outlived(process: "subprocess.Popen[str]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False
