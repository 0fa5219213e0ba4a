"""The platform's Argo CD with its server, and the people of the access model at an identity provider.

``argocd-cm``, ``argocd-rbac-cm`` and every other object are those that the program declares for dev. The server finds
the provider under the issuer's own URL through a proxy, and trusts its certificate as it would a public one: nothing
that is declared is changed.
"""

import base64
import http.client
import json
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import yaml

from cli import delivery_lab
from components.argocd.args import ArgoCdArgs, delivery, installation, namespace
from layers import argocd as layer
from layers.access import AccessLayer
from lib.helm_parameters import IMAGE
from models.access.loader import ACCESS, load_access
from models.access.model import Access
from models.catalog.loader import load_catalog
from sandbox.argocd import lab, objects
from sandbox.argocd.lab import Lab
from sandbox.argocd.parts import SERVER
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import MERGE
from stacks.files import FOLDER
from stacks.settings import load_file
from tests.e2e.argocd.support import declared
from tests.e2e.argocd.support.repository import Repository
from tests.e2e.support.browser import Browser, Connection, Host
from tests.e2e.support.identity_provider import IdentityProvider
from toolchain import kubernetes

ENVIRONMENT = "dev"
PERSON = "ada@nationgraph.example"
PASSWORD = "correct horse"  # pragma: allowlist secret
SERVICE = "billing"
"""The service that is deployed, for what is done to one."""
CLI_CALLBACK = "http://localhost/auth/callback"
PLACE = "/api/v1/namespaces/argocd"


def arguments(model: Access) -> ArgoCdArgs:
    """What the layer tells Argo CD in dev; ``model`` is the access model, of which the layer below has more."""
    access = SimpleNamespace(model=model, cidrs={"private": ("10.1.0.0/20",)})
    return layer.arguments(load_file(FOLDER / f"Pulumi.{ENVIRONMENT}.yaml"), cast("AccessLayer", access))


def application(args: ArgoCdArgs) -> dict[str, Any]:
    """The Application that its tier's set makes of the service's line."""
    line = load_catalog().versions[ENVIRONMENT][SERVICE]
    sets = {one["metadata"]["name"]: one for one in delivery(args) if one["kind"] == "ApplicationSet"}
    text = json.dumps(sets[line.tier]["spec"]["template"])
    values = {"service": SERVICE, "namespace": line.namespace, "chart": line.chart}
    for key, value in values.items():
        text = text.replace(f"{{{{.{key}}}}}", value)
    made: dict[str, Any] = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **json.loads(text)}
    made["metadata"]["namespace"] = "argocd"
    parameters = [{"name": IMAGE, "value": line.image, "forceString": True}]  # as the patch of the template states them
    made["spec"]["source"]["helm"]["parameters"] = parameters
    return made


