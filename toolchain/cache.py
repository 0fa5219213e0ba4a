"""Binaries that are slow to make live in the user's cache folder, keyed by what they are made from."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

console = Console(stderr=True)


def root() -> Path:
    """``$XDG_CACHE_HOME/nationgraph-platform``, by default below ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "nationgraph-platform"


def uv() -> str | None:
    """The package manager: of `uv run`, of PATH, else the one that the Makefile fetched, as for a hook of git."""
    fetched = sorted(map(str, root().glob("uv-*/bin/uv")))
    return os.environ.get("UV") or shutil.which("uv") or (fetched[-1] if fetched else None)


def key(*parts: bytes | str) -> str:
    """A short hash over everything that the product depends on."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def cached(name: str, fingerprint: str, make: Callable[[Path], None]) -> Path:
    """The folder ``<name>-<fingerprint>``, made once by ``make`` in a temporary folder that is renamed when complete.

    Two processes that ask at once wait for each other; an interrupted attempt leaves nothing that is taken for whole.
    """
    target = root() / f"{name}-{fingerprint}"
    if target.is_dir():
        return target
    with _lock(root() / f"{name}-{fingerprint}.lock"):
        if not target.is_dir():
            partial = root() / f"{name}-{fingerprint}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            make(partial)
            partial.rename(target)
    return target


@dataclass(frozen=True, kw_only=True)
class Product:
    """A program in a folder of the cache, and what makes the folder where it is missing."""

    name: str
    fingerprint: str
    program: str
    """The executable's path in the folder."""
    make: Callable[[Path], None]

    def present(self) -> Path | None:
        """The executable where the cache has it."""
        program = root() / f"{self.name}-{self.fingerprint}" / self.program
        return program if program.is_file() else None

    def get(self) -> Path:
        """The executable, made where the cache has it not. What ``make`` raises passes on."""
        return cached(self.name, self.fingerprint, self.make) / self.program


def run_shown(title: str, command: Sequence[str], *, cwd: Path, env: dict[str, str]) -> None:
    """Run a long command behind a spinner that shows its last line; on failure raise with the end of its output."""
    lines: list[str] = []
    with (
        console.status(title) as status,
        subprocess.Popen(
            command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as child,
    ):
        for line in child.stdout or ():
            lines.append(line.rstrip())
            status.update(f"{title}  [dim]{line.strip()[:80]}")
    if child.returncode:
        raise RuntimeError(f"{title}: {command[0]} exited with {child.returncode}:\n" + "\n".join(lines[-20:]))
