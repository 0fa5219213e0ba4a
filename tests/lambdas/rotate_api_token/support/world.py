"""A secret, its issuer, its function and its consumer; what happens between two exchanges is under control."""

import io
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import moto.secretsmanager.models as moto_models
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.lambdas.rotate_api_token.support.issuers import Issuers
from tests.lambdas.rotate_api_token.support.process import Lane, Outcome

ACCOUNT, REGION = "123456789012", "eu-central-1"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SETTINGS: dict[str, dict[str, Any]] = {
    "tailscale-oauth": {"scopes": ["devices:core:read", "dns:read"]},
    "tailscale-auth-key": {"tags": ["tag:router"], "preauthorized": True},
    "pagerduty-events": {"orchestration": "ORCH1"},
}
KINDS = {"tailscale-oauth": "client", "tailscale-auth-key": "auth", "pagerduty-events": "routing"}
PASS, BEFORE, AFTER, LOSE, HOLD = "pass", "before", "after", "lose", "hold"
Plan = Callable[[int, str], str]
"""What becomes of an exchange, by its number, from 1, and its name: it passes; the function is killed before or after
it is processed; it is processed and its answer is lost; its answer waits until ``released`` is set."""
BEFORE_ID = "00000000-0000-4000-8000-000000000000"
EFFECTS = ("POST -", "POST ORCH1", "DELETE", "PutSecretValue", "UpdateSecretVersionStage")
"""The exchanges that change something."""


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Nothing."""


class World:
    """Servers and lanes, used again by one scenario after another; ``begin`` makes everything anew."""

    def __init__(self) -> None:
        self._aws = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.RLock()
        self.issuers = Issuers()
        self.plan: Plan = lambda *_: PASS
        self.seen: list[str] = []
        self.dead: list[str] = []
        self._servers = [
            make_server("127.0.0.1", 0, self._gate(app), threaded=True, request_handler=_Quiet)
            for app in (self._aws, self._issue)
        ]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        aws, self._api = (f"http://127.0.0.1:{server.server_port}" for server in self._servers)
        self.environment = {
            "AWS_ENDPOINT_URL": aws, "AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_DEFAULT_REGION": REGION, "AWS_MAX_ATTEMPTS": "1",
        }  # fmt: skip
        self.lanes = [Lane(self.environment) for _ in range(2)]
        self.settings: dict[str, str] = {}
        self.kind = ""
        self.outputs = self.manager = ""
        self.released = threading.Event()

    def close(self) -> None:
        """End everything."""
        for lane in self.lanes:
            lane.close()
        for server in self._servers:
            server.shutdown()

    @property
    def _backend(self) -> Any:
        return moto_models.secretsmanager_backends[ACCOUNT][REGION]

    @property
    def record(self) -> Any:
        """Moto's own record of the secret, for what no API does."""
        return self._backend.secrets["token"]

    def begin(self, issuer: str, *, own: bool = False, current: str = "made", previous: bool = False) -> None:
        """A tailnet or orchestration, a manager's credential, a secret.

        ``current`` is ``made`` by hand, or a ``placeholder``. ``own``: the token manages itself. ``previous``: there
        was another token before, made by hand too, whose grace is over.
        """
        self.released.clear()
        self._backend.reset()
        self.issuers = Issuers()
        self.plan, self.seen, self.dead, self.outputs, self.kind = (lambda *_: PASS), [], [], "", KINDS[issuer]
        settings = dict(SETTINGS[issuer])
        manager = self.issuers.make("client", "by hand", scopes=["all"])
        made: dict[str, Any] = {"scopes": settings.get("scopes", [])}
        if own:
            settings["scopes"] = made["scopes"] = ["oauth_keys", *made["scopes"]]
        if self.kind == "auth":
            made = {"capabilities": {"devices": {"create": {"tags": settings["tags"]}}}}
        first = self.issuers.make(self.kind, "by hand", **made)
        value = {"issuer": issuer, "id": first.id, **_held(self.kind, first.id, first.secret)}
        if current == "placeholder":
            self.issuers.keys.pop(first.id)
            value = {"issuer": issuer}
        managing = {"client_id": manager.id, "client_secret": manager.secret, "api_key": "rest-key"}
        if own:
            self.issuers.keys.pop(manager.id)
        self.manager = "" if own else manager.id
        for name, text in (("token", value), ("manager", managing)):
            self._create(name, json.dumps(text))
        record = self.record
        record.rotation_enabled = record.rotation_requested = True
        if previous:
            before = self.issuers.make(self.kind, "by hand", **made)
            held = {"issuer": issuer, "id": before.id, **_held(self.kind, before.id, before.secret)}
            record.versions[BEFORE_ID] = {
                "createdate": 0, "version_id": BEFORE_ID, "version_stages": ["AWSPREVIOUS"],
                "secret_string": json.dumps(held),
            }  # fmt: skip
            self.old(25)
        self.settings = {
            "SECRET_ARN": record.arn, "ISSUER": issuer, "ISSUER_SETTINGS": json.dumps(settings), "GRACE_HOURS": "24",
            "ISSUER_SECRET_ARN": record.arn if own else self._backend.secrets["manager"].arn,
            "ISSUER_URLS": json.dumps({
                "tailscale": f"{self._api}/api/v2", "pagerduty": self._api, "pagerduty-events": self._api,
            }),
        }  # fmt: skip

    def _create(self, name: str, text: str) -> None:
        self._backend.create_secret(
            name=name, secret_string=text, secret_binary=None, description=None, tags=None, kms_key_id=None,
            client_request_token=None, replica_regions=[], force_overwrite=False,
        )  # fmt: skip

    def value(self, label: str = "AWSCURRENT") -> dict[str, Any]:
        """What a version holds; empty where none has the label, or it has no value."""
        found = [v for v in self.record.versions.values() if label in v["version_stages"]]
        return json.loads(found[0].get("secret_string", "{}")) if found else {}

    def version(self, label: str) -> str | None:
        """The version with a label."""
        return next((k for k, v in self.record.versions.items() if label in v["version_stages"]), None)

    def rotate(self) -> str:
        """What RotateSecret does first: take up the version that is pending, or label a new one without a value."""
        pending = self.version("AWSPENDING")
        if pending is not None and "AWSCURRENT" not in self.record.versions[pending]["version_stages"]:
            return pending
        self.abandon()
        token = str(uuid.uuid4())
        self.record.versions[token] = {"createdate": 0, "version_id": token, "version_stages": ["AWSPENDING"]}
        return token

    def abandon(self) -> None:
        """Take AWSPENDING away, as an operator does who gives a rotation up."""
        for version in self.record.versions.values():
            if "AWSPENDING" in version["version_stages"]:
                version["version_stages"].remove("AWSPENDING")

    def call(self, step: str, version: str, lane: int = 0, seconds: float = 60) -> Outcome:
        """One event."""
        event = {"Step": step, "SecretId": self.record.arn, "ClientRequestToken": version}
        asked = {"event": event, "environment": self.settings, "seconds": seconds}
        outcome = self.lanes[lane].call(asked)
        self.outputs += outcome.output + (outcome.error or "")
        return outcome

    def steps(self, version: str) -> list[Outcome]:
        """All four, ended by the first that does not succeed."""
        outcomes: list[Outcome] = []
        for step in STEPS:
            outcomes.append(self.call(step, version))
            if not outcomes[-1].done:
                break
        return outcomes

    def old(self, hours: float) -> None:
        """Let time pass since the secret was changed last."""
        self.record.last_changed_date -= hours * 3600

    def expected(self) -> set[str]:
        """The tokens that may live now: the current one, the previous one, the managing client."""
        ids = {self.value(label).get("id") for label in ("AWSCURRENT", "AWSPREVIOUS")}
        return {name for name in ids if name} | ({self.manager} if self.kind == "client" and self.manager else set())

    def living(self) -> set[str]:
        """The tokens of the kind that live."""
        return self.issuers.living(self.kind)

    def _gate(self, app: Any) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
        def through(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            with self._lock:
                target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
                name = target or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].split('/')[-2]}"
                self.seen.append(name)
                act = self.plan(len(self.seen), name)
                if act == BEFORE:
                    self._kill()
                    return _nothing(start)
                answer = self._modifies(environ, start) if target == "PutSecretValue" else None
                answer = answer or list(app(environ, start))
                if target == "UpdateSecretVersionStage":  # moto does not, AWS does: the secret was changed
                    self.record.last_changed_date = int(time.time())
                self.look(name)
                if act == AFTER:
                    self._kill()
            if act == HOLD:
                self.released.wait(30)
            return _nothing(start) if act == LOSE else answer

        return through

    def _modifies(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes] | None:
        """AWS's refusal to change a version that has a value; moto changes it while it is pending."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        asked = json.loads(body)
        stored = self.record.versions.get(asked["ClientRequestToken"], {}).get("secret_string")
        if stored in (None, asked["SecretString"]):
            return None
        text = json.dumps({"__type": "ResourceExistsException", "message": "You can't modify an existing version"})
        start("400 x", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(text)))])
        return [text.encode()]

    def _issue(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return self.issuers(environ, start)  # of this scenario

    def look(self, after: str) -> None:
        """The consumer reads AWSCURRENT and uses it; there is no moment at which it does not."""
        value = self.value()
        if value.get("id") and not self.issuers.alive(value):
            self.dead.append(after)

    def _kill(self) -> None:
        os.kill(self.lanes[0].pid, signal.SIGKILL)


def _nothing(start: Callable[..., Any]) -> list[bytes]:
    start("503 x", [("Content-Length", "0")])
    return [b""]


def _held(kind: str, name: str, secret: str) -> dict[str, str]:
    if kind == "client":
        return {"client_id": name, "client_secret": secret}
    return {"auth_key": secret} if kind == "auth" else {"routing_key": secret}


@contextmanager
def world() -> Iterator[World]:
    """A world, ended afterwards."""
    made = World()
    try:
        yield made
    finally:
        made.close()
