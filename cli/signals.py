"""How a command ends early: by Ctrl-C, by SIGTERM, or because the make that called it is gone.

Imported before anything else, so that an interruption is one line at any moment. While the engine runs, it decides:
the first interruption lets it finish what is under way, the second lets it stop at once, the third ends it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

INTERRUPTED = 130
KILLED = 137
CUT_SHORT = (INTERRUPTED, KILLED)
"""Exit codes of runs that did not come to an end of their own: there is nothing to report and nothing to mend."""
PATIENCE = 3
"""Interruptions after which the engine is ended."""
PARENT = os.getppid()
INIT = 1
"""The process that takes over those whose parent is gone."""
WATCH_SECONDS = 0.2
GRACE_SECONDS = 1.0
"""How long the engine of the sandbox may finish what it does after its make is gone; nothing is left after 2 s."""
PR_SET_PDEATHSIG = 1
GENTLE = threading.Event()
"""Set while an engine changes AWS: it is asked to stop, and never ended by force because its make is gone."""
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _leave(number: int, _frame: FrameType | None) -> None:
    show = "\x1b[?25h\r" if sys.stdout.isatty() else ""  # a progress line hides the cursor
    os.write(2, f"{show}Interrupted; run it again.\n".encode())
    os._exit(128 + number)


def install() -> None:
    """One line instead of a traceback, and no command without the make that called it."""
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    if "MAKELEVEL" in os.environ:
        threading.Thread(target=_watch, daemon=True).start()


def _orphan() -> bool:
    """Whether make was gone before this process came to look; in a container make itself may be the first process."""
    name = Path(f"/proc/{INIT}/comm")
    return PARENT == INIT and name.exists() and "make" not in name.read_text()


def _watch() -> None:
    while os.getppid() == PARENT and not _orphan():
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    if GENTLE.is_set():
        return
    for _ in range(PATIENCE - 1):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(WATCH_SECONDS / 2)
    os._exit(128 + signal.SIGTERM)  # whatever it still did: the next command looks through the log


def ends_with_this(number: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: the child gets a signal when this process ends, however that happens (on Linux)."""
    mine = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != mine:
                os._exit(1)

    return ask


class Passed:
    """How often a child was interrupted."""

    def __init__(self) -> None:
        self.times = 0


@contextmanager
def passed_to(child: "subprocess.Popen[bytes]", *, changes: bool = True) -> Iterator[Passed]:
    """Interruptions are the child's, which has a process group of its own and sees none of the terminal's.

    What is said of them depends on whether the child ``changes`` something.
    """
    passed = Passed()
    what = "Interrupted: stopping after what is under way; once more stops at once."
    said = (what, "Stopping at once.", "Ended.") if changes else ("Interrupted; nothing was changed.",)

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        passed.times += 1
        child.send_signal(signal.SIGKILL if passed.times >= PATIENCE else signal.SIGINT)
        for line in said[passed.times - 1 : passed.times]:
            os.write(2, f"{line}\n".encode())

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        yield passed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
