"""The process of an emulated account: one for each folder, which comes back on its port with the state that it had.

``account.pid`` and ``account.port`` only say where to look: a number in them may be damaged or have passed on to
another process. What runs is told by the command lines of processes, and that it is the folder's own by its answer.
"""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sandbox import files, processes
from sandbox.aws.emulator import IDENTITY

KEPT = ("PATH", "HOME", "LANG", "TERM", "TMPDIR", "XDG_CACHE_HOME", "COLUMNS", "NO_COLOR")
"""The only variables of the user's that the account, the engine and its plugins get."""
NO_AWS_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""botocore would read the user's."""
MODULE = "sandbox.aws.emulator"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 5.0


class DamagedError(RuntimeError):
    """A file of the sandbox cannot be used; the message names it and the way out."""


def journal(folder: Path) -> Path:
    """Everything that the account holds; its absolute path tells one folder's emulator from another's."""
    return (folder / "account.jsonl").resolve()


def pid(folder: Path) -> int | None:
    """The emulator's process where it runs, whatever ``account.pid`` says."""
    own = str(journal(folder))
    return next((found for found, called in processes.every() if MODULE in called and own in called), None)


def port(folder: Path) -> int | None:
    """The port of the folder's own emulator; None where nothing, or somebody else, answers on the one in the file."""
    found = files.number(folder / "account.port")
    if found is None or found >= 1 << 16:
        return None
    try:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{found}{IDENTITY}", timeout=10) as answer:
            said = answer.read(4096).decode(errors="replace")
    except (URLError, OSError, ValueError):
        return None
    return found if said == str(journal(folder)) else None


def start(folder: Path, number: str) -> None:
    """Start account ``number`` where it does not run. One that runs and cannot be reached is started anew.

    Raises:
        DamagedError: its journal cannot be read.
        RuntimeError: it did not come up; the message holds the end of its log.

    """
    with (folder / "account.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # whoever comes second finds it running
        if pid(folder):
            if port(folder):
                return
            stop(folder)
        _launch(folder, number)


def _launch(folder: Path, number: str) -> None:
    ready, log = folder / "account.port", folder / "account.log"
    wanted = files.number(ready) or 0
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", MODULE, "--journal", str(journal(folder)), "--ready", str(ready)]
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    own = {"MOTO_ACCOUNT_ID": number, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    with log.open("w") as output:
        child = subprocess.Popen(
            [*command, "--port", str(wanted if wanted < 1 << 16 else 0)],
            cwd=Path(__file__).parent.parent,
            env={**kept, **own, **NO_AWS_FILES},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    files.write(folder / "account.pid", str(child.pid))
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not ready.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip()
            if child.returncode == os.EX_DATAERR:
                raise DamagedError(said)
            raise RuntimeError(f"the emulated account did not start: {said[-2000:]}")
        time.sleep(0.05)


def stop(folder: Path) -> None:
    """Stop the account; its state stays in the folder."""
    processes.end(lambda: pid(folder), STOP_TIMEOUT_SECONDS)
