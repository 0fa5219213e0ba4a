"""A place where the real engine runs against the emulated account: own PULUMI_HOME, backend, plugins, credentials.

Everything lives below one folder (``.sandbox/<stack>``). Nothing of the user's is read: no Pulumi login, AWS profile,
credentials or kubeconfig, even when they are in the environment.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from sandbox import account, files, kept
from sandbox.account import KEPT, NO_AWS_FILES
from sandbox.protocol.launchers import PLUGINS, write, write_aws, write_kubernetes
from toolchain import engine

TOKEN_REVIEW = "/sandbox/token-review"  # noqa: S105 - a path
"""Where the emulated account says who the bearer of an EKS token is."""
PASSPHRASE = "sandbox"  # noqa: S105 - it guards an emulated account on the user's own disk
SALT = "v1:c2FuZGJveCE=:v1:c2FuZGJveC1zYWx0:Ve9P8i1uoHy4rACpsNlxUhN+ma5rBQ=="
"""What the engine checks that passphrase by: stated, since it takes a million rounds to derive, in each command."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One stack of one project, in one folder; ``environment`` is added to what the engine gets (faults, latency).

    ``kubernetes`` says whether a cluster runs beside the account.
    """

    project: Path
    stack: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    kubernetes: bool = False

    @property
    def config_file(self) -> Path:
        """The stack's configuration without its own secrets provider, which a laptop cannot reach."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

    @property
    def endpoint(self) -> str:
        """The emulated account's address, for boto3 and the AWS CLI."""
        return f"http://127.0.0.1:{files.number(self.folder / 'account.port')}"

    @property
    def tailnet(self) -> Path:
        """The file that stands for the tailnet."""
        return self.folder / "tailnet.json"

    @property
    def remote(self) -> dict[str, str]:
        """Backend, secrets provider and sealed data key of a state that lies in the account; empty for the folder's."""
        return {str(key): str(value) for key, value in kept.remote(self.folder).items()}

    @property
    def source_config(self) -> dict[str, Any]:
        """The stack's settings as they stand in the project."""
        settings = yaml.safe_load((self.project / "Pulumi.yaml").read_text())
        path = self.project / settings.get("stackConfigDir", "") / f"Pulumi.{self.stack}.yaml"
        return yaml.safe_load(path.read_text()) or {}

    @property
    def account(self) -> str:
        """The account that the stack's configuration allows, else moto's default."""
        allowed = self.source_config.get("config", {}).get("aws:allowedAccountIds") or ["123456789012"]
        return str((json.loads(allowed) if isinstance(allowed, str) else allowed)[0])


