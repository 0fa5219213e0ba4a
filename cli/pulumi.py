"""What ``pulumi`` is in ``make shell``: the engine as typed, with the sandbox's settings and the policy pack enforced.

Operations hold the stack's lock, as the commands of make do: the engine takes it over and it ends with the engine.
"""

import fcntl
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cli.lock import BusyError, busy, path_of
from cli.target import PACK

JUDGED = ("up", "update", "preview", "pre")
OPERATIONS = (*JUDGED, "refresh", "destroy", "down", "dn", "import", "watch")


def words(typed: Sequence[str], folder: Path) -> list[str]:
    """The engine's arguments: an operation gets the sandbox's configuration, and what deploys the policy pack."""
    verb = next((word for word in typed if not word.startswith("-")), "")
    added: list[str] = []
    if verb in OPERATIONS and "--config-file" not in " ".join(typed):
        added += ["--config-file", str(folder / f"Pulumi.{folder.name}.yaml")]
    if verb in JUDGED and "--help" not in typed:
        added += PACK
    return [*typed, *added]


def hold(folder: Path, command: str) -> None:
    """Take the stack's lock for this process and for the program that it becomes. BusyError where it is taken."""
    handle = os.open(path_of(folder), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(busy(folder.name, path_of(folder))) from None
    os.ftruncate(handle, 0)
    os.write(handle, json.dumps({"command": command, "pid": os.getpid(), "since": time.time()}).encode())
    os.set_inheritable(handle, True)


def main(typed: Sequence[str]) -> NoReturn:
    """Become the engine; exit code 2 where another command works on the stack."""
    folder, engine = Path(os.environ["NATIONGRAPH_FOLDER"]), os.environ["NATIONGRAPH_ENGINE"]
    given = words(typed, folder)
    if len(given) > len(typed):
        try:
            hold(folder, "shell")
        except BusyError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(2)
    os.environ.pop("PYTHONPATH", None)
    os.execv(engine, ["pulumi", *given])  # noqa: S606 - no shell, on purpose


if __name__ == "__main__":
    main(sys.argv[1:])
