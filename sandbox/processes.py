"""The processes of this machine, told by their command lines: a number in a file may be of another process by now."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
"""Where Linux shows processes; elsewhere ``ps`` is asked."""


def every() -> Iterator[tuple[int, str]]:
    """Every process that can be seen: its number and how it was called, one argument a line where /proc tells."""
    if PROC.exists():
        for path in PROC.glob("[0-9]*"):
            with suppress(OSError, UnicodeDecodeError):
                yield int(path.name), (path / "cmdline").read_text().replace("\0", "\n")
        return
    command = ["ps", "-axww", "-o", "pid=,command="]
    for line in subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines():
        number, _, called = line.strip().partition(" ")
        yield int(number), called


def end(pid: Callable[[], int | None], patience: float) -> None:
    """Ask the process that ``pid`` finds to end, and after ``patience`` seconds end it."""
    running, deadline, pause = pid(), time.monotonic() + patience, 0.02
    if running is None:
        return
    with suppress(ProcessLookupError):
        os.kill(running, signal.SIGTERM)
    while pid() == running:
        with suppress(ChildProcessError):
            os.waitpid(running, os.WNOHANG)
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(running, signal.SIGKILL)
        time.sleep(pause)
        pause = min(2 * pause, 0.2)  # each look is at every process of the machine
