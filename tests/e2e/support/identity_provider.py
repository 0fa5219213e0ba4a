"""A small OpenID Connect provider on 127.0.0.1, by TLS, which gives way in nothing.

It has one public client, of which it knows no secret: authorization code with PKCE by S256 (RFC 7636), ID tokens signed
with RS256, the claim ``groups`` where that scope was asked for. It answers for the host of its issuer as a proxy
(CONNECT), so that whoever signs people in has the issuer's real URL. What it refuses it says in ``refused``.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.e2e.support.certificates import Authority
from tests.e2e.support.tokens import SigningKey

CODE_SECONDS = 60
TOKEN_SECONDS = 3600
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
LOOPBACK = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+(/.*)")
"""Where a program on somebody's machine listens: on any port (RFC 8252, 7.3)."""


class RefusedError(Exception):
    """A request is not answered: the error of RFC 6749, and why."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(f"{error}: {why}")
        self.error = error


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a code was given for."""

    redirect: str
    challenge: str
    person: str
    scopes: frozenset[str]
    end: float


class IdentityProvider:
    """The provider of ``issuer``; ``people`` has the groups of each, by e-mail.

    ``redirects`` are the client's addresses; one on localhost holds for every port.
    """

    def __init__(
        self, folder: Path, issuer: str, client: str, redirects: Sequence[str], people: Mapping[str, Sequence[str]]
    ) -> None:
        self.issuer, self.client, self.people = issuer, client, people
        self.host = str(urlsplit(issuer).hostname)
        self.key, self.refused = SigningKey("1"), list[str]()
        self._redirects = frozenset(redirects)
        self._codes, self._sessions = dict[str, Code](), dict[str, str]()
        authority = Authority(folder, "identity-provider")
        self.certificate = authority.certificate
        pair = authority.issue([self.host], file="identity-provider-server")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pair.certificate, pair.key)
        handler = type("Handler", (_Handler,), {"provider": self, "tls": tls})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        """Of the proxy."""
        return int(self._server.server_port)

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def document(self) -> dict[str, Any]:
        """What OpenID Connect Discovery 1.0 calls the configuration."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "groups"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
        }

    def sign_in(self, person: str) -> str:
        """The cookie of somebody who signed in to the provider itself."""
        word = secrets.token_urlsafe(32)
        self._sessions[word] = person
        return word

    def subject(self, person: str) -> str:
        """What names a person to clients: nothing that people choose or can read."""
        return "usr_" + hashlib.sha256(f"{self.issuer} {person}".encode()).hexdigest()[:24]

    def claims(self, person: str, scopes: Sequence[str] = ("openid", "profile", "email", "groups")) -> dict[str, Any]:
        """Those of an ID token for the client, as the scopes allow."""
        now = int(time.time())
        made: dict[str, Any] = {"iss": self.issuer, "aud": self.client, "sub": self.subject(person)}
        made |= {"iat": now, "exp": now + TOKEN_SECONDS}
        if "email" in scopes:
            made |= {"email": person, "email_verified": True}
        if "profile" in scopes:
            made["name"] = person.partition("@")[0]
        if "groups" in scopes:
            made["groups"] = list(self.people.get(person, ()))
        return made

    def authorize(self, query: Mapping[str, str], session: str) -> str:
        """Where the browser goes next. RefusedError where it may not be sent to the address that it names."""
        redirect, state = query.get("redirect_uri", ""), query.get("state", "")
        local = LOOPBACK.fullmatch(redirect)
        known = redirect in self._redirects or (local and f"http://localhost{local[1]}" in self._redirects)
        if query.get("client_id") != self.client or not known:
            raise RefusedError(
                "invalid_request", f"client {query.get('client_id')!r} at {redirect!r} is not registered"
            )
        try:
            answer = {"code": self._code(query, self._sessions.get(session)), "state": state}
        except RefusedError as error:
            self.refused.append(str(error))
            answer = {"error": error.error, "error_description": str(error), "state": state}
        return f"{redirect}?{urlencode(answer)}"

    def _code(self, query: Mapping[str, str], person: str | None) -> str:
        scopes = frozenset(query.get("scope", "").split())
        if query.get("response_type") != "code":
            raise RefusedError("unsupported_response_type", "only a code is given")
        if "openid" not in scopes:
            raise RefusedError("invalid_scope", "openid is missing")
        if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(query.get("code_challenge", "")):
            raise RefusedError("invalid_request", "no code_challenge by S256")
        if not query.get("state"):
            raise RefusedError("invalid_request", "no state")
        if person is None:
            raise RefusedError("login_required", "nobody is signed in")
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(
            redirect=query["redirect_uri"],
            challenge=query["code_challenge"],
            person=person,
            scopes=scopes,
            end=time.monotonic() + CODE_SECONDS,
        )
        return code

    def exchange(self, form: Mapping[str, str], authorization: str | None) -> dict[str, Any]:
        """The tokens of a code, which is good for one try. RefusedError as of RFC 6749, 5.2."""
        if authorization is not None or "client_secret" in form or form.get("client_id") != self.client:
            raise RefusedError("invalid_client", "a public client names itself in the body, and has no secret")
        if form.get("grant_type") != "authorization_code":
            raise RefusedError("unsupported_grant_type", f"{form.get('grant_type')!r}")
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or time.monotonic() > code.end:
            raise RefusedError("invalid_grant", "the code is not known, used or too old")
        if form.get("redirect_uri") != code.redirect:
            raise RefusedError("invalid_grant", "the code was given for another address")
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if not VERIFIER.fullmatch(verifier) or not hmac.compare_digest(digest, code.challenge):
            raise RefusedError("invalid_grant", "code_verifier is missing or not of this challenge")
        return {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self.key.sign(self.claims(code.person, tuple(code.scopes))),
        }


class _Handler(BaseHTTPRequestHandler):
    """Requests to the provider, within the tunnel that CONNECT makes."""

    provider: IdentityProvider
    tls: ssl.SSLContext
    protocol_version = "HTTP/1.0"

    def do_CONNECT(self) -> None:
        """Speak TLS for the issuer's host, and reach nobody else."""
        if self.path != f"{self.provider.host}:443":
            self.send_error(403, "this machine only")
            return
        self.send_response(200)
        self.end_headers()
        try:
            with self.tls.wrap_socket(self.connection, server_side=True) as inside:
                type(self)(inside, self.client_address, self.server)
        except ssl.SSLError as error:
            self.provider.refused.append(f"TLS: {error.reason}")

    def do_GET(self) -> None:
        """Configuration, keys, and the page that sends people back."""
        asked = urlsplit(self.path)
        answers = {
            "/.well-known/openid-configuration": self.provider.document,
            "/keys": lambda: {"keys": [self.provider.key.public()]},
        }
        if asked.path in answers:
            self._json(200, answers[asked.path]())
        elif asked.path == "/authorize":
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
            session = cookies["session"].value if "session" in cookies else ""
            self._answer(lambda: self._redirect(self.provider.authorize(self._unique(asked.query), session)))
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        """The token endpoint."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = self.headers.get("Content-Type", "").partition(";")[0] == "application/x-www-form-urlencoded"
        if urlsplit(self.path).path != "/token" or not form:
            self._json(404, {"error": "not_found"})
            return
        told = self.headers.get("Authorization")
        self._answer(lambda: self._json(200, self.provider.exchange(self._unique(body), told)))

    def _unique(self, text: str) -> dict[str, str]:
        """Parameters, of which none may come twice (RFC 6749, 3.1)."""
        pairs = parse_qsl(text, keep_blank_values=True)
        if len(dict(pairs)) < len(pairs):
            raise RefusedError("invalid_request", "a parameter comes twice")
        return dict(pairs)

    def _answer(self, answer: Any) -> None:
        try:
            answer()
        except RefusedError as error:
            self.provider.refused.append(str(error))
            said = {"error": error.error, "error_description": str(error)}
            self._json(401 if error.error == "invalid_client" else 400, said)

    def _redirect(self, where: str) -> None:
        self.send_response(303)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass
