"""Commands that are programs of their own: they get a process, so that nothing of this one is measured or scanned."""

import os
import subprocess
import sys

from cli.target import ROOT


def python(module: str, *arguments: str, **environment: str) -> int:
    """Run a module in the project's folder; its exit code."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
