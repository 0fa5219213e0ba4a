"""A host of released files that speaks HTTPS, does what it is told to do wrong, and counts what it is asked for."""

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.e2e.support.certificates import Authority

FAULTS = ("absent", "broken", "cut", "silent", "stalled", "dropped")
"""404; 503; half of the body, then the end; no answer; half of the body, then nothing; the end before any answer."""


class ReleaseHost:
    """Serves ``files`` by path; ``moved`` are paths that redirect; every request is in ``asked``."""

    def __init__(self, authority: Authority, files: Mapping[str, bytes], *, delay: float = 0) -> None:
        self.files, self.moved, self.fault, self.delay = dict(files), dict[str, str](), "", delay
        self.asked: list[str] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Nothing."""

            def do_GET(self) -> None:
                outer.answer(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        pair = authority.issue(["127.0.0.1"])
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(pair.certificate, pair.key)
        self.server.socket = own.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """No more connections; those that wait for an answer end."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        self.asked.append(handler.path)
        time.sleep(self.delay)
        body = self.files.get(handler.path)
        if self.fault == "silent":
            self.closing.wait()
        if self.fault in {"silent", "dropped"}:
            handler.close_connection = True
            return None
        if self.fault == "broken":
            return handler.send_error(503)
        if handler.path in self.moved:
            handler.send_response(302)
            handler.send_header("Location", self.moved[handler.path])
            return handler.end_headers()
        if body is None or self.fault == "absent":
            return handler.send_error(404)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if self.fault else body)
        if self.fault == "stalled":
            self.closing.wait()
        return None


class Proxy:
    """A proxy that connects to whatever it is asked for; ``asked`` lists it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Nothing."""

            def do_CONNECT(self) -> None:
                outer.asked.append(self.path)
                host, _, port = self.path.partition(":")
                with socket.create_connection((host, int(port)), timeout=10) as other:
                    self.send_response(200)
                    self.end_headers()
                    there = threading.Thread(target=pump, args=(self.connection, other), daemon=True)
                    there.start()
                    pump(other, self.connection)
                self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self.server.shutdown()
        self.server.server_close()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Pass everything on, until either side ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()
