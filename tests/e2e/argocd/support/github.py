"""GitHub as far as an App needs it to make a token: over TLS, and as strict. README.md says what it cannot judge."""

import base64
import datetime as dt
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tests.e2e.support.certificates import Authority

LEVELS: Final = ("read", "write", "admin")
LONGEST: Final = 600
"""Seconds that the end of a JWT may lie ahead."""
HOUR: Final = 3600
Answer = tuple[int, dict[str, Any]]


class Refused(Exception):  # noqa: N818 - what GitHub answers
    """A request that GitHub refuses, with its status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class App:
    """An App with one installation. ``repositories`` are those that it was installed for, ``permissions`` its own."""

    client: str
    key: RSAPublicKey
    installation: str
    owner: str
    repositories: dict[str, int]
    permissions: dict[str, str] = field(default_factory=lambda: {"contents": "write", "metadata": "read"})
    suspended: bool = False

    def speaks(self, authorization: str, now: float) -> None:
        """Refused unless the header is a JWT that this App signed and that is good now.

        Source: GitHub docs, "Generating a JSON Web Token (JWT) for a GitHub App".
        """
        kind, _, token = authorization.partition(" ")
        parts = token.split(".")
        if kind != "Bearer" or len(parts) != 3:
            raise Refused(401, "A JSON web token could not be decoded")
        try:
            header, claims = json.loads(_decoded(parts[0])), json.loads(_decoded(parts[1]))
            self.key.verify(_decoded(parts[2]), f"{parts[0]}.{parts[1]}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature):
            raise Refused(401, "A JSON web token could not be decoded") from None
        begin, end = claims.get("iat"), claims.get("exp")
        if header.get("alg") != "RS256" or claims.get("iss") != self.client:
            raise Refused(401, "'Issuer' claim ('iss') must be the client id of the App, signed by RS256")
        if not isinstance(begin, int) or begin > now:
            raise Refused(401, "'Issued at' claim ('iat') must be an Integer representing the time of issue")
        if not isinstance(end, int) or end <= now:
            raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
        if end > now + LONGEST:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")

    def narrowed(self, asked: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
        """The repositories and permissions of a token; Refused where more is asked for than there is."""
        names = asked.get("repositories", list(self.repositories))
        if not isinstance(names, list) or not {*names} <= {*self.repositories} or not names:
            raise Refused(422, "There is at least one repository that does not exist or is not accessible")
        wanted = asked.get("permissions", self.permissions)
        for name, level in wanted.items():
            has = self.permissions.get(name)
            if has is None or level not in LEVELS or LEVELS.index(level) > LEVELS.index(has):
                raise Refused(422, "The permissions requested are not granted to this installation.")
        return names, {**wanted, "metadata": "read"}


class Github:
    """``api.github.com`` on a port of this machine. ``tokens`` is the file that the Git server reads.

    ``answers`` replaces what it would answer, for a GitHub that errs; ``calls`` are the requests that it had.
    """

    def __init__(self, folder: Path, app: App) -> None:
        folder.mkdir()
        self.app, self.tokens = app, folder / "tokens.json"
        self.tokens.write_text("{}")
        self.made: list[str] = []
        self.calls: list[dict[str, Any]] = []
        self.answers: Callable[[Answer], Answer] = lambda answer: answer
        authority = Authority(folder)
        self.authority = authority.certificate
        pair = authority.issue(["localhost", "127.0.0.1"])
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"https://localhost:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        github = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answer = github.answers(github.respond(self.path, headers, body))
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        return Handler

    def respond(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What GitHub answers to a POST."""
        self.calls.append({"path": path, "headers": dict(headers), "body": body.decode()})
        try:
            return 201, self._token(path, headers, body)
        except Refused as refused:
            return refused.status, {"message": str(refused), "documentation_url": "https://docs.github.com/rest"}

    def _token(self, path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        if not headers.get("user-agent"):
            raise Refused(403, "Request forbidden by administrative rules. Make sure it has a User-Agent header")
        if headers.get("x-github-api-version", "2022-11-28") != "2022-11-28":
            raise Refused(400, "The API version is not supported")
        now, app = time.time(), self.app
        app.speaks(headers.get("authorization", ""), now)
        if path != f"/app/installations/{app.installation}/access_tokens":
            raise Refused(404, "Not Found")
        if app.suspended:
            raise Refused(403, "This installation has been suspended")
        names, permissions = app.narrowed(json.loads(body or b"{}"))
        end = dt.datetime.fromtimestamp(now + HOUR, dt.UTC)
        token = f"ghs_{secrets.token_hex(4)}_{secrets.token_urlsafe(120)}"
        self._remember(token, {"until": now + HOUR, "repositories": [f"{app.owner}/{name}" for name in names]})
        rows = [{"id": app.repositories[name], "name": name, "full_name": f"{app.owner}/{name}"} for name in names]
        return {
            "token": token,
            "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "permissions": permissions,
            "repository_selection": "selected",
            "repositories": rows,
        }

    def _remember(self, token: str, row: Mapping[str, Any]) -> None:
        self.made.append(token)
        known = json.loads(self.tokens.read_text())
        self.tokens.write_text(json.dumps({**known, hashlib.sha256(token.encode()).hexdigest(): row}))

    def an_hour_passes(self) -> None:
        """Every token that was made has ended."""
        known = json.loads(self.tokens.read_text())
        self.tokens.write_text(json.dumps({key: {**row, "until": time.time() - 1} for key, row in known.items()}))

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()
