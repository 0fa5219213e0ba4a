"""Argo CD's processes: which workload each stands for, where it listens, and what it is told other than in a pod."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.account import KEPT
from toolchain import helm, kubernetes, redis

PORTS = (
    "redis",
    "repo",
    "repo-metrics",
    "controller-metrics",
    "sets-metrics",
    "sets-probe",
    "sets-webhook",
    "server",
    "server-metrics",
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A process that stands for a workload. ``arguments`` say where it listens, ``ready`` on which port at the last.

    Ports and ``place`` are filled in. The last argument names its folder, by which it is told from others' processes.
    """

    kind: str
    workload: str
    arguments: tuple[str, ...]
    ready: str


SERVER = "server"
PARTS: Mapping[str, Part] = {
    "repo-server": Part(
        kind="deployments",
        workload="argocd-repo-server",
        arguments=(
            "--address=127.0.0.1",
            "--port={repo}",
            "--metrics-address=127.0.0.1",
            "--metrics-port={repo-metrics}",
            "--plugin-tar-exclude={place}",  # no plugin is there: it only names the folder
        ),
        ready="repo",
    ),
    "application-controller": Part(
        kind="statefulsets",
        workload="argocd-application-controller",
        arguments=("--metrics-port={controller-metrics}", "--kubeconfig={place}/kubeconfig"),
        ready="controller-metrics",
    ),
    "applicationset-controller": Part(
        kind="deployments",
        workload="argocd-applicationset-controller",
        arguments=(
            "--metrics-addr=127.0.0.1:{sets-metrics}",
            "--probe-addr=127.0.0.1:{sets-probe}",
            "--webhook-addr=127.0.0.1:{sets-webhook}",
            "--kubeconfig={place}/kubeconfig",
        ),
        ready="sets-probe",
    ),
    SERVER: Part(
        kind="deployments",
        workload="argocd-server",
        arguments=(
            "--address=127.0.0.1",
            "--port={server}",
            "--metrics-address=127.0.0.1",
            "--metrics-port={server-metrics}",
            "--staticassets={place}/plugins",  # empty: the program holds no user interface
            "--kubeconfig={place}/kubeconfig",
        ),
        ready="server",
    ),
}
CONTROLLERS = tuple(part for part in PARTS if part != SERVER)
"""What deploys. The server, by which people come, is started where it is asked for."""
LOCAL: Mapping[str, str] = {
    "ARGOCD_FAKE_IN_CLUSTER": "true",
    "ARGOCD_GPG_ENABLED": "false",
    "ARGOCD_RECONCILIATION_TIMEOUT": "20s",
    "ARGOCD_RECONCILIATION_JITTER": "0s",
    "ARGOCD_REPO_ERROR_GRACE_PERIOD_SECONDS": "0",
    "ARGOCD_APPLICATION_CONTROLLER_SELF_HEAL_TIMEOUT_SECONDS": "1",
    "ARGOCD_SYNC_WAVE_DELAY": "0",
    "GOMEMLIMIT": "600MiB",
    "NO_PROXY": "127.0.0.1,localhost",
}
"""Other than in the cloud: no GPG keys, and what happens is seen within seconds."""


def command(part: str, place: Path, ports: Mapping[str, int]) -> list[str]:
    """How a process is called."""
    values = {**{name: str(number) for name, number in ports.items()}, "place": str(place)}
    return [str(kubernetes.argocd()), *(word.format_map(values) for word in PARTS[part].arguments)]


def environment(part: str, place: Path, ports: Mapping[str, int], declared: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process: what its container has, but for paths of the image and addresses in the cluster."""
    users = {key: os.environ[key] for key in KEPT if key in os.environ}
    repo = f"127.0.0.1:{ports['repo']}"
    return {
        **users,
        **{key: value for key, value in declared.items() if not value.startswith("/")},
        **LOCAL,
        "ARGOCD_BINARY_NAME": f"argocd-{part}",
        "HOSTNAME": f"{PARTS[part].workload}-0",
        "PATH": os.pathsep.join((*map(str, _programs()), users.get("PATH", os.defpath))),
        "ARGOCD_ASK_PASS_SOCK": str(ask_pass(place)),
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "KUBECONFIG": str(place / "kubeconfig"),
        "KUBECACHEDIR": str(place / "tmp"),
        "ARGOCD_TLS_DATA_PATH": str(place / "tls"),
        "ARGOCD_SSH_DATA_PATH": str(place / "ssh"),
        "ARGOCD_PLUGINSOCKFILEPATH": str(place / "plugins"),
        "REDIS_SERVER": f"127.0.0.1:{ports['redis']}",
        "REDIS_PASSWORD": "",
        "ARGOCD_APPLICATION_CONTROLLER_REPO_SERVER": repo,
        "ARGOCD_APPLICATIONSET_CONTROLLER_REPO_SERVER": repo,
        "ARGOCD_SERVER_REPO_SERVER": repo,
    }


def _programs() -> tuple[Path, Path]:
    """Where Helm is, and Argo CD itself: Git calls it by its name to be told a credential."""
    return helm.find().parent, kubernetes.argocd().parent


def ask_pass(place: Path) -> Path:
    """The socket by which Git is told credentials. A path of a socket has 107 bytes at most: it lies elsewhere."""
    digest = hashlib.sha256(str(place).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"argocd-{digest}.sock"


def folders(place: Path) -> None:
    """What a process expects to be there."""
    for name in ("home", "tmp", "tls", "ssh", "plugins"):
        (place / name).mkdir(parents=True, exist_ok=True)
    (place / "ssh" / "ssh_known_hosts").touch()


def redis_command(place: Path, port: int) -> tuple[list[str], Mapping[str, str]]:
    """Redis in memory alone; it would hide by what name it was called."""
    program, variables = redis.server()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--set-proc-title", "no"]
    return [str(program), *words, "--dir", str(place)], variables
