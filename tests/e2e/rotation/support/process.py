"""Calls into the runner: a handler's process that can be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Outcome:
    """How a call ended: ``error`` is None where it succeeded, ``killed`` where the process did not end by itself."""

    error: str | None
    killed: bool = False
    output: str = ""
    seconds: float = 0

    @property
    def succeeded(self) -> bool:
        """Whether the step may count as done."""
        return self.error is None and not self.killed


class Call:
    """One call, not yet begun; ``kill`` ends its process at once."""

    def __init__(self, path: str, request: dict[str, Any]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._stream = self._socket.makefile("rw")
        self._stream.write(json.dumps(request) + "\n")
        self._stream.flush()
        self.pid = int(self._stream.readline())
        self._seconds = request["seconds"]

    def kill(self) -> None:
        """As ``kill -9``."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def run(self) -> Outcome:
        """Let it run to its end, or kill it when its time is over, as Lambda does."""
        started = time.monotonic()
        self._socket.settimeout(self._seconds)
        try:
            self._stream.write("go\n")
            self._stream.flush()
            text = self._stream.read()
        except OSError:
            self.kill()
            text = ""
        finally:
            self._socket.close()
        seconds = time.monotonic() - started
        if not text:
            return Outcome(None, killed=True, seconds=seconds)
        return Outcome(**json.loads(text), seconds=seconds)


class Runner:
    """The process that forks for each call."""

    def __init__(self, handler: str) -> None:
        self._handler = handler
        self._folder = tempfile.TemporaryDirectory(prefix="runner-")
        self._path = str(Path(self._folder.name) / "socket")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.rotation.support.runner", self._path], cwd=ROOT, env=_clean(os.environ)
        )
        deadline = time.monotonic() + 60
        while not Path(self._path).exists():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the runner did not start")
            time.sleep(0.02)

    def call(self, event: Mapping[str, Any], environment: Mapping[str, str], seconds: float = 60) -> Call:
        """A process that is ready to handle an event."""
        request = {
            "handler": self._handler,
            "event": dict(event),
            "environment": dict(environment),
            "seconds": seconds,
        }
        return Call(self._path, request)

    def close(self) -> None:
        """End the runner; its calls have ended."""
        self._child.terminate()
        self._child.wait(timeout=30)
        self._folder.cleanup()


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without any AWS setting of the user's."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}
