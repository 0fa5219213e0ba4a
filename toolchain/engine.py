"""The Pulumi engine: on PATH at the pinned version or above, else the released one by its hash, else built by Go."""

import re
import shutil
import subprocess
from importlib.metadata import version as installed_version
from pathlib import Path

from toolchain import cache, go_build, releases

GO_MODULE = Path(__file__).parent / "go" / "engine"
GO_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"


def pinned_version() -> str:
    """The SDK's version, which the engine's Go module must name too: one number moves both."""
    return installed_version("pulumi")


def _version_of(binary: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([binary, "version"], capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said.strip())
    return tuple(int(part) for part in found.groups()) if found else ()


def _recent(binary: str | Path | None) -> Path | None:
    wanted = tuple(int(part) for part in pinned_version().split("."))
    return Path(binary) if binary and _version_of(Path(binary)) >= wanted else None


def _build(folder: Path) -> None:
    """The full CLI, stamped with the pinned version, which Go would not know."""
    stamp = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={pinned_version()}"
    title = "Building the Pulumi engine (once, about 5 minutes)"
    try:
        go_build.build(folder / "bin" / "pulumi", GO_MODULE, GO_PACKAGE, title=title, ldflags=stamp)
    except RuntimeError as failure:
        raise RuntimeError(_refusal(str(failure))) from None


def _refusal(said: str) -> str:
    """One sentence of what could not be had, why, and what to install instead."""
    why = said.strip().splitlines()[-1].strip()
    return (
        f"the Pulumi engine {pinned_version()} is not on PATH, its release could not be fetched, and it could not be "
        f"built from source ({why}); put Pulumi {pinned_version()} or newer on PATH "
        "(https://www.pulumi.com/docs/install/), or let Go reach its modules (GOPROXY)"
    )


def find() -> Path:
    """The ``pulumi`` executable.

    Raises:
        releases.MismatchError: what came for the released one is something else.
        RuntimeError: no engine was found and none could be built; the message ends with the build's output.

    """
    on_path = _recent(shutil.which("pulumi"))
    if on_path:
        return on_path
    fingerprint = cache.key(pinned_version(), *(path.read_bytes() for path in sorted(GO_MODULE.iterdir())))
    built = cache.Product(name="pulumi", fingerprint=fingerprint, program="bin/pulumi", make=_build)
    return releases.program("pulumi", pinned_version(), built)


if __name__ == "__main__":
    print(find())  # noqa: T201 - its output is its purpose
