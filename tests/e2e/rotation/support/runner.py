"""Runs a handler, named ``module:function``, in a process of its own for each event.

``python -m tests.e2e.rotation.support.runner SOCKET`` imports what such a function needs once, then forks: a call costs
milliseconds, and its process can be killed like the sandbox of a Lambda function.
"""

import contextlib
import hashlib
import importlib
import io
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

WARM = ("boto3", "pg8000.native", "ssl", "scramp", "urllib3", "json")


def _call(request: dict[str, Any]) -> dict[str, Any]:
    """What the handler said: its error, if any, and its output."""
    os.environ.update(request["environment"])
    module, _, function = request["handler"].partition(":")
    end = time.monotonic() + request["seconds"]
    context = SimpleNamespace(
        aws_request_id="request",
        get_remaining_time_in_millis=lambda: int((end - time.monotonic()) * 1000),
    )
    printed, error = io.StringIO(), None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            getattr(importlib.import_module(module), function)(request["event"], context)
        except BaseException as failure:  # noqa: BLE001 - whatever it is, Lambda reports it
            error = f"{type(failure).__name__}: {failure}"
    return {"error": error, "output": printed.getvalue()}


def _serve(connection: socket.socket) -> None:
    """One call, in this process, which ends with it."""
    with connection, connection.makefile("rw") as stream:
        request = json.loads(stream.readline())
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        stream.readline()
        stream.write(json.dumps(_call(request)))


def _reap() -> None:
    """Take note of the calls that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Fork for each connection, until the parent is gone."""
    for name in WARM:
        importlib.import_module(name)
    # The driver derives keys in Python, 4,096 rounds a login; OpenSSL has the same result in a tenth of the time.
    core: Any = importlib.import_module("scramp.core")
    core.hi = lambda _, password, salt, rounds: hashlib.pbkdf2_hmac("sha256", password, salt, int(rounds))
    boto3 = importlib.import_module("boto3")
    boto3.client("secretsmanager", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    boto3.DEFAULT_SESSION._session._credentials = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1] + ".partial")
    listener.listen(64)
    Path(sys.argv[1] + ".partial").rename(sys.argv[1])
    listener.settimeout(1)
    parent = os.getppid()
    while os.getppid() == parent:
        _reap()
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            listener.close()
            connection.setblocking(True)
            _serve(connection)
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    main()
