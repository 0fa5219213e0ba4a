"""The emulated AWS account: moto behind a write-ahead journal, so that its state survives a kill.

Every request that may change something is appended to the journal before it runs. On start the journal is run again
with the random generator seeded by each entry's number, as it was the first time, so that every id comes back.
The journal holds request bodies, secrets among them: it is readable by its owner only and is part of ``.sandbox/``.
"""

import argparse
import base64
import io
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

READ_ONLY = ("Describe", "Get", "List", "Lookup")
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _operation(environ: dict[str, Any], body: bytes) -> str:
    """The operation's name where the protocol has one: JSON, CBOR, query; empty for REST."""
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    path = str(environ.get("PATH_INFO", "")).rpartition("/operation/")
    if target or path[1]:
        return target or path[2]
    form = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
    return dict(parse_qsl(body.decode())).get("Action", "") if form else ""


def _changes(environ: dict[str, Any], body: bytes) -> bool:
    """Whether a request may change the account; in doubt it may."""
    operation = _operation(environ, body)
    return not operation.startswith(READ_ONLY) if operation else environ["REQUEST_METHOD"] not in ("GET", "HEAD")


def _scope(environ: dict[str, Any]) -> str:
    """Region and service from the signature; its date and the rest do not matter."""
    found = re.search(r"Credential=[^/]+/\d+/([^/]+/[^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return found.group(1) if found else ""


class Journal:
    """WSGI middleware: one request at a time, those that change something written down first."""

    def __init__(self, app: Wsgi, path: Path) -> None:
        self._app, self._path = app, path
        self._lock = threading.Lock()
        self._count = 0
        self._seen: set[str] = set()
        for entry in self._entries():
            self._replay(entry)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(handle, "a", encoding="utf-8")

    def _entries(self) -> Iterator[dict[str, Any]]:
        if not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    whole += len(line)
                    yield json.loads(line)
        os.truncate(self._path, whole)  # a kill can cut the last line short: that request never ran

    def _replay(self, entry: dict[str, Any]) -> None:
        body = base64.b64decode(entry.pop("body"))
        environ = {**entry, "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"}
        self._run(environ, lambda *_: None)

    def _run(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        from moto.moto_api._internal import mock_random  # noqa: PLC0415 - moto is slow to import

        self._seen.add(_scope(environ))
        self._count += 1
        mock_random.seed(self._count)
        return list(self._app(environ, start))

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        with self._lock:
            # The first request of a service and region makes its default resources: it counts as a change.
            if not _changes(environ, body) and _scope(environ) in self._seen:
                return list(self._app(environ, start))
            kept = {key: value for key, value in environ.items() if isinstance(value, str)}
            line = json.dumps({**kept, "body": base64.b64encode(body).decode()})
            self._file.write(line + "\n")
            self._file.flush()
            return self._run(environ, start)


def main() -> None:
    """Serve one account on 127.0.0.1; its port is written to ``--ready`` when the journal has been replayed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--ready", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()

    from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    from sandbox.aws import moto_gaps  # noqa: PLC0415
    from sandbox.aws.access_analyzer import AccessAnalyzer  # noqa: PLC0415
    from sandbox.aws.kept import Kept  # noqa: PLC0415

    moto_gaps.close()

    class Quiet(WSGIRequestHandler):
        """Requests are journalled; a log of them would only repeat bodies."""

        protocol_version = "HTTP/1.1"

        def log_request(self, *_: object) -> None:
            """Nothing."""

    journal = Journal(Kept(AccessAnalyzer(DomainDispatcherApplication(create_backend_app))), arguments.journal)
    server = make_server("127.0.0.1", arguments.port, journal, threaded=True, request_handler=Quiet)
    partial = arguments.ready.with_suffix(".partial")
    partial.write_text(str(server.server_port))
    partial.rename(arguments.ready)
    server.serve_forever()


if __name__ == "__main__":
    main()
