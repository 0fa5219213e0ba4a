"""An Argo CD on this machine: what its workloads declare, as processes instead of pods.

Each process has the environment that its container would have, settings included, and the token of its service
account. What differs is in ``parts``. What runs is told by command lines.
"""

import base64
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sandbox import files, ports, processes
from sandbox.account import KEPT
from sandbox.argocd import certificate, containers, parts
from sandbox.kubernetes import cluster, identity
from sandbox.kubernetes.api import MERGE, Api

ROOT = Path(__file__).parents[2]
GIT = "sandbox.argocd.git_server"
HOST = "github.com"
"""For which the folder's Git server answers, to Argo CD's repo-server alone."""
START_TIMEOUT_SECONDS = 90.0
STOP_TIMEOUT_SECONDS = 3.0
TOKEN_SECONDS = 30 * 24 * 3600
KEY = "server.secretkey"
"""Of ``argocd-secret``. Argo CD's server makes it at its first start, and the controllers wait for it."""
PASSWORD = frozenset({"argocd-redis"})
"""A container that runs before the others makes this secret."""


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The Argo CD of one namespace of a folder's cluster; the folder has one Git server.

    ``settings`` are variables that replace declared ones: what a setting is good for is seen without it. ``tokens`` is
    the file of tokens that Git wants, None where everybody reads. ``administrator`` gives its processes the rights of
    one, which they keep when their service accounts are deleted.
    """

    folder: Path
    namespace: str = "argocd"
    settings: Mapping[str, str] = field(default_factory=dict)
    administrator: bool = False
    tokens: Path | None = None

    @property
    def home(self) -> Path:
        """Where its files lie; its absolute path tells its processes from others."""
        return (self.folder / "argocd" / self.namespace).resolve()

    @property
    def repositories(self) -> Path:
        """The bare repositories that the Git server serves."""
        return (self.folder / "argocd" / "git").resolve()

    @property
    def api(self) -> Api:
        """The cluster, as its administrator. RuntimeError where it does not run."""
        port = cluster.port(self.folder)
        if port is None:
            raise RuntimeError(f"{self.folder}: its cluster does not run")
        return Api(cluster.place(self.folder), port)

    @property
    def git(self) -> str:
        """The Git server. Argo CD reaches its repositories as ``https://<HOST>/...``, people below this address."""
        return f"http://127.0.0.1:{_port(self.folder / 'argocd', 'git')}"

    def ports(self) -> dict[str, int]:
        """Where its processes listen, on 127.0.0.1: the same from start to start."""
        taken = _given(self.home)
        return {name: _port(self.home, name, taken) for name in parts.PORTS}


def _given(home: Path) -> set[int]:
    """The ports of all homes beside this one, which nobody may listen on yet."""
    return {number for one in home.parent.rglob("*.port") if (number := files.number(one)) is not None}


def _port(home: Path, name: str, taken: set[int] | None = None) -> int:
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{name}.port"
    number = files.number(path)
    if number is None:
        taken = _given(home) if taken is None else taken
        number = ports.free(taken)
        taken.add(number)
        files.write(path, str(number))
    return number


def pids(folder: Path) -> dict[str, int]:
    """The processes of every Argo CD of a folder: ``git``, ``argocd/redis``, ``argocd/repo-server``, ..."""
    own, found = re.escape(str((folder / "argocd").resolve())), {}
    for number, line in processes.every():
        if match := re.search(rf"{GIT}\n--folder\n{own}/git\n", line):
            found["git"] = number
        elif match := re.search(rf"[=\n]{own}/([a-z0-9-]+)/([a-z-]+)[/\n]", line):
            found[f"{match[1]}/{match[2]}"] = number
    return found


def memory_mib(folder: Path) -> dict[str, int]:
    """The resident memory of the folder's processes, the cluster's included; nothing where there is no /proc."""
    made = {}
    for name, number in {**cluster.pids(folder), **pids(folder)}.items():
        path = processes.PROC / str(number) / "status"
        found = re.search(r"VmRSS:\s+(\d+) kB", path.read_text()) if path.exists() else None
        if found:
            made[name] = int(found[1]) >> 10
    return made


