"""Programs that Debian packages and that a test needs: from PATH, else unpacked."""

import os
import shutil
from collections.abc import Mapping
from functools import cache

from toolchain import debian


@cache
def environment_with(**programs: str) -> Mapping[str, str]:
    """The environment with ``programs`` on its PATH; each is the name of the package that brings it."""
    missing = [package for program, package in programs.items() if not shutil.which(program)]
    return {**os.environ, **debian.environment(debian.unpacked(*missing))} if missing else os.environ
