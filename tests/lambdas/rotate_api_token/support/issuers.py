"""Stand-ins of both APIs, as WSGI; see README.md."""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

DESCRIPTION = re.compile(r"[A-Za-z0-9 -]{0,50}")
NINETY_DAYS = 7_776_000
TAGGED = {"devices:core", "auth_keys"}
"""Scopes with which an OAuth client needs tags."""


class RefusedError(Exception):
    """The answer is this status."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def document(self, *allowed: str) -> dict[str, Any]:
        """The JSON object; 400 where it is none or has other keys."""
        if self.headers.get("content-type") != "application/json":
            raise RefusedError(400, "content type")
        value = json.loads(self.body)
        if not isinstance(value, dict) or set(value) - set(allowed):
            raise RefusedError(400, f"keys {sorted(value)}")
        return value


@dataclass
class Key:
    """A token at its issuer."""

    id: str
    secret: str
    kind: str
    label: str
    made: dict[str, Any]
    alive: bool = True


@dataclass
class Issuers:
    """Both APIs and what they hold; ``busy`` answers are given first, one for each call."""

    keys: dict[str, Key] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    busy: list[int] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def make(self, kind: str, label: str, **made: Any) -> Key:
        """A token, as the issuer itself or a person makes it."""
        name = secrets.token_hex(6)
        prefix = {"client": f"tskey-client-{name}-", "auth": f"tskey-auth-{name}-", "routing": "R"}[kind]
        text = (prefix + secrets.token_hex(32)).upper() if kind == "routing" else prefix + secrets.token_hex(16)
        text = text[:32] if kind == "routing" else text
        self.secrets.add(text)
        self.keys[name] = Key(name, text, kind, label, made)
        return self.keys[name]

    def alive(self, value: dict[str, Any]) -> bool:
        """Whether what a consumer read works at its issuer."""
        key = self.keys.get(value["id"])
        held = value.get("client_secret") or value.get("auth_key") or value.get("routing_key")
        return key is not None and key.alive and key.secret == held

    def living(self, kind: str) -> set[str]:
        """The ids of the tokens of a kind that work."""
        return {key.id for key in self.keys.values() if key.alive and key.kind == kind}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {key[5:].replace("_", "-").lower(): text for key, text in environ.items() if key.startswith("HTTP_")}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        asked = Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), headers, body)
        try:
            status, answer = (self.busy.pop(0), None) if self.busy else self._answer(asked)
        except RefusedError as error:
            # An issuer may repeat what it was sent: the function must not pass that on.
            status, answer = error.status, {"message": f"{error}", "sent": body.decode(), "headers": headers}
        except (ValueError, KeyError, TypeError) as error:
            status, answer = 400, {"message": f"{type(error).__name__}"}
        text = b"" if answer is None else json.dumps(answer).encode()
        start(f"{status} x", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
        return [text]

    def _answer(self, asked: Request) -> tuple[int, Any]:
        if asked.path == "/api/v2/oauth/token" and asked.method == "POST":
            return 200, self._token(asked)
        if found := re.fullmatch(r"/api/v2/tailnet/-/keys(?:/(\w+))?", asked.path):
            return self._tailscale(asked, found[1])
        if found := re.fullmatch(r"/event_orchestrations/ORCH1/integrations(?:/(\w+))?", asked.path):
            return self._pagerduty(asked, found[1])
        if asked.path == "/v2/enqueue" and asked.method == "POST":
            return self._enqueue(asked)
        raise RefusedError(404)

    def _token(self, asked: Request) -> dict[str, Any]:
        if asked.headers["content-type"] != "application/x-www-form-urlencoded":
            raise RefusedError(400)
        form = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            raise RefusedError(400)
        key = self.keys.get(form.get("client_id", ""))
        if key is None or not key.alive or key.kind != "client" or key.secret != form.get("client_secret"):
            raise RefusedError(401)
        token = f"tskey-api-{secrets.token_hex(12)}"
        self.access[token] = key.id
        self.secrets.add(token)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": " ".join(key.made["scopes"]),
        }

    def _scopes(self, asked: Request) -> tuple[str, set[str]]:
        """The client behind an access token, and its scopes; 401 where it has been revoked."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        client = self.keys.get(self.access.get(token, ""))
        if client is None or not client.alive:
            raise RefusedError(401)
        return client.id, set(client.made["scopes"])

    @staticmethod
    def _may(scopes: set[str], kind: str, *, write: bool) -> bool:
        scope = {"client": "oauth_keys", "auth": "auth_keys"}[kind]
        allowed = {"all", scope, *(() if write else ("all:read", f"{scope}:read"))}
        return bool(scopes & allowed)

    def _tailscale(self, asked: Request, name: str | None) -> tuple[int, Any]:
        client, scopes = self._scopes(asked)
        if name is None and asked.method == "GET":
            if asked.query not in ("", "all=true"):
                raise RefusedError(400)
            kinds = [kind for kind in ("client", "auth") if self._may(scopes, kind, write=False)]
            if not kinds:
                raise RefusedError(403)
            return 200, {"keys": [_shown(key) for key in self.keys.values() if key.alive and key.kind in kinds]}
        if name is None and asked.method == "POST":
            return 200, self._create(asked, scopes)
        key = self.keys.get(name or "")
        if key is None or key.kind == "routing":
            raise RefusedError(404)
        if not (
            self._may(scopes, key.kind, write=asked.method != "GET") or (key.id == client and asked.method == "GET")
        ):
            raise RefusedError(403)
        if asked.method == "DELETE":
            if not key.alive:
                raise RefusedError(404)
            key.alive = False
            return 200, None
        if asked.method != "GET":
            raise RefusedError(405)
        return 200, _shown(key) | ({} if key.alive else {"invalid": True})

    def _create(self, asked: Request, scopes: set[str]) -> dict[str, Any]:
        given = asked.document("keyType", "description", "capabilities", "expirySeconds", "scopes", "tags")
        kind, label = given.get("keyType", "auth"), given.get("description", "")
        if kind not in ("auth", "client") or not DESCRIPTION.fullmatch(label):
            raise RefusedError(400)
        if not self._may(scopes, kind, write=True):
            raise RefusedError(403)
        if kind == "client":
            wanted, tags = given["scopes"], given.get("tags", [])
            if {"capabilities", "expirySeconds"} & set(given) or not wanted or (set(wanted) & TAGGED and not tags):
                raise RefusedError(400)
            if not set(wanted) <= scopes and "all" not in scopes:
                raise RefusedError(403)
            made = {"scopes": wanted, "tags": tags}
        else:
            create = given["capabilities"]["devices"]["create"]
            tags = create["tags"]
            if {"scopes", "tags"} & set(given) or not 0 < given.get("expirySeconds", NINETY_DAYS) <= NINETY_DAYS:
                raise RefusedError(400)
            if set(create) - {"reusable", "ephemeral", "preauthorized", "tags"}:
                raise RefusedError(400)
            made = {"capabilities": given["capabilities"]}
        if not all(tag.startswith("tag:") for tag in tags):
            raise RefusedError(400)
        key = self.make(kind, label, **made)
        return _shown(key) | {"key": key.secret}

    def _pagerduty(self, asked: Request, name: str | None) -> tuple[int, Any]:
        if asked.headers.get("authorization") != "Token token=rest-key":
            raise RefusedError(401)
        if asked.headers.get("accept") != "application/vnd.pagerduty+json;version=2":
            raise RefusedError(400)
        if name is None and asked.method == "GET":
            found = [_integration(key) for key in self.keys.values() if key.alive and key.kind == "routing"]
            return 200, {"integrations": found, "total": len(found)}
        if name is None and asked.method == "POST":
            given = asked.document("integration")["integration"]
            if set(given) != {"label"} or not isinstance(given["label"], str):
                raise RefusedError(400)
            return 201, {"integration": _integration(self.make("routing", given["label"]))}
        key = self.keys.get(name or "")
        if key is None or not key.alive:
            raise RefusedError(404)
        if asked.method == "DELETE":
            key.alive = False
            return 204, None
        return 200, {"integration": _integration(key)}

    def _enqueue(self, asked: Request) -> tuple[int, Any]:
        given = asked.document("routing_key", "event_action", "dedup_key")
        if given["event_action"] != "resolve" or len(given["routing_key"]) != 32 or len(given["dedup_key"]) > 255:
            raise RefusedError(400)
        if given["routing_key"] not in {key.secret for key in self.keys.values() if key.alive}:
            raise RefusedError(400)
        return 202, {"status": "success", "message": "Event processed", "dedup_key": given["dedup_key"]}


def _shown(key: Key) -> dict[str, Any]:
    return {"id": key.id, "keyType": key.kind, "description": key.label, **key.made}


def _integration(key: Key) -> dict[str, Any]:
    return {"id": key.id, "label": key.label, "parameters": {"routing_key": key.secret, "type": "global"}}
