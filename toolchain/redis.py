"""Redis: of PATH, else of Debian's package, unpacked into the cache."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from toolchain import debian


def server() -> tuple[Path, Mapping[str, str]]:
    """``redis-server`` and the environment that it needs. debian.UnavailableError where it cannot be had."""
    found = shutil.which("redis-server")
    if found:
        return Path(found), {"PATH": os.environ.get("PATH", os.defpath)}
    folder = debian.unpacked("redis-server")
    return folder / "usr" / "bin" / "redis-server", debian.environment(folder)
