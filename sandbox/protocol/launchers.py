"""What the engine starts of ours, where it looks for it: the language host on PATH, providers in the plugin folder."""

import sys
from importlib.metadata import version
from pathlib import Path
from shlex import quote

ROOT = Path(__file__).parents[2]
PLUGINS = {"aws": "pulumi-aws", "tailscale": "pulumi-tailscale"}
"""The provider plugins, by name, with the SDK whose version each takes; a plugin is ``sandbox/<name>/provider.py``."""


def write_kubernetes(folder: Path, provider: Path) -> None:
    """Put the real provider of Kubernetes into the plugin folder, under the SDK's version."""
    plugin = folder / "home" / "plugins" / f"resource-kubernetes-v{version('pulumi-kubernetes')}"
    plugin.mkdir(parents=True, exist_ok=True)
    link = plugin / "pulumi-resource-kubernetes"
    if not link.is_symlink() or link.readlink() != provider:
        link.unlink(missing_ok=True)
        link.symlink_to(provider)


def write_aws(folder: Path, endpoint: str) -> None:
    """Put the AWS CLI on PATH, as whom the user's variables say, else as the sandbox: kubeconfigs ask it for tokens."""
    keys = "".join(
        f'export {name}="${{{name}:-{value}}}"\n'
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "sandbox"),
            ("AWS_SECRET_ACCESS_KEY", "sandbox"),
            ("AWS_ENDPOINT_URL", endpoint),
        )
    )
    path = folder / "bin" / "aws"
    path.write_text(f'#!/bin/sh\n{keys}exec {quote(sys.executable)} -m awscli "$@"\n', encoding="utf-8")
    path.chmod(0o755)


def write(folder: Path) -> None:
    """Write the launchers of a workspace, each for this interpreter and this checkout."""
    launchers = {folder / "bin" / "pulumi-language-python": "sandbox.protocol.language_host"}
    for name, sdk in PLUGINS.items():
        plugin = folder / "home" / "plugins" / f"resource-{name}-v{version(sdk)}"
        launchers[plugin / f"pulumi-resource-{name}"] = f"sandbox.{name}.provider"
    for path, module in launchers.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        words = f"PYTHONPATH={quote(str(ROOT))} exec {quote(sys.executable)} -m {module}"
        path.write_text(f'#!/bin/sh\n{words} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
