"""A place where the real engine runs against the emulated account: own PULUMI_HOME, backend, plugins, credentials.

Everything lives below one folder (``.sandbox/<stack>``). Nothing of the user's is read: no Pulumi login, AWS profile,
credentials or kubeconfig, even when they are in the environment.
"""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from sandbox.protocol.launchers import PLUGINS, write
from toolchain import engine

PASSPHRASE = "sandbox"  # noqa: S105 - it guards an emulated account on the user's own disk
KEPT = ("PATH", "HOME", "LANG", "TERM", "TMPDIR", "XDG_CACHE_HOME", "COLUMNS", "NO_COLOR")
"""The only variables of the user's that the engine and its plugins get."""
NO_AWS_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""botocore would read the user's."""
START_TIMEOUT_SECONDS = 60.0
PROC = Path("/proc")
"""Where Linux shows processes; elsewhere ``ps`` is asked."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One stack of one project, in one folder; ``environment`` is added to what the engine gets (faults, latency)."""

    project: Path
    stack: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def config_file(self) -> Path:
        """The stack's configuration without its own secrets provider, which a laptop cannot reach."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

    @property
    def endpoint(self) -> str:
        """The emulated account's address, for boto3 and the AWS CLI."""
        return f"http://127.0.0.1:{(self.folder / 'account.port').read_text()}"

    @property
    def tailnet(self) -> Path:
        """The file that stands for the tailnet."""
        return self.folder / "tailnet.json"

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


def open_workspace(project: Path, stack: str, folder: Path, environment: Mapping[str, str] | None = None) -> Workspace:
    """Make the folder ready: configuration, plugins on PATH, backend, stack, running account."""
    workspace = Workspace(project=project, stack=stack, folder=folder, environment=environment or {})
    for path in ("bin", "home", "backend"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _write_config(workspace)
    write(folder)
    start_account(workspace)
    if not (folder / "backend" / ".pulumi" / "stacks" / _project_name(project) / f"{stack}.json").exists():
        # ``stack init`` writes its salt into the project's own stack file, so it gets a project of its own to do it in.
        (folder / "init").mkdir(exist_ok=True)
        (folder / "init" / "Pulumi.yaml").write_text(f"name: {_project_name(project)}\nruntime: python\n")
        init = ("stack", "init", stack, "--secrets-provider", "passphrase")
        pulumi(workspace, *init, check=True, capture=True, program=folder / "init")
    return workspace


def _project_name(project: Path) -> str:
    return str(yaml.safe_load((project / "Pulumi.yaml").read_text())["name"])


def _write_config(workspace: Workspace) -> None:
    settings = {k: v for k, v in workspace.source_config.items() if k not in ("secretsprovider", "encryptedkey")}
    settings["encryptionsalt"] = _salt()
    workspace.config_file.write_text(yaml.safe_dump(settings))


def _salt() -> str:
    """The check value that the passphrase provider keeps: a salt, and a known text sealed with the derived key.

    Source: ``pkg/secrets/passphrase`` of the engine; PBKDF2-SHA256 with a million rounds, AES-256-GCM.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow, and once per workspace

    salt, nonce = b"sandbox!", b"sandbox-salt"
    sealed = AESGCM(hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), salt, 1_000_000, 32)).encrypt(
        nonce, b"pulumi", None
    )
    return "v1:" + ":".join(
        (base64.b64encode(salt).decode(), "v1", base64.b64encode(nonce).decode(), base64.b64encode(sealed).decode())
    )


def variables(workspace: Workspace) -> dict[str, str]:
    """The environment of the engine."""
    folder = workspace.folder
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    return {
        **kept,
        **NO_AWS_FILES,
        "PATH": f"{folder / 'bin'}:{kept.get('PATH', os.defpath)}",
        "PULUMI_HOME": str(folder / "home"),
        # No sidecar files: the engine writes them in place, and a killed one leaves an empty one that it cannot read.
        "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # --event-log is hidden without it
        "SANDBOX_AWS_ENDPOINT": workspace.endpoint,
        "SANDBOX_AWS_ACCOUNT": workspace.account,
        "SANDBOX_TAILNET": str(workspace.tailnet),
        **{f"SANDBOX_{name.upper()}_VERSION": version(sdk) for name, sdk in PLUGINS.items()},
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


def _journal(workspace: Workspace) -> str:
    """Everything that the account holds; its absolute path tells one workspace's emulator from another's."""
    return str((workspace.folder / "account.jsonl").resolve())


def _command_of(pid: int) -> str:
    """How a process was called; empty where it has ended."""
    if PROC.exists():
        path = PROC / str(pid) / "cmdline"
        with suppress(OSError):
            return path.read_text()
        return ""
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def account_pid(workspace: Workspace) -> int | None:
    """The emulator's process where it runs; the number in the file may have passed on to another process."""
    path = workspace.folder / "account.pid"
    pid = int(path.read_text()) if path.exists() else 0
    return pid if pid and _journal(workspace) in _command_of(pid) else None


def start_account(workspace: Workspace) -> None:
    """Start the emulated account where it does not run; it comes back with the state that it had.

    Raises:
        RuntimeError: it did not come up; the message holds the end of its log.

    """
    if account_pid(workspace):
        return
    folder, ready, log = workspace.folder, workspace.folder / "account.port", workspace.folder / "account.log"
    port = ready.read_text() if ready.exists() else "0"
    ready.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "sandbox.aws.emulator",
        "--journal",
        _journal(workspace),
        "--ready",
        str(ready),
        "--port",
        port,
    ]
    kept = {key: os.environ[key] for key in KEPT if key in os.environ}
    environment = {**kept, "MOTO_ACCOUNT_ID": workspace.account, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false", **NO_AWS_FILES}
    root = Path(__file__).parent.parent
    with log.open("w") as output:
        child = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    (folder / "account.pid").write_text(str(child.pid))
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not ready.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the emulated account did not start: {log.read_text()[-2000:]}")
        time.sleep(0.05)


def stop_account(workspace: Workspace) -> None:
    """Stop the emulated account; its state stays in the folder."""
    pid = account_pid(workspace)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    while account_pid(workspace):
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)
