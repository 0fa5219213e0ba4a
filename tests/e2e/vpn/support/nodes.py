"""Nodes of the tailnet: tailscaled in TUN mode on a machine of its own."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.vpn.support.machines import Machine
from tests.support.debian_tools import environment_with


@dataclass
class Node:
    """One node; ``program`` is tailscaled with its command line built in, ``ca`` what it trusts.

    With ``relay`` it finds no direct way to anybody, as behind a firewall that lets out nothing but HTTPS.
    """

    machine: Machine
    folder: Path
    program: Path
    ca: Path
    relay: bool = False
    child: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start the daemon. It keeps its state, so that it can be started again after a crash."""
        self.folder.mkdir(exist_ok=True)
        self.child = self.machine.start(
            self.program,
            "--tun=tailscale0",
            f"--statedir={self.folder}",
            f"--socket={self.socket}",
            "--port=41641",
            "--no-logs-no-support",
            log=self.folder / "log",
            env=self._environment(),
        )

    @property
    def socket(self) -> Path:
        """Where the daemon listens for commands."""
        return self.folder / "sock"

    def _environment(self) -> dict[str, str]:
        """Trust for the control server, and nftables, which need no program on this machine."""
        return {
            "SSL_CERT_FILE": str(self.ca),
            "TS_DEBUG_FIREWALL_MODE": "nftables",
            "HOME": str(self.folder),
            **({"TS_DEBUG_ALWAYS_USE_DERP": "true"} if self.relay else {}),
        }

    def __call__(self, *arguments: str, seconds: float = 60) -> str:
        """A command of ``tailscale``."""
        command = (self.program, f"--socket={self.socket}", *arguments)
        return self.machine.run(*command, env={**self._environment(), "TS_BE_CLI": "1"}, seconds=seconds)

    def join(self, url: str, key: str, routes: Sequence[str] = ()) -> None:
        """Log in and stay; a router advertises ``routes``."""
        deadline = time.monotonic() + 20
        while not self.socket.exists():
            if self.child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"tailscaled of {self.machine.name}: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        self(
            "up",
            f"--login-server={url}",
            f"--auth-key={key}",
            f"--hostname={self.machine.name}",
            f"--advertise-routes={','.join(routes)}",
            f"--accept-routes={'false' if routes else 'true'}",
            "--accept-dns=false",
            "--timeout=40s",
        )

    def status(self) -> dict[str, Any]:
        """What the node knows of itself and of its peers."""
        found: dict[str, Any] = json.loads(self("status", "--json"))
        return found

    def advertises(self, script: Path, routes: Sequence[str]) -> int:
        """What the routers' own script says of this node: 0 where it is one that others may rely on."""
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        command = tools / "tailscale"
        command.write_text(f'#!/bin/sh\nTS_BE_CLI=1 exec "{self.program}" "--socket={self.socket}" "$@"\n', "utf-8")
        command.chmod(0o755)
        settings = {**environment_with(jq="jq"), **self._environment(), "ROUTES": ",".join(routes)}
        settings["PATH"] = f"{tools}:{settings['PATH']}"
        text = f'code=0; bash "{script}" advertises || code=$?; echo "$code"'
        return int(self.machine.run("bash", "-c", text, env=settings))

    @property
    def address(self) -> str:
        """Its IPv4 address on the tailnet."""
        return self("ip", "-4").strip()

    def kill(self) -> float:
        """As a crash does. Returns the wall clock."""
        self.child.kill()
        self.child.wait()
        return time.time()
