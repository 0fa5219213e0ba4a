"""The Secrets Manager API, from moto, over HTTP: faults by client, and rotations that start as AWS starts them."""

import io
import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import create_backend_app
from moto.secretsmanager import models
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.e2e.rotation.support.gate import Act, Gate

REGION, ACCOUNT = "eu-central-1", "123456789012"
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        """Nothing."""


class Account:
    """One emulated account. A client's requests carry the name of its gate as the first part of their path."""

    def __init__(self) -> None:
        self._app = create_backend_app("secretsmanager")
        self._lock = threading.RLock()
        self.gates: dict[str, Gate] = {}
        self.passwords: set[str] = set()
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=_Quiet)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self._backend = models.secretsmanager_backends[ACCOUNT][REGION]

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def endpoint(self, name: str) -> str:
        """Where the client of a gate finds the API."""
        return f"http://127.0.0.1:{self._server.server_port}/{name}"

    def _serve(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        name, _, rest = str(environ["PATH_INFO"]).lstrip("/").partition("/")
        environ["PATH_INFO"] = "/" + rest
        operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        act = self.gates[name].decide("api", operation)
        if act is Act.HANG:
            threading.Event().wait(8)
        if act is Act.REFUSE:
            return _error(start, "ThrottlingException", "Rate exceeded")
        with self._lock:
            if operation == "PutSecretValue" and self._taken(json.loads(body)):
                return _error(start, "ResourceExistsException", "that value is already in use for a version")
            answer = list(self._app(environ, start))
        if act is Act.LOSE:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer

    def _taken(self, request: dict[str, Any]) -> bool:
        """Whether a version has another value already: AWS never changes one, moto does while it is pending."""
        self._remember(request["SecretString"])
        version = self._backend.secrets[request["SecretId"]].versions.get(request["ClientRequestToken"], {})
        return version.get("secret_string") not in (None, request["SecretString"])

    def _remember(self, text: str) -> None:
        try:
            self.passwords.add(json.loads(text)["password"])
        except (ValueError, TypeError, KeyError):
            return

    def create(self, name: str, value: str | None) -> str:
        """A secret with rotation enabled; its ARN."""
        with self._lock:
            secret, _ = self._backend._add_secret(name, secret_string=value or "{}")
            secret.rotation_enabled = secret.rotation_requested = True
            if value:
                self._remember(value)
            else:
                secret.versions.clear()
            return str(secret.arn)

    def secret(self, arn: str) -> Any:
        """The emulator's own record, for what no API does."""
        return self._backend.secrets[arn]

    def stages(self, arn: str) -> dict[str, list[str]]:
        """The labels of each version."""
        with self._lock:
            return {version: list(found["version_stages"]) for version, found in self.secret(arn).versions.items()}

    def version(self, arn: str, stage: str = CURRENT) -> str | None:
        """The version with a label."""
        return next((version for version, labels in self.stages(arn).items() if stage in labels), None)

    def value(self, arn: str, version: str | None = None) -> dict[str, Any]:
        """The value of a version, by default of the current one."""
        with self._lock:
            found = self.secret(arn).versions[version or self.version(arn)].get("secret_string")
        return dict(json.loads(found)) if found else {}

    def begin(self, arn: str) -> str:
        """What RotateSecret does first: label a new version without a value, or take up the one that is pending.

        Source: Secrets Manager user guide, "Rotation by Lambda function": a version that is AWSPENDING and not
        AWSCURRENT is a rotation in progress, which is attempted again.
        """
        with self._lock:
            pending = self.version(arn, PENDING)
            if pending and CURRENT not in self.stages(arn)[pending]:
                return pending
            return self.stage(arn)

    def stage(self, arn: str, value: str | None = None) -> str:
        """Move AWSPENDING to a new version, as an operator can; its token."""
        token = str(uuid.uuid4())
        with self._lock:
            self.unlabel(arn)
            version: dict[str, Any] = {"createdate": 0, "version_id": token, "version_stages": [PENDING]}
            if value is not None:
                version["secret_string"] = value
                self._remember(value)
            self.secret(arn).versions[token] = version
        return token

    def unlabel(self, arn: str) -> None:
        """Take AWSPENDING away, as an operator does who gives a rotation up."""
        with self._lock:
            for version in self.secret(arn).versions.values():
                if PENDING in version["version_stages"]:
                    version["version_stages"].remove(PENDING)

    def replace(self, arn: str, **changes: Any) -> None:
        """Put another value into the current version, in place."""
        with self._lock:
            text = json.dumps({**self.value(arn), **changes})
            self._remember(text)
            self.secret(arn).versions[self.version(arn)]["secret_string"] = text


def _error(start: Callable[..., Any], kind: str, message: str) -> Iterable[bytes]:
    body = json.dumps({"__type": kind, "message": message}).encode()
    start("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))])
    return [body]
