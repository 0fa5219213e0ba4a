"""What the engine starts of ours, where it looks for it: the language host on PATH, providers in the plugin folder."""

import sys
from importlib.metadata import version
from pathlib import Path

PLUGINS = {"aws": "pulumi-aws", "tailscale": "pulumi-tailscale"}
"""The provider plugins, by name, with the SDK whose version each takes; a plugin is ``sandbox/<name>/provider.py``."""


def write(folder: Path) -> None:
    """Write the launchers of a workspace, each for this interpreter and this checkout."""
    root = Path(__file__).parents[2]
    launchers = {folder / "bin" / "pulumi-language-python": "sandbox.protocol.language_host"}
    for name, sdk in PLUGINS.items():
        plugin = folder / "home" / "plugins" / f"resource-{name}-v{version(sdk)}"
        launchers[plugin / f"pulumi-resource-{name}"] = f"sandbox.{name}.provider"
    for path, module in launchers.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -m {module} "$@"\n')
        path.chmod(0o755)
