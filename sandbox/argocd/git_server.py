"""``python -m sandbox.argocd.git_server``: bare repositories below a folder by HTTP, to be read and pushed to.

Git's own ``git http-backend`` answers, as a CGI program (RFC 3875); this hands it requests of 127.0.0.1. As an HTTP
proxy it answers itself for the one host of which it has a certificate, and knows no other: so a repository has the URL
that it has everywhere.

With ``--tokens`` it wants one, as GitHub does for a private repository: the file lists those that are good, by digest,
with the repositories that each may read and when it ends. It may be written while this runs; without it nobody reads.
"""

import argparse
import base64
import gzip
import hashlib
import json
import os
import ssl
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

LARGEST = 64 << 20
"""Bytes of a request."""


class Handler(BaseHTTPRequestHandler):
    """One request, answered by Git."""

    root: Path
    host = ""
    tls: ssl.SSLContext
    tokens: Path | None = None
    protocol_version = "HTTP/1.0"

    def do_CONNECT(self) -> None:
        """A client that takes this for a proxy: it speaks TLS from here on, and reaches nobody else."""
        if self.path != f"{self.host}:443":
            self.send_error(403, "this machine only")
            return
        self.send_response(200)
        self.end_headers()
        with self.tls.wrap_socket(self.connection, server_side=True) as inside:
            Handler(inside, self.client_address, self.server)

    def do_GET(self) -> None:
        """What ``git fetch`` asks first."""
        self._serve(b"")

    def do_POST(self) -> None:
        """What ``git fetch`` and ``git push`` send."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LARGEST:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self._serve(body)

    def _chunks(self) -> bytes:
        """A body without a length. ValueError, and no answer, where it is not well formed."""
        read = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            if len(read) + size > LARGEST:
                raise ValueError("too large")
            read += self.rfile.read(size)
            self.rfile.readline()
        return read

    def _may(self, path: str, query: str) -> bool:
        """Whether the repository of a path is open to who asks: to read, by a token that is good now."""
        if self.tokens is None:
            return True
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        try:
            user, _, token = base64.b64decode(given, validate=True).decode().partition(":")
            known = json.loads(self.tokens.read_text())
        except (ValueError, OSError):
            return False
        row = known.get(hashlib.sha256(token.encode()).hexdigest())
        if kind.lower() != "basic" or user != "x-access-token" or row is None or "receive-pack" in path + query:
            return False
        repository = "/".join(path.strip("/").split("/")[:2]).removesuffix(".git")
        return repository in row["repositories"] and time.time() < row["until"]

    def _refuse(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _serve(self, body: bytes) -> None:
        asked = urlsplit(self.path)
        if not self._may(asked.path, asked.query):
            self._refuse()
            return
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": asked.path,
            "QUERY_STRING": asked.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_USER": "sandbox",
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.decode().partition(": ") for line in head.split(b"\r\n") if line]
        given = {name.lower(): value for name, _, value in fields}
        self.send_response(int(given.pop("status", "200 OK").split()[0]) if head else 500)
        for name, value in given.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", required=True, help="whose certificate and key lie beside the folder")
    parser.add_argument("--tokens", type=Path, help="the tokens that are good; without it everybody reads and writes")
    given = parser.parse_args()
    Handler.root, Handler.host, Handler.tokens = given.folder, given.host, given.tokens
    Handler.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Handler.tls.load_cert_chain(f"{given.folder}.crt", f"{given.folder}.key")
    ThreadingHTTPServer(("127.0.0.1", given.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