class SignedIn:
    """The whole of it, running."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.source = folder, ACCESS.read_text(encoding="utf-8")
        self.args = arguments(load_access().for_environment(ENVIRONMENT))
        self.groups: dict[str, Any] = yaml.safe_load(self.source)["groups"]
        people = {person for row in self.groups.values() for person in row.get("members", ())}
        self.people = {
            person: sorted(name for name, row in self.groups.items() if person in row.get("members", ()))
            for person in sorted(people)
        }
        self.url = f"https://{self.args.host}"
        sign_in = self.args.sign_in
        callbacks = [f"{self.url}/auth/callback", CLI_CALLBACK]
        self.provider = IdentityProvider(folder, sign_in.issuer, sign_in.client_id, callbacks, self.people)
        cluster.start(folder)
        self.lab = Lab(folder=folder)
        self.api = self.lab.api
        Repository(self.lab.repositories, folder / "work")
        self.application = application(self.args)
        self._start()
        self._local = threading.local()

    def _start(self) -> None:
        team = self.application["spec"]["destination"]["namespace"]
        objects.apply(self.api, [*delivery_lab.definitions(), namespace(), *declared.team(team)])
        objects.apply(self.api, installation(self.args))
        objects.apply(self.api, [*delivery(self.args), self.application])
        told = {
            "HTTPS_PROXY": f"http://127.0.0.1:{self.provider.port}",
            "SSL_CERT_FILE": str(self.provider.certificate),
        }
        lab.start(Lab(folder=self.folder, settings=told), (SERVER,))
        lab.start(self.lab, ("repo-server", "application-controller"))

    @property
    def port(self) -> int:
        """Where the server listens."""
        return self.lab.ports()["server"]

    def hosts(self) -> dict[str, Host]:
        """Argo CD, which signed its certificate itself, and the provider."""
        secret = self.api.call("GET", f"{PLACE}/secrets/argocd-secret")["data"]
        own = ssl.create_default_context(cadata=base64.b64decode(secret["tls.crt"]).decode())
        issuers = ssl.create_default_context(cafile=str(self.provider.certificate))
        issuer = self.provider.host
        return {
            self.args.host: Host(port=self.port, tls=own, name="localhost"),
            issuer: Host(port=self.provider.port, tls=issuers, name=issuer, proxy=True),
        }

    def browser(self, person: str = "") -> Browser:
        """That of somebody who signed in to the provider, and not yet to Argo CD."""
        made = Browser(self.hosts())
        if person:
            made.put(self.provider.issuer, "session", self.provider.sign_in(person))
        return made

    def token(self, *groups: str, **changes: Any) -> str:
        """An ID token as the provider gives it to somebody in ``groups``."""
        claims = {**self.provider.claims("somebody@nationgraph.example"), "groups": list(groups), **changes}
        return self.provider.key.sign(claims)

    def call(self, method: str, path: str, token: str = "", body: object = None) -> tuple[int, Any]:
        """Status and body of a request to Argo CD's API, by one connection of each thread."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body)
        for last in (False, True):
            if not hasattr(self._local, "connection"):
                self._local.connection = Connection(self.hosts(), self.args.host)
            try:
                self._local.connection.request(method, path, data, headers)
                answer = self._local.connection.getresponse()
                text = answer.read()
            except (http.client.HTTPException, OSError):  # the server closed it, or began anew
                del self._local.connection
                if last:
                    raise
            else:
                break
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode(errors="replace")

    def command(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """The command line, as the cluster's administrator and with nothing of the user's."""
        return subprocess.run(
            [str(kubernetes.argocd()), *words],
            env=self.environment() | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def environment(self) -> dict[str, str]:
        """What the command line sees."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        named = {"HOME": str(home), "KUBECONFIG": str(cluster.kubeconfig(self.folder)), "ARGOCD_BINARY_NAME": "argocd"}
        return {**named, "PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1,localhost"}

    def user_info(self, browser: Browser) -> dict[str, Any]:
        """What Argo CD knows of a browser."""
        known: dict[str, Any] = browser.step(f"{self.url}/api/v1/session/userinfo").data
        return known

    def plant_password(self) -> None:
        """What Argo CD's first start with an administrator leaves: a hash, and the secret that tells the password."""
        hashed = self.command("account", "bcrypt", "--password", PASSWORD).stdout.strip()
        since = "2026-01-01T00:00:00Z"
        told = {"admin.password": hashed, "admin.passwordMtime": since}  # pragma: allowlist secret
        self.api.call("PATCH", f"{PLACE}/secrets/argocd-secret", {"stringData": told}, kind=MERGE)
        secret = {"metadata": {"name": "argocd-initial-admin-secret"}, "stringData": {"password": PASSWORD}}
        self.api.call("POST", f"{PLACE}/secrets", secret)

    def session(self, password: str) -> tuple[int, Any]:
        """A sign-in of an administrator with a password."""
        return self.call("POST", "/api/v1/session", "", {"username": "admin", "password": password})

    def data(self, name: str) -> dict[str, str]:
        """What a map holds."""
        return dict(self.api.call("GET", f"{PLACE}/configmaps/{name}")["data"])

    @contextmanager
    def changed(self, name: str, data: Mapping[str, str]) -> Iterator[None]:
        """A map with other values, for a while."""
        before = self.data(name)
        self.api.call("PATCH", f"{PLACE}/configmaps/{name}", {"data": dict(data)}, kind=MERGE)
        try:
            yield
        finally:
            back = {key: before.get(key) for key in data}
            self.api.call("PATCH", f"{PLACE}/configmaps/{name}", {"data": back}, kind=MERGE)

    def close(self) -> None:
        """End everything."""
        lab.remove(self.folder)
        cluster.remove(self.folder)
        self.provider.close()


def until(done: Any, what: str, patience: float = 30.0) -> None:
    """Wait for it; an AssertionError says what did not come."""
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.1)
