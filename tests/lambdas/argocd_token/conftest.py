"""What stands for GitHub and the cluster, over TLS."""

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lambdas.kit import web
from tests.e2e.argocd.support.github import App, Github
from tests.e2e.support.certificates import Authority
from tests.lambdas.argocd_token.support.told import CLIENT, INSTALLATION


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """The App's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def github(tmp_path: Path, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Github]:
    """GitHub with the App, installed for two repositories; everybody trusts its certificate."""
    repositories = {"nationgraph-services": 7, "platform": 8}
    made = Github(tmp_path / "github", App(CLIENT, key.public_key(), INSTALLATION, "nationgraph", repositories))
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))
    yield made
    made.close()


@dataclass
class Server:
    """An API server that answers ``status`` and remembers what it was asked. ``authority`` is a file."""

    url: str
    authority: Path
    status: list[int]
    requests: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def authority(tmp_path: Path) -> str:
    """A root certificate."""
    return Authority(tmp_path).certificate.read_text()


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One with a certificate for ``names`` that is good for ``days``, as the parameter has it."""
    names, days = getattr(request, "param", (["localhost"], 30))
    folder = tmp_path / "cluster"
    folder.mkdir()
    own = Authority(folder)
    pair = own.issue(names, days=days)

    class Handler(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.requests.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(body)})
            status = made.status[0] if len(made.status) == 1 else made.status.pop(0)
            content = b'{"kind": "Status", "message": "of the API server"}'
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    made = Server(f"https://localhost:{listening.server_port}", own.certificate, [200])
    threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))
    for name, value in (("AWS_ACCESS_KEY_ID", "AK"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_DEFAULT_REGION", "eu-x-1")):
        monkeypatch.setenv(name, value)
    yield made
    listening.shutdown()
    listening.server_close()
