"""your own shell, where `pulumi up`, `pulumi preview --diff` and `aws ec2 describe-vpcs` act on the sandbox"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cli import signals
from cli.commands.env import OF_MAKE
from cli.options import SANDBOX, Place, Stack
from cli.output import note
from cli.target import ROOT, Target, TargetError, folder_of, working

GROUP = "Deploy"
FOREIGN = ("AWS_", "PULUMI_", "TAILSCALE_", "KUBECONFIG", "GITHUB_TOKEN")
"""What would lead programs of the shell to somewhere else than the sandbox."""
LAUNCHER = '#!/bin/sh\nPYTHONPATH={root} exec {python} -m cli.pulumi "$@"\n'


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The shell's exit code. The account stops with the shell where it did not run before; its state stays."""
    if place == "aws" or (stack != SANDBOX and not place):
        raise TargetError(
            f"{stack} on AWS needs no shell: with the official CLI on PATH, `pulumi up -s {stack}` works as typed; "
            f"for the emulated account give TARGET=sandbox"
        )
    from cli.account import stop  # noqa: PLC0415 - AWS does without the sandbox
    from sandbox import account  # noqa: PLC0415

    folder = folder_of(stack)
    before = account.pid(folder)
    with working("shell", stack, "sandbox") as target:
        pass  # ready; each command of the shell holds the stack for itself
    try:
        with tempfile.TemporaryDirectory(prefix="shell-", dir=folder) as own:
            return _interactive(target, Path(own))
    finally:
        if before is None:
            stop(folder)


def _interactive(target: Target, own: Path) -> int:
    (own / "bin").mkdir()
    launcher = own / "bin" / "pulumi"
    launcher.write_text(LAUNCHER.format(root=shlex.quote(str(ROOT)), python=shlex.quote(sys.executable)))
    launcher.chmod(0o755)
    if "KUBECONFIG" in target.environment:
        from toolchain import kubernetes  # noqa: PLC0415 - a stack without Kubernetes does without it

        (own / "bin" / "kubectl").symlink_to(kubernetes.kubectl())
    variables = environment(target, own / "bin", os.environ)
    shell = os.environ.get("SHELL") or "bash"
    words, extra = startup(shell, own, variables["PATH"], f"(nationgraph {target.stack}) ")
    note(f"pulumi, aws and boto3 now mean the emulated account of {target.stack}; `exit` leads back.")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the shell and its programs have the terminal
    try:
        child = subprocess.Popen(
            words,
            cwd=ROOT,
            env={**variables, **extra},
            preexec_fn=signals.ends_with_this(signal.SIGHUP),  # noqa: PLW1509 - the other thread only watches
        )
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def environment(target: Target, launchers: Path, users: Mapping[str, str]) -> dict[str, str]:
    """The user's variables without what leads elsewhere, and the engine's and account's own."""
    kept = {key: value for key, value in users.items() if not key.startswith(FOREIGN) and key not in OF_MAKE}
    own = dict(target.environment)
    region = own.get("SANDBOX_AWS_REGION", "eu-central-1")
    return {
        **kept,
        **own,
        "PATH": os.pathsep.join([str(launchers), own["PATH"], str(Path(sys.executable).parent)]),
        "PULUMI_STACK": target.stack,
        "NATIONGRAPH_ENGINE": target.binary,
        "NATIONGRAPH_FOLDER": str(target.folder),
        "AWS_ENDPOINT_URL": own["SANDBOX_AWS_ENDPOINT"],
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "NO_PROXY": users.get("NO_PROXY", "127.0.0.1,localhost"),
    }


def startup(shell: str, own: Path, path: str, prompt: str) -> tuple[list[str], dict[str, str]]:
    """How a kind of shell is started: after the user's own files, PATH is as it must be and the prompt says where."""
    home = Path.home()
    kind = Path(shell).name
    if kind == "bash":
        lines = [f"[ -f {shlex.quote(str(home / '.bashrc'))} ] && . {shlex.quote(str(home / '.bashrc'))}"]
        (own / "rc").write_text(_settings(lines, path, prompt))
        return [shell, "--rcfile", str(own / "rc")], {}
    if kind == "zsh":
        files = Path(os.environ.get("ZDOTDIR", home))
        lines = [f"[ -f {shlex.quote(str(files / '.zshrc'))} ] && . {shlex.quote(str(files / '.zshrc'))}"]
        (own / ".zshrc").write_text(_settings(lines, path, prompt))
        return [shell], {"ZDOTDIR": str(own)}
    if kind == "fish":
        say = f"functions -c fish_prompt _before; function fish_prompt; echo -n {shlex.quote(prompt)}; _before; end"
        return [shell, "-C", f"set -x PATH {shlex.quote(path)}; {say}"], {}
    return [shell], {"PS1": f"{prompt}$ "}


def _settings(lines: list[str], path: str, prompt: str) -> str:
    return "\n".join([*lines, f"export PATH={shlex.quote(path)}", f'PS1={shlex.quote(prompt)}"${{PS1-$ }}"', ""])
