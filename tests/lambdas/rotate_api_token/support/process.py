"""Calls into the runner: the function's process, which can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    error: str | None
    output: str
    killed: bool

    @property
    def done(self) -> bool:
        """Whether the step succeeded."""
        return self.error is None and not self.killed


class Lane:
    """One runner: calls of one lane follow each other."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.lambdas.rotate_api_token.support.runner"], cwd=ROOT,
            env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pid = 0
        self._line()

    def _line(self) -> Any:
        assert self._child.stdout is not None
        return json.loads(self._child.stdout.readline())

    def call(self, asked: dict[str, Any]) -> Outcome:
        """Run one event to its end."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(asked) + "\n")
        self._child.stdin.flush()
        self.pid = self._line()
        return Outcome(**self._line())

    def close(self) -> None:
        """End the runner."""
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                stream.close()
