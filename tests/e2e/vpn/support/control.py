"""The control server: headscale with TLS and its own relay (DERP), driven by its command line."""

import json
import signal
import subprocess
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.support.certificates import Authority
from tests.e2e.vpn.support.machines import Machine

PORT, STUN_PORT = 8443, 3478


@dataclass(frozen=True)
class Router:
    """A node that offers routes: those which are approved, and those of them that lead to it now."""

    online: bool
    approved: frozenset[str]
    primary: frozenset[str]

    def ready(self, routes: Collection[str]) -> bool:
        """Whether it could take over all of ``routes``."""
        return self.online and self.approved >= set(routes)


@dataclass
class Control:
    """headscale on ``machine``, at ``address``; files lie in ``folder``, whose path must be short (a Unix socket)."""

    machine: Machine
    address: str
    folder: Path
    program: Path
    authority: Authority
    child: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        """What nodes log in to: an address, so that nobody needs name resolution."""
        return f"https://{self.address}:{PORT}"

    def _settings(self) -> dict[str, Any]:
        pair = self.authority.issue([self.address], file="headscale")
        relay = {
            "enabled": True,
            "region_id": 999,
            "region_code": "lab",
            "region_name": "lab",
            "verify_clients": True,
            "stun_listen_addr": f"{self.address}:{STUN_PORT}",
            "private_key_path": str(self.folder / "derp.key"),
            "automatically_add_embedded_derp_region": True,
            "ipv4": self.address,
        }
        return {
            "server_url": self.url,
            "listen_addr": f"{self.address}:{PORT}",
            "metrics_listen_addr": "127.0.0.1:9099",
            "grpc_listen_addr": "127.0.0.1:50443",
            "noise": {"private_key_path": str(self.folder / "noise.key")},
            "prefixes": {"v4": "100.64.0.0/10", "v6": "fd7a:115c:a1e0::/48", "allocation": "sequential"},
            "derp": {"server": relay, "urls": [], "paths": [], "auto_update_enabled": False},
            "disable_check_updates": True,
            "database": {"type": "sqlite", "sqlite": {"path": str(self.folder / "db.sqlite")}},
            "tls_cert_path": str(pair.certificate),
            "tls_key_path": str(pair.key),
            "log": {"level": "info", "format": "text"},
            "policy": {"mode": "file", "path": str(self.folder / "policy.json")},
            "dns": {
                "magic_dns": False,
                "base_domain": "tailnet.example",
                "override_local_dns": False,
                "nameservers": {"global": []},
            },
            "unix_socket": str(self.folder / "headscale.sock"),
            "unix_socket_permission": "0700",
            "logtail": {"enabled": False},
        }

    def start(self, policy: Mapping[str, Any]) -> None:
        """Start under a policy, since without one headscale lets everybody reach everything; return once it answers."""
        (self.folder / "config.yaml").write_text(yaml.safe_dump(self._settings()), encoding="utf-8")
        self._write(policy)
        arguments = (self.program, "--config", self.folder / "config.yaml", "serve")
        self.child = self.machine.start(*arguments, log=self.log)
        deadline = time.monotonic() + 30
        while True:
            try:
                self("users", "list")
            except RuntimeError as error:
                if self.child.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"headscale did not start: {self.log.read_text()[-2000:]}") from error
                time.sleep(0.1)
            else:
                return

    @property
    def log(self) -> Path:
        """What headscale writes."""
        return self.folder / "headscale.log"

    def __call__(self, *arguments: str) -> Any:
        """A command of headscale, its output read as JSON."""
        said = self.machine.run(
            self.program, "--config", self.folder / "config.yaml", *arguments, "--output", "json", seconds=30
        )
        return json.loads(said or "null")

    def _write(self, policy: Mapping[str, Any]) -> None:
        target = self.folder / "policy.json"
        draft = target.with_suffix(".draft")
        draft.write_text(json.dumps(policy, indent=1), encoding="utf-8")
        self.machine.run(self.program, "policy", "check", "--file", draft, seconds=30)
        draft.rename(target)

    def reload(self, policy: Mapping[str, Any]) -> float:
        """Put a policy into force. Returns the wall clock of the signal. RuntimeError where headscale refuses it."""
        self._write(policy)
        self.child.send_signal(signal.SIGHUP)
        return time.time()

    def key(self, *, person: str | None = None, tag: str | None = None) -> str:
        """A key with which a node joins as the device of a person, made known first, or under a tag."""
        if person:
            user = self("users", "create", person.partition("@")[0], "--email", person)
            return str(self("preauthkeys", "create", "--user", str(user["id"]))["key"])
        return str(self("preauthkeys", "create", "--tags", str(tag))["key"])

    def routers(self) -> dict[str, Router]:
        """Nodes with approved routes, by name."""
        nodes = self("nodes", "list-routes") or []
        return {
            node["given_name"]: Router(
                bool(node.get("online")),
                frozenset(node.get("approved_routes") or ()) & frozenset(node.get("available_routes") or ()),
                frozenset(node.get("subnet_routes") or ()),
            )
            for node in nodes
        }

    def primary(self, route: str) -> str:
        """The router to which the others send what is meant for ``route``."""
        (name,) = [name for name, router in self.routers().items() if route in router.primary]
        return name

    def await_routers(self, names: Collection[str], routes: Collection[str], seconds: float = 30) -> None:
        """Wait until all these routers are online with all routes, and each route leads to one of them."""
        deadline = time.monotonic() + seconds
        while True:
            routers = self.routers()
            ready = all(name in routers and routers[name].ready(routes) for name in names)
            if ready and frozenset().union(*(router.primary for router in routers.values())) == frozenset(routes):
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"not all of {', '.join(names)} offer all routes after {seconds} s: {routers}")
            time.sleep(0.2)
