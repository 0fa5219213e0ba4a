"""Runs the function in a process of its own for each event: ``-m tests.lambdas.rotate_api_token.support.runner``.

It imports once and forks: a call costs milliseconds and can be killed like the sandbox of a Lambda function. One line
of JSON comes in for each event; out go a line with the process's id, and one with what it said, or that it was killed.
"""

import contextlib
import io
import json
import os
import sys
import time
from types import SimpleNamespace
from typing import Any

from lambdas.kit import vault
from lambdas.rotate_api_token.handler import handler


def _run(asked: dict[str, Any]) -> dict[str, Any]:
    end = time.monotonic() + asked["seconds"]
    context = SimpleNamespace(
        aws_request_id="request", get_remaining_time_in_millis=lambda: int((end - time.monotonic()) * 1000)
    )
    os.environ.update(asked["environment"])
    printed, error = io.StringIO(), None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            handler(asked["event"], context)
        except BaseException as failure:  # noqa: BLE001 - whatever it is, Lambda reports it
            error = f"{type(failure).__name__}: {failure}"
    return {"error": error, "output": printed.getvalue(), "killed": False}


def main() -> None:
    """Until the input ends."""
    vault.client()  # made before the fork, connected after it
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            with os.fdopen(writing, "w") as said:
                said.write(json.dumps(_run(json.loads(line))))
            os._exit(0)
        os.close(writing)
        print(json.dumps(pid), flush=True)
        with os.fdopen(reading) as hearing:
            said_text = hearing.read()
        os.waitpid(pid, 0)
        print(said_text or json.dumps({"error": None, "output": "", "killed": True}), flush=True)


if __name__ == "__main__":
    main()
