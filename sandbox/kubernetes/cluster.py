"""The processes of a folder's cluster, on loopback ports of their own, which come back with the state that they had.

What runs, and on which port, is told by command lines: ``kubernetes/ports.json`` only remembers ports.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sandbox import files, ports, processes
from sandbox.account import KEPT, DamagedError
from sandbox.kubernetes import identity, roles
from sandbox.kubernetes.api import Api
from toolchain import kubernetes as programs

START_TIMEOUT_SECONDS = 90.0
STOP_TIMEOUT_SECONDS = 4.0
DYING_SECONDS = 1.0
ROOM_BYTES = 256 << 20
"""etcd writes files of 64 MiB at once, two of them."""
CONTROLLERS = (
    "namespace-controller,serviceaccount-controller,garbage-collector-controller,resourcequota-controller,"
    "deployment-controller,replicaset-controller,statefulset-controller,daemonset-controller,job-controller,"
    "cronjob-controller,ttl-after-finished-controller,disruption-controller,endpoints-controller,"
    "horizontal-pod-autoscaler-controller,"
    "endpointslice-controller,clusterrole-aggregation-controller,root-ca-certificate-publisher-controller,"
    "pod-garbage-collector-controller,validatingadmissionpolicy-status-controller"
)
"""Those that a cluster without nodes, volumes and a cloud needs."""
ROOT = Path(__file__).parents[2]
KUBELET = "sandbox.kubernetes.kubelet"
PARTS: Mapping[str, str] = {
    "etcd": "etcd",
    "api-server": "kube-apiserver",
    "controller-manager": "kube-controller-manager",
    "kubelet": KUBELET,
}
"""The parts in the order in which they start, and what their command lines name."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where they listen, on 127.0.0.1."""

    api: int
    etcd: int
    peer: int


def place(folder: Path) -> Path:
    """Where a stack's folder keeps its cluster; its absolute path tells one folder's processes from another's."""
    return (folder / "kubernetes").resolve()


def kubeconfig(folder: Path) -> Path:
    """An administrator's kubeconfig."""
    return place(folder) / "kubeconfig"


def _called(folder: Path) -> dict[str, tuple[int, str]]:
    """The parts that run: process and command line."""
    own, found = f"{place(folder)}/", {}
    for number, line in processes.every():
        if own in line:
            words = line.split("\n")
            for part, name in PARTS.items():
                if Path(words[0].split(" ")[0]).name == name or (name == KUBELET and name in line):
                    found[part] = (number, line)
    return found


def pids(folder: Path) -> dict[str, int]:
    """The processes that run, by part (``PARTS``), whatever files say."""
    return {part: number for part, (number, _) in _called(folder).items()}


def port(folder: Path) -> int | None:
    """The port of the API server where it runs."""
    return _ports_of(_called(folder)).get("api")


def _ports_of(running: Mapping[str, tuple[int, str]]) -> dict[str, int]:
    """The ports that command lines name."""
    patterns = {
        "api": ("api-server", r"--secure-port=(\d+)"),
        "etcd": ("api-server", r"--etcd-servers=https://127\.0\.0\.1:(\d+)"),
        "peer": ("etcd", r"--listen-peer-urls=https://127\.0\.0\.1:(\d+)"),
    }
    ports = {}
    if "etcd" in running:  # it says itself where the API server finds it
        patterns["etcd"] = ("etcd", r"--listen-client-urls=https://127\.0\.0\.1:(\d+)")
    for name, (part, pattern) in patterns.items():
        found = re.search(pattern, running[part][1]) if part in running else None
        if found:
            ports[name] = int(found[1])
    return ports


def _free(wanted: int | None, taken: set[int]) -> int:
    """The wanted port, else another one. A killed server holds its port a moment longer than its command line."""
    deadline = time.monotonic() + DYING_SECONDS
    while wanted is not None and wanted not in taken:
        if ports.is_free(wanted):
            return wanted
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return ports.free(taken)


def _ports(home: Path, running: Mapping[str, tuple[int, str]]) -> Ports:
    """Those in use, else those of the last start, else free ones."""
    try:
        known = json.loads((home / "ports.json").read_text())
        remembered = {name: int(known[name]) for name in ("api", "etcd", "peer")}
        remembered = {name: number for name, number in remembered.items() if 1024 <= number < 1 << 16}
    except (OSError, ValueError, KeyError, TypeError):
        remembered = {}
    chosen: dict[str, int] = dict(_ports_of(running))
    for name in ("api", "etcd", "peer"):
        if name not in chosen:
            chosen[name] = _free(remembered.get(name), set(chosen.values()))
    files.write(home / "ports.json", json.dumps(chosen))
    return Ports(**chosen)