def _launch(home: Path, part: str, command: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    with (home / f"{part}.log").open("w") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT if part == "git" else home,
            env=dict(environment),
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def start_git(lab: Lab) -> None:
    """Serve the folder's repositories where nobody does. RuntimeError where the server ends."""
    lab.repositories.mkdir(parents=True, exist_ok=True)
    home = lab.folder / "argocd"
    port, child = _port(home, "git"), None
    if "git" not in pids(lab.folder):
        users = {key: os.environ[key] for key in KEPT if key in os.environ}
        if not (home / "git.crt").exists():  # the repo-server has a copy
            certificate.make(home / "git", HOST)
        words = ["--folder", str(lab.repositories), "--port", str(port), "--host", HOST]
        words += ["--tokens", str(lab.tokens)] if lab.tokens else []
        command = [sys.executable, "-m", GIT, *words]
        child = _launch(home, "git", command, users)
    _await(home / "git.log", child, partial(_listens, port))


def stop_git(folder: Path) -> None:
    """Git is down; its repositories stay."""
    processes.end(partial(_pid, folder, "git"), STOP_TIMEOUT_SECONDS)


def start(lab: Lab, wanted: Sequence[str] = parts.CONTROLLERS) -> None:
    """Start what does not run of the parts that are wanted, with Redis, and wait until they are at work.

    Where the server is not among them, what it makes at its first start is made for it.

    Raises:
        MissingError: Argo CD is not declared in the namespace.
        RuntimeError: a process ended, or was not ready in time; the message holds the end of its log.

    """
    start_git(lab)
    if parts.SERVER not in wanted:
        _own_key(lab)
    running, ports = pids(lab.folder), lab.ports()
    children = {}
    if f"{lab.namespace}/redis" not in running:
        place = lab.home / "redis"
        place.mkdir(exist_ok=True)
        children["redis"] = _launch(lab.home, "redis", *parts.redis_command(place, ports["redis"]))
    for part in wanted:
        if f"{lab.namespace}/{part}" not in running:
            children[part] = _launch_part(lab, part)
    for part in ("redis", *wanted):
        port = parts.PARTS[part].ready if part in parts.PARTS else part
        _await(lab.home / f"{part}.log", children.get(part), partial(_listens, ports[port]))


def restart_part(lab: Lab, part: str) -> None:
    """End one process and start it with what its workload declares at this moment."""
    processes.end(partial(_pid, lab.folder, f"{lab.namespace}/{part}"), STOP_TIMEOUT_SECONDS)
    child = _launch_part(lab, part)
    _await(lab.home / f"{part}.log", child, partial(_listens, lab.ports()[parts.PARTS[part].ready]))


def _launch_part(lab: Lab, part: str) -> "subprocess.Popen[bytes]":
    row, place, ports = parts.PARTS[part], lab.home / part, lab.ports()
    declared = containers.workload(lab.api, lab.namespace, row.kind, row.workload)
    given = containers.environment(lab.api, declared, PASSWORD)
    parts.folders(place)
    pod = declared["spec"]["template"]["spec"]
    if pod.get("automountServiceAccountToken") is not False:
        files.write(place / "kubeconfig", _kubeconfig(lab, pod["serviceAccountName"]))
    shutil.copyfile(lab.folder / "argocd" / "git.crt", place / "tls" / HOST)
    environment = {**parts.environment(part, place, ports, given), "HTTPS_PROXY": lab.git, **lab.settings}
    return _launch(lab.home, part, parts.command(part, place, ports), environment)


def _kubeconfig(lab: Lab, account: str) -> str:
    """A kubeconfig as a service account, in JSON, with a token as pods get one."""
    path = f"/api/v1/namespaces/{lab.namespace}/serviceaccounts/{account}/token"
    if lab.administrator:
        token = identity.token(lab.api.folder, "admin")
    else:
        asked = {"spec": {"expirationSeconds": TOKEN_SECONDS}}
        token = lab.api.call("POST", path, asked)["status"]["token"]
    return identity.kubeconfig_of(lab.api.folder, account, token, lab.api.server, lab.namespace)


def _own_key(lab: Lab) -> None:
    path = f"/api/v1/namespaces/{lab.namespace}/secrets/argocd-secret"
    found: dict[str, Any] = lab.api.call("GET", path)
    if KEY not in (found.get("data") or {}):
        word = base64.b64encode(secrets.token_urlsafe(32).encode()).decode()
        lab.api.call("PATCH", path, {"data": {KEY: word}}, kind=MERGE)


def _await(log: Path, child: "subprocess.Popen[bytes] | None", done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not done():
        if (child is not None and child.poll() is not None) or time.monotonic() > deadline:
            said = log.read_text(errors="replace")[-1500:].strip() if log.exists() else "no log"
            raise RuntimeError(f"{log.stem} of the sandbox's Argo CD ended or was not ready: {said}")
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _pid(folder: Path, part: str) -> int | None:
    return pids(folder).get(part)


def stop(folder: Path) -> None:
    """Stop every Argo CD of a folder, and its Git server; repositories and cluster stay."""
    for part in sorted(pids(folder)):
        processes.end(partial(_pid, folder, part), STOP_TIMEOUT_SECONDS)
    for place in (folder / "argocd").resolve().glob("*/repo-server"):
        parts.ask_pass(place).unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Stop them, and remove what they hold."""
    stop(folder)
    shutil.rmtree(folder / "argocd", ignore_errors=True)
