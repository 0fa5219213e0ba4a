"""``python -m toolchain.programs NAME ARGUMENTS``: the scanners that only Go can give, built when first asked for."""

import os
import re
import sys
from pathlib import Path

from toolchain import go_build

GO_MODULE = Path(__file__).parent / "go" / "scanners"
PACKAGES = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint",
    "gitleaks": "github.com/zricethezav/gitleaks/v8",
}
STAMPS = {"gitleaks": "github.com/zricethezav/gitleaks/v8/version.Version"}
"""Programs that do not read their version from the module; reports name it."""


def pinned_version(name: str) -> str:
    """The version in go.mod, which is the only place that states it."""
    modules = re.findall(r"^\s*(\S+) v(\S+)$", (GO_MODULE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    (version,) = [version for module, version in modules if f"{PACKAGES[name]}/".startswith(f"{module}/")]
    return str(version)


def find(name: str) -> Path:
    """The executable; the first call for a version takes about a minute.

    Raises:
        RuntimeError: it could not be built; the message ends with Go's output.

    """
    ldflags = f"-X {STAMPS[name]}={pinned_version(name)}" if name in STAMPS else ""
    return go_build.binary(GO_MODULE, PACKAGES[name], name, ldflags=ldflags)


if __name__ == "__main__":
    program = str(find(sys.argv[1]))
    # They look for helpers of their own, as actionlint for shellcheck; this environment's come first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    os.execve(program, [program, *sys.argv[2:]], {**os.environ, "PATH": path})  # noqa: S606 - no shell is wanted
