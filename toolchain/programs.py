"""``python -m toolchain.programs NAME ARGUMENTS``: the linters that only Go can give, built when first asked for."""

import os
import re
import sys
from pathlib import Path

from toolchain import go_build

MODULES = Path(__file__).parent / "go"
PACKAGES = {
    "actionlint": ("scanners", "github.com/rhysd/actionlint/cmd/actionlint"),
    "gitleaks": ("scanners", "github.com/zricethezav/gitleaks/v8"),
    "vale": ("vale", "github.com/errata-ai/vale/v2/cmd/vale"),
}
"""The module's folder that pins each program, and its package."""
STAMPS = {"gitleaks": "github.com/zricethezav/gitleaks/v8/version.Version", "vale": "main.version"}
"""Where programs keep their version that do not read it from the module; reports name it."""


def pinned_version(name: str) -> str:
    """The version in go.mod, which is the only place that states it."""
    module, package = PACKAGES[name]
    text = (MODULES / module / "go.mod").read_text(encoding="utf-8")
    pins = re.findall(r"^(?:require)?\s*(\S+) v(\S+)$", text, re.MULTILINE)
    (version,) = [version for path, version in pins if f"{package}/".startswith(f"{path}/")]
    return str(version)


def find(name: str) -> Path:
    """The executable; the first call for a version takes about a minute.

    Raises:
        RuntimeError: it could not be built; the message ends with Go's output.

    """
    ldflags = f"-X {STAMPS[name]}={pinned_version(name)}" if name in STAMPS else ""
    module, package = PACKAGES[name]
    return go_build.product(MODULES / module, package, name, ldflags=ldflags).get()


if __name__ == "__main__":
    program = str(find(sys.argv[1]))
    # They look for helpers of their own, as actionlint for shellcheck; this environment's come first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    os.execve(program, [program, *sys.argv[2:]], {**os.environ, "PATH": path})  # noqa: S606 - no shell is wanted
