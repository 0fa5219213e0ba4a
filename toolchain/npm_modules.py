"""Node modules that a committed ``package-lock.json`` pins by hash, installed once into the cache."""

import os
import shutil
import subprocess
from pathlib import Path

from toolchain import cache

FOLDER = Path(__file__).parent / "npm"
FILES = ("package.json", "package-lock.json")


class UnavailableError(RuntimeError):
    """The modules cannot be had here; the message says what is missing and what to do."""


def install(name: str, folder: Path = FOLDER) -> Path:
    """The ``node_modules`` of ``toolchain/npm/<name>``. No script of a package is run.

    Raises:
        UnavailableError: node or npm is not installed, or the registry is out of reach.

    """
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        raise UnavailableError(f"{' and '.join(missing)} not on PATH; install Node.js 20 or newer")
    sources = [folder / name / file for file in FILES]

    def make(target: Path) -> None:
        for source in sources:
            shutil.copy(source, target)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        cache.run_shown(f"Installing {name} from npm", command, cwd=target, env=dict(os.environ))

    try:
        made = cache.cached(f"npm-{name}", cache.key(*(source.read_bytes() for source in sources)), make)
    except RuntimeError as error:
        raise UnavailableError(
            f"{error}; the lock file names no host, so that npm's own registry setting counts"
        ) from error
    return made / "node_modules"


def run(name: str, script: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` with the modules of ``name`` and ``text`` as its input."""
    environment = {**os.environ, "NODE_PATH": str(install(name))}
    return subprocess.run(
        ["node", str(script)], input=text, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
