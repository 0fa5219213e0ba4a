"""Where PostgreSQL's programs are: on PATH, as Debian installs them, or unpacked into the cache."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from toolchain import debian

OLDEST = 15


def _major(postgres: Path) -> int:
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    found = re.search(r"(\d+)", said)
    return int(found.group(1)) if found else 0


def programs() -> Path:
    """The folder of ``postgres`` and ``initdb``: on PATH, as Debian installs them, or unpacked into the cache."""
    on_path = shutil.which("postgres")
    candidates = [Path(on_path).resolve()] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    for candidate in candidates:
        if (candidate.parent / "initdb").exists() and _major(candidate) >= OLDEST:
            return candidate.parent
    unpacked = debian.unpacked("postgresql")
    return next(unpacked.glob("usr/lib/postgresql/*/bin/postgres")).parent


def link(source: str, target: str) -> None:
    """The same file in another place; a copy where the places are on two disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
