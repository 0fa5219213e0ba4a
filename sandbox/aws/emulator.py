"""The emulated AWS account: moto behind a write-ahead journal, so that its state survives a kill.

Every request that may change something is appended to the journal before it runs. On start the journal is run again
with the random generator seeded by each entry's number, as it was the first time, so that every id comes back.
The journal holds request bodies, secrets among them: it is readable by its owner only and is part of ``.sandbox/``.
"""

import argparse
import base64
import fcntl
import io
import json
import os
import re
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from sandbox import files, ports

READ_ONLY = ("Describe", "Get", "List", "Lookup")
IDENTITY = "/_sandbox/journal"
"""Where an emulator says whose it is: the path of its journal."""
REVIEW = "/sandbox/token-review"
"""Where a Kubernetes API server asks who a token is: it changes nothing, though it is a POST."""
FULL = "InsufficientStorage"
"""The code of the refusal of a change that could not be written down. AWS has none like it, and nothing repeats it."""
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
    if environ.get("PATH_INFO") == REVIEW:
        return False
    operation = _operation(environ, body)
    return not operation.startswith(READ_ONLY) if operation else environ["REQUEST_METHOD"] not in ("GET", "HEAD")


def _scope(environ: dict[str, Any]) -> str:
    """Region and service from the signature; its date and the rest do not matter."""
    found = re.search(r"Credential=[^/]+/\d+/([^/]+/[^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return found.group(1) if found else ""


class DamagedError(Exception):
    """The journal is not what was written; the message says where."""


def _sealed(entry: dict[str, Any]) -> str:
    """A line that tells whether it is still what was written."""
    text = json.dumps(entry)
    return json.dumps({**entry, "crc": zlib.crc32(text.encode())})


def _opened(line: bytes) -> dict[str, Any]:
    """The entry of a line. ValueError where it is not what was written."""
    entry: dict[str, Any] = json.loads(line)
    if zlib.crc32(json.dumps({key: entry[key] for key in entry if key != "crc"}).encode()) != entry.pop("crc", None):
        raise ValueError("its checksum is another")
    return entry


class Journal:
    """WSGI middleware: one request at a time, those that change something written down first.

    Beside the journal lies its length, so that one which was cut short, or is gone, is not taken for a whole one.

    Raises:
        DamagedError: it was damaged, or another process serves it.

    """

    def __init__(self, app: Wsgi, path: Path) -> None:
        self._app, self._path = app, path
        self._lock = threading.Lock()
        self._count = 0
        self._seen: set[str] = set()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._kept = os.open(path.with_suffix(".length"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise DamagedError(f"{path}: another process serves this account; end it first") from None
        try:
            for entry in self._entries():
                self._replay(entry)
        except DamagedError:
            self.close()
            raise

    def close(self) -> None:
        """Let another one have the account."""
        os.close(self._file)
        os.close(self._kept)

    def _entries(self) -> Iterator[dict[str, Any]]:
        size, kept = os.fstat(self._file).st_size, os.pread(self._kept, 20, 0)
        if kept.isdigit() and size < int(kept):
            raise DamagedError(f"{self._path}: cut short, {size} of {int(kept)} bytes are there")
        whole = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break  # a kill can cut the last line short: that request never ran
                try:
                    yield _opened(line)
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise DamagedError(f"{self._path}:{number}: not what was written ({error})") from None
                whole += len(line)
        os.ftruncate(self._file, whole)
        self._remember(whole)

    def _remember(self, length: int) -> None:
        os.pwrite(self._kept, b"%020d" % length, 0)

    def _write(self, entry: dict[str, Any]) -> None:
        """Add a whole line or, on a full disk, nothing. OSError where it could not be written."""
        before, line = os.fstat(self._file).st_size, (_sealed(entry) + "\n").encode()
        done = 0
        try:
            while done < len(line):
                done += os.write(self._file, line[done:])
        except OSError:
            os.ftruncate(self._file, before)
            raise
        self._remember(before + len(line))

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
        if environ.get("PATH_INFO") == IDENTITY:
            start("200 OK", [("Content-Type", "text/plain")])
            return [str(self._path).encode()]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        with self._lock:
            # The first request of a service and region makes its default resources: it counts as a change.
            if not _changes(environ, body) and (environ.get("PATH_INFO") == REVIEW or _scope(environ) in self._seen):
                return list(self._app(environ, start))
            kept = {key: value for key, value in environ.items() if isinstance(value, str)}
            try:
                self._write({**kept, "body": base64.b64encode(body).decode()})
            except OSError as error:
                return _full(environ, start, f"{self._path.parent}: {error.strerror}; make room and try again")
            return self._run(environ, start)


def _full(environ: dict[str, Any], start: Callable[..., Any], message: str) -> list[bytes]:
    """The refusal in the protocol of the request, so that the client reads the message."""
    as_json = "json" in str(environ.get("CONTENT_TYPE", "")) or "HTTP_X_AMZ_TARGET" in environ
    kind = "application/json" if as_json else "text/xml"
    start("507 Insufficient Storage", [("Content-Type", kind), ("x-amzn-errortype", FULL)])
    if as_json:
        return [json.dumps({"__type": FULL, "message": message}).encode()]
    error = f"<Error><Code>{FULL}</Code><Message>{escape(message)}</Message></Error>"
    return [f"<ErrorResponse>{error}<Errors>{error}</Errors></ErrorResponse>".encode()]


def main() -> None:
    """Serve one account on 127.0.0.1; its port is written to ``--ready`` when the journal has been replayed.

    EX_DATAERR and one line where the journal cannot be used.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--ready", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()

    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    from sandbox.aws import descriptions  # noqa: PLC0415

    descriptions.read_once()  # before moto, whose import reads them
    from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    from sandbox.aws import moto_gaps, moto_speed  # noqa: PLC0415
    from sandbox.aws.access_analyzer import AccessAnalyzer  # noqa: PLC0415
    from sandbox.aws.eks.service import Eks  # noqa: PLC0415
    from sandbox.aws.kept import Kept  # noqa: PLC0415

    moto_gaps.close()
    moto_speed.hasten()

    class Quiet(WSGIRequestHandler):
        """Requests are journalled; a log of them would only repeat bodies."""

        protocol_version = "HTTP/1.1"

        def log_request(self, *_: object) -> None:
            """Nothing."""

    try:
        moto = DomainDispatcherApplication(create_backend_app)
        own = Kept(AccessAnalyzer(Eks(moto, arguments.journal.parent)))
        journal = Journal(own, arguments.journal)
    except DamagedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(os.EX_DATAERR)
    port = arguments.port if ports.is_free(arguments.port) else 0  # any, where another process has taken it meanwhile
    server = make_server("127.0.0.1", port, journal, threaded=True, request_handler=Quiet)
    files.write(arguments.ready, str(server.server_port))
    server.serve_forever()


if __name__ == "__main__":
    main()