def start(folder: Path, webhook: str | None = None) -> None:
    """Start what does not run of the folder's cluster, and wait until the API server is ready.

    ``webhook`` is the URL that says who the bearer of a token is (TokenReview); None where nobody is asked.

    Raises:
        DamagedError: etcd's files cannot be used.
        RuntimeError: a part could not be had or did not come up; the message holds the end of its log.

    """
    home = place(folder)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    with (folder / "kubernetes.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # whoever comes second finds it running
        if _stale(home, webhook) or not identity.complete(home):
            stop(folder)
        if not identity.complete(home):
            identity.make(home)
        running = _called(folder)
        ports = _ports(home, running)
        api = Api(home, ports.api)
        _describe(home, api.server, webhook)
        if len(running) == len(PARTS) and api.ready():
            return
        if "etcd" not in running:
            _has_room(home)
        children = {part: _launch(home, part, ports, webhook) for part in ("etcd", "api-server") if part not in running}
        _await(home, api, children)
        roles.grant(api)
        for part in ("controller-manager", "kubelet"):
            if part not in running:
                _launch(home, part, ports, webhook)


def _stale(home: Path, webhook: str | None) -> bool:
    """Whether a running API server would ask somebody else about tokens."""
    path = home / "webhook.kubeconfig"
    known = path.read_text() if path.is_file() else None
    return known != (identity.webhook(webhook) if webhook else None)


def _describe(home: Path, server: str, webhook: str | None) -> None:
    """The files that others read: how to reach it, and as whom."""
    files.write(home / "kubeconfig", identity.kubeconfig(home, "admin", server))
    files.write(home / "controller-manager.kubeconfig", identity.kubeconfig(home, "controller-manager", server))
    if webhook:
        files.write(home / "webhook.kubeconfig", identity.webhook(webhook))
    else:
        (home / "webhook.kubeconfig").unlink(missing_ok=True)
    described = {"server": server, "certificateAuthority": identity.authority(home)}
    files.write(home / "cluster.json", json.dumps(described))


def _has_room(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < ROOM_BYTES:
        raise RuntimeError(
            f"{home}: its disk is full, {free >> 20} MiB are free and the cluster's etcd needs {ROOM_BYTES >> 20} MiB; "
            "make room and run it again"
        )


def _command(home: Path, part: str, ports: Ports, webhook: str | None) -> Sequence[str]:
    pki = home / "pki"
    certificate = {
        "cert-file": pki / "server.crt",
        "key-file": pki / "server.key",
        "trusted-ca-file": pki / "authority.crt",
    }
    if part == "etcd":
        client, peer = f"https://127.0.0.1:{ports.etcd}", f"https://127.0.0.1:{ports.peer}"
        return [
            str(programs.etcd()),
            f"--data-dir={home / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            *(f"--{name}={path}" for name, path in certificate.items()),
            *(f"--peer-{name}={path}" for name, path in certificate.items()),
            "--client-cert-auth",
            "--peer-client-cert-auth",
            "--unsafe-no-fsync",
        ]
    if part == "api-server":
        asked = ["--authentication-token-webhook-version=v1", "--authentication-token-webhook-cache-ttl=10s"]
        return [
            str(programs.api_server()),
            f"--etcd-servers=https://127.0.0.1:{ports.etcd}",
            f"--etcd-cafile={pki / 'authority.crt'}",
            f"--etcd-certfile={pki / 'etcd-client.crt'}",
            f"--etcd-keyfile={pki / 'etcd-client.key'}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={ports.api}",
            f"--tls-cert-file={pki / 'server.crt'}",
            f"--tls-private-key-file={pki / 'server.key'}",
            f"--token-auth-file={home / 'tokens.csv'}",
            "--anonymous-auth=false",
            "--authorization-mode=RBAC",
            "--profiling=false",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={pki / 'accounts.key'}",
            f"--service-account-signing-key-file={pki / 'accounts.key'}",
            "--endpoint-reconciler-type=none",
            "--allow-privileged=true",
            *([f"--authentication-token-webhook-config-file={home / 'webhook.kubeconfig'}", *asked] if webhook else []),
        ]
    if part == "controller-manager":
        return [
            str(programs.controller_manager()),
            f"--kubeconfig={home / 'controller-manager.kubeconfig'}",
            f"--service-account-private-key-file={pki / 'accounts.key'}",
            f"--root-ca-file={pki / 'authority.crt'}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--secure-port=0",
            "--profiling=false",
            "--horizontal-pod-autoscaler-sync-period=2s",
            f"--controllers={CONTROLLERS}",
        ]
    return [sys.executable, "-m", KUBELET, f"--folder={home}/", f"--port={ports.api}"]


def _launch(home: Path, part: str, ports: Ports, webhook: str | None) -> "subprocess.Popen[bytes]":
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    with (home / f"{part}.log").open("w") as output:
        return subprocess.Popen(
            _command(home, part, ports, webhook),
            cwd=ROOT if part == "kubelet" else home,
            env=kept,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def _await(home: Path, api: Api, children: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not api.ready():
        for part in ("etcd", "api-server"):
            ended = part in children and children[part].poll() is not None
            if ended or (time.monotonic() > deadline and part == "api-server"):
                _end(children)
                raise _failure(home, part)
        time.sleep(0.1)


def _end(children: Mapping[str, "subprocess.Popen[bytes]"]) -> None:
    for child in children.values():
        child.kill()
        child.wait()


def _failure(home: Path, part: str) -> Exception:
    said = (home / f"{part}.log").read_text(errors="replace").strip()
    if part == "etcd" and "address already in use" not in said and any((home / "etcd").glob("member/*")):
        errors = re.findall(r'"(?:error|err)":"([^"]+)"', said)
        why = errors[-1] if errors else (said.splitlines() or ["no reason given"])[-1]
        return DamagedError(
            f"{home / 'etcd'}, the record of the sandbox's cluster, cannot be read ({why[:200]}); "
            "`make clean` starts over with an empty account and cluster"
        )
    return RuntimeError(f"the sandbox's cluster did not start, its {part} ended or was not ready: {said[-2000:]}")


def stop(folder: Path) -> None:
    """Stop the folder's cluster; its state stays there."""
    for part in reversed(list(PARTS)):
        processes.end(partial(_pid, folder, part), STOP_TIMEOUT_SECONDS)


def _pid(folder: Path, part: str) -> int | None:
    return pids(folder).get(part)


def remove(folder: Path) -> None:
    """Stop it and remove everything that it holds."""
    stop(folder)
    shutil.rmtree(place(folder), ignore_errors=True)
    (folder / "kubernetes.lock").unlink(missing_ok=True)
