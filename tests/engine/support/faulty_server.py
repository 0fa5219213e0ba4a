"""A proxy between the Kubernetes provider and the API server that breaks each write once."""

import http.client
import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WRITES = ("POST", "PUT", "PATCH", "DELETE")
REFUSALS = {"error": (500, "InternalError"), "busy": (429, "TooManyRequests")}
FAULTS = (*REFUSALS, "drop", "lose")
"""An error, too many requests, the connection dropped before the API server hears of it, and after it did it."""


@dataclass
class FaultyServer:
    """Passes everything on to the cluster in ``home``, and does ``fault`` to the first try of each write."""

    home: Path
    port: int
    fault: str = ""
    tried: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        outer = self
        self.trust = ssl.create_default_context(cafile=str(self.home / "pki" / "authority.crt"))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Nothing."""

            def _answer(self) -> None:
                outer.answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base class's names

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(self.home / "pki" / "server.crt", self.home / "pki" / "server.key")
        self.server.socket = own.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def kubeconfig(self, path: Path) -> Path:
        """The administrator's kubeconfig, through the proxy."""
        content = json.loads((self.home / "kubeconfig").read_text())
        content["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.server.server_address[1]}"
        path.write_text(json.dumps(content))
        return path

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length) if length else None
        path, _, query = handler.path.partition("?")
        write = f"{handler.command} {path}"
        changes = handler.command in WRITES and "dryRun" not in query
        if changes:
            self.tried.add(write)
        struck = self.fault and changes and write not in self.broken
        if struck:
            self.broken.add(write)
        if struck and self.fault in REFUSALS:
            self._refuse(handler)
            return
        if struck and self.fault == "drop":
            handler.close_connection = True
            handler.connection.close()
            return
        upstream = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=600)
        headers = {key: value for key, value in handler.headers.items() if key.lower() not in ("host", "connection")}
        upstream.request(handler.command, handler.path, body, headers)
        answer = upstream.getresponse()
        if struck:
            answer.read()
            handler.close_connection = True
            handler.connection.close()
            return
        self._pass_on(handler, answer)
        upstream.close()

    def _refuse(self, handler: BaseHTTPRequestHandler) -> None:
        code, reason = REFUSALS[self.fault]
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code}
        text = json.dumps({**status, "message": f"made up: {reason}"}).encode()
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def _pass_on(self, handler: BaseHTTPRequestHandler, answer: http.client.HTTPResponse) -> None:
        handler.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in ("transfer-encoding", "connection", "content-length"):
                handler.send_header(key, value)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while chunk := answer.read1(65536):
                handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
                handler.wfile.flush()
            handler.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):  # either end is gone
            handler.close_connection = True

    def close(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()
