"""Locks of the engine on a stack's state, in whatever backend: a killed engine cannot release its own."""

import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from cli.backend import Bucket, store_of
from cli.lock import BusyError
from cli.output import say
from cli.target import Target
from lib.printable import one_line
from stacks.model import PROJECT

PROC = Path("/proc")
"""Where Linux shows processes."""
ORPHAN_SECONDS = 1.0
"""How long a killed engine's plugins may take to notice and leave."""
FOLDER = ".pulumi/locks/"


def unlock(target: Target) -> None:
    """Release the locks of engines of this machine that are gone.

    Raises:
        BusyError: an engine works on the stack that none of our commands started, or one of another machine.

    """
    place = store_of(target)
    if place is None:
        return
    shared = isinstance(place, Bucket)
    for entry in place.find(f"{FOLDER}organization/{PROJECT}/{target.stack}/" if shared else FOLDER):
        held: Any = None
        with suppress(ValueError):
            held = json.loads(place.read(entry.key) or b"")
        told = held if isinstance(held, dict) else {}
        owner = told.get("pid")
        if shared and told.get("hostname") != socket.gethostname():
            raise BusyError(_elsewhere(target.stack, told))
        if _runs(owner):
            raise BusyError(
                f"{target.stack}: pulumi (process {owner}) works on this stack; wait until it has ended, or end it "
                "with Ctrl-C where it runs"
            )
        say(f"Releasing the lock of process {owner}, which is gone.")
        place.remove(entry.key)
        time.sleep(ORPHAN_SECONDS)


def _elsewhere(stack: str, told: dict[str, Any]) -> str:
    who = f"{told.get('username') or 'somebody'}@{told.get('hostname') or 'another machine'}"
    since = told.get("timestamp") or "an unknown time"
    return one_line(
        f"{stack}: {who} (process {told.get('pid')}) works on this stack since {since}; wait until it has ended. Only "
        f"where that run is known to be gone, `pulumi cancel --stack {stack}` releases its lock"
    )


def _runs(owner: Any) -> bool:
    """Whether a process is there and is an engine: its number may have passed on to another program."""
    try:
        os.kill(int(owner), 0)
    except PermissionError:
        return True  # it lives, under another user
    except (ProcessLookupError, TypeError, ValueError, OverflowError):
        return False
    called = PROC / str(int(owner)) / "cmdline"
    return not PROC.exists() or (called.exists() and b"pulumi" in called.read_bytes())
