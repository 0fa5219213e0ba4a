"""Chromium and its driver: of PATH, else of Debian's packages, unpacked into the cache."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain import debian

NAMES = ("chromium", "chromium-browser", "google-chrome")
"""What the program is called on PATH."""


@dataclass(frozen=True, kw_only=True)
class Chromium:
    """A browser, the driver of its own version, and the environment that both need."""

    program: Path
    driver: Path
    environment: Mapping[str, str]


def chromium() -> Chromium:
    """The browser and its driver. debian.UnavailableError where they cannot be had."""
    programs = [found for name in NAMES if (found := shutil.which(name))]
    driver = shutil.which("chromedriver")
    if programs and driver:
        return Chromium(program=Path(programs[0]), driver=Path(driver), environment=os.environ)
    folder = debian.unpacked("chromium", "chromium-driver")
    variables = debian.environment(folder)
    # The sound library looks for a part of itself in a folder of the machine, which an unpacked one is not in.
    sound = map(str, folder.glob("usr/lib/*-linux-*/pulseaudio"))
    paths = os.pathsep.join([variables.get("LD_LIBRARY_PATH", ""), *sound])
    return Chromium(
        program=folder / "usr" / "lib" / "chromium" / "chromium",
        driver=folder / "usr" / "bin" / "chromedriver",
        environment={**os.environ, **variables, "LD_LIBRARY_PATH": paths},
    )