def open_workspace(
    project: Path,
    stack: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    kubernetes: bool = False,
) -> Workspace:
    """Make the folder ready: configuration, plugins on PATH, backend, stack, account, a cluster if asked for."""
    given = environment or {}
    workspace = Workspace(project=project, stack=stack, folder=folder, environment=given, kubernetes=kubernetes)
    for path in ("bin", "home", "backend"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _without_engine_log(folder / "home" / "logs")
    _write_config(workspace)
    write(folder)
    start_account(workspace)
    with ThreadPoolExecutor(1) as pool:
        cluster = pool.submit(start_cluster, workspace) if kubernetes else None
        _init(workspace)
    if cluster:
        cluster.result()
    return workspace


def _without_engine_log(logs: Path) -> None:
    """Keep the engine from writing all that it does, at its highest level, into a log that nobody reads.

    It writes one in each run and has no setting against it, but does without where it cannot make the folder. With
    Argo CD's manifests in the stack, that log was four fifths of the engine's time.
    """
    if logs.is_dir():
        shutil.rmtree(logs)
    logs.touch()


def _init(workspace: Workspace) -> None:
    project, folder, stack = workspace.project, workspace.folder, workspace.stack
    if not workspace.remote and not kept.state_file(folder, project_name(project)).exists():
        # ``stack init`` writes its salt into the project's own stack file, so it gets a project of its own to do it in.
        init = ("stack", "init", stack, "--secrets-provider", "passphrase")
        pulumi(workspace, *init, check=True, capture=True, program=bare_project(folder / "init", project))


def bare_project(folder: Path, project: Path) -> Path:
    """A project of the same name without a program, whose stack file is the engine's to write; its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {project_name(project)}\nruntime: python\n")
    return folder


def project_name(project: Path) -> str:
    """The name in ``Pulumi.yaml``."""
    return str(yaml.safe_load((project / "Pulumi.yaml").read_text())["name"])


def _write_config(workspace: Workspace) -> None:
    settings = {k: v for k, v in workspace.source_config.items() if k not in ("secretsprovider", "encryptedkey")}
    sealed = {key: value for key, value in workspace.remote.items() if key != "backend"}
    settings.update(sealed or {"encryptionsalt": SALT})
    files.write(workspace.config_file, yaml.safe_dump(settings))


def variables(workspace: Workspace) -> dict[str, str]:
    """The environment of the engine."""
    folder = workspace.folder
    users = {key: os.environ[key] for key in KEPT if key in os.environ}
    return {
        **users,
        **NO_AWS_FILES,
        "PATH": f"{folder / 'bin'}:{users.get('PATH', os.defpath)}",
        "PULUMI_HOME": str(folder / "home"),
        # No sidecar files: the engine writes them in place, and a killed one leaves an empty one that it cannot read.
        "PULUMI_BACKEND_URL": workspace.remote.get("backend", f"file://{quote(str(folder / 'backend'))}?metadata=skip"),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        # For the engine itself, where the account holds the state or the key that seals it.
        "AWS_ENDPOINT_URL": workspace.endpoint,
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "sandbox"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        # What a run leaves is bounded: the state's last good copies are kept by the commands.
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # --event-log is hidden without it
        "GOGC": "200",  # engine and provider live for seconds, a fifth of which went into collecting memory
        "SANDBOX_AWS_ENDPOINT": workspace.endpoint,
        "SANDBOX_AWS_ACCOUNT": workspace.account,
        "SANDBOX_AWS_REGION": str(workspace.source_config.get("config", {}).get("aws:region", "")),
        "SANDBOX_AWS_CALLS": str(folder / "calls.jsonl"),
        "SANDBOX_TAILNET": str(workspace.tailnet),
        **{f"SANDBOX_{name.upper()}_VERSION": version(sdk) for name, sdk in PLUGINS.items()},
        **({"KUBECONFIG": str(folder / "kubernetes" / "kubeconfig")} if workspace.kubernetes else {}),
        "SANDBOX_FAULTS_STATE": str(folder / "faults.txt"),
        **workspace.environment,
    }


def pulumi(
    workspace: Workspace, *arguments: str, check: bool = False, capture: bool = False, program: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the engine's CLI in the workspace; ``program`` is the project's folder where it is another one."""
    command = [str(engine.find()), *arguments, "--non-interactive"]
    result = subprocess.run(
        command,
        cwd=program or workspace.project,
        env=variables(workspace),
        text=True,
        capture_output=capture,
        check=False,
    )
    if check and result.returncode:
        raise RuntimeError(f"pulumi {' '.join(arguments)}: exit {result.returncode}\n{result.stdout}\n{result.stderr}")
    return result


def operation(workspace: Workspace, verb: str, *arguments: str) -> Sequence[str]:
    """The arguments of ``up``, ``preview``, ``refresh`` or ``destroy`` on the workspace's stack."""
    return (verb, "--stack", workspace.stack, "--config-file", str(workspace.config_file), *arguments)


def account_pid(workspace: Workspace) -> int | None:
    """The emulator's process where it runs."""
    return account.pid(workspace.folder)


def start_account(workspace: Workspace) -> None:
    """Start the emulated account where it does not run; it comes back with the state that it had."""
    account.start(workspace.folder, workspace.account)


def stop_account(workspace: Workspace) -> None:
    """Stop the emulated account; its state stays in the folder."""
    account.stop(workspace.folder)


def start_cluster(workspace: Workspace) -> None:
    """Start the folder's cluster where it does not run, with its provider as a plugin; the account judges tokens."""
    from sandbox.kubernetes import cluster  # noqa: PLC0415 - a stack without Kubernetes does without it
    from toolchain import kubernetes_provider  # noqa: PLC0415

    write_kubernetes(workspace.folder, kubernetes_provider.find())
    write_aws(workspace.folder, workspace.endpoint)
    cluster.start(workspace.folder, f"{workspace.endpoint}{TOKEN_REVIEW}")


def stop_cluster(workspace: Workspace, *, remove: bool = False) -> None:
    """Stop the folder's cluster, and an Argo CD on it; their state stays in the folder unless it is to be removed."""
    from sandbox.argocd import lab  # noqa: PLC0415 - as above
    from sandbox.kubernetes import cluster  # noqa: PLC0415

    (lab.remove if remove else lab.stop)(workspace.folder)
    (cluster.remove if remove else cluster.stop)(workspace.folder)
