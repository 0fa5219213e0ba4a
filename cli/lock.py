"""One command at a time on a stack's folder: the kernel holds the lock, so that it ends with its process."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class BusyError(RuntimeError):
    """Another command works on the stack; the message says which, and since when."""


def path_of(folder: Path) -> Path:
    """The lock of a stack's folder, beside it: it outlives the folder."""
    return folder.parent / f"{folder.name}.lock"


@contextmanager
def held(folder: Path, command: str) -> Iterator[None]:
    """Hold the stack for a command.

    Raises:
        BusyError: another command holds it.

    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with path_of(folder).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(busy(folder.name, path_of(folder))) from None
        file.truncate(0)
        file.write(json.dumps({"command": command, "pid": os.getpid(), "since": time.time()}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def busy(stack: str, path: Path) -> str:
    """Who holds a stack, and since when."""
    try:
        owner: Any = json.loads(path.read_text(encoding="utf-8"))
        since = time.strftime("%H:%M:%S", time.localtime(float(owner["since"])))
        who = f"`make {owner['command']}` (process {int(owner['pid'])}, since {since})"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and has not written its name yet
        who = "another command"
    return f"{stack}: {who} works on this stack; wait until it has ended, or end it with Ctrl-C where it runs"
