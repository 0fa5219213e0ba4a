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
from types import FrameType

INTERRUPTED = 130
PATIENCE = 3
"""Interruptions after which the engine is ended."""
PARENT = os.getppid()
WATCH_SECONDS = 0.2
GRACE_SECONDS = 1.0
"""How long the engine of the sandbox may finish what it does after its make is gone; nothing is left after 2 s."""
PR_SET_PDEATHSIG = 1
GENTLE = threading.Event()
"""Set while an engine changes AWS: it is asked to stop, and never ended by force because its make is gone."""
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _leave(number: int, _frame: FrameType | None) -> None:
    show = "\x1b[?25h\r" if sys.stdout.isatty() else ""  # a progress line hides the cursor
    os.write(2, f"{show}Interrupted. The next `make up` goes on from here.\n".encode())
    os._exit(128 + number)


def install() -> None:
    """One line instead of a traceback, and no command without the make that called it."""
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    if "MAKELEVEL" in os.environ:
        threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    while os.getppid() == PARENT:
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    for _ in range(0 if GENTLE.is_set() else PATIENCE - 1):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(WATCH_SECONDS / 2)


def ends_with_this(number: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: the child gets a signal when this process ends, however that happens (on Linux)."""
    mine = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != mine:
                os._exit(1)

    return ask


@contextmanager
def passed_to(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Interruptions are the child's, which has a process group of its own and sees none of the terminal's."""
    seen = 0

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        seen += 1
        child.send_signal(signal.SIGKILL if seen >= PATIENCE else signal.SIGINT)
        said = ("Stopping after what is under way; once more stops at once.", "Stopping at once.", "Ended.")
        os.write(2, f"{said[min(seen, PATIENCE) - 1]}\n".encode())

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
