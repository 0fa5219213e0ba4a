"""Servers from Debian packages, unpacked into the cache: nothing is installed, no service starts, no root is needed."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from toolchain import cache

RELEASE = Path("/etc/os-release")
OPTIONS = ("-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=true")
"""For apt-get as any user: it neither drops rights that it does not have nor locks folders that it does not write."""


class UnavailableError(RuntimeError):
    """A package cannot be had here; the message says what was tried and what to do."""


def _listed(uris: str) -> Iterable[str]:
    """The packages that ``--print-uris`` lists, in lines that begin ``'<uri>' <name>_<version>_<architecture>.deb``."""
    for line in uris.splitlines():
        if line.startswith("'"):
            yield unquote(line.split()[1]).partition("_")[0]


def _apt(options: Sequence[str], *arguments: str, program: str = "apt-get") -> str:
    command = [program, "-qq", *OPTIONS, *options, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise UnavailableError(done.stderr.strip()[-500:])
    return done.stdout


def _wanted(options: Sequence[str], packages: Sequence[str]) -> list[str]:
    """The packages, the version that a name stands for (``postgresql-15``), and what else they need here."""
    uris = _apt(options, "--print-uris", "--no-install-recommends", "install", *packages)
    needed = _apt(options, "depends", *packages, program="apt-cache")
    versions = [name for package in packages for name in re.findall(rf"Depends: ({re.escape(package)}-\d\S*)", needed)]
    return sorted({*packages, *versions, *_listed(uris)})


def _own_lists(folder: Path) -> list[str]:
    """Options for package lists below ``folder``, brought there: the machine's are empty, stale, or another user's."""
    lists, store = folder / "lists", folder / "cache"
    (lists / "partial").mkdir(parents=True)
    (store / "archives" / "partial").mkdir(parents=True)
    options = ["-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={store}"]
    _apt(options, "update")
    return options


def _fetch(folder: Path, packages: Sequence[str], options: Sequence[str]) -> None:
    command = ["apt-get", "-q", *OPTIONS, *options, "download", *_wanted(options, packages)]
    try:
        cache.run_shown(f"Fetching {', '.join(packages)} from Debian", command, cwd=folder, env=dict(os.environ))
    except RuntimeError as error:
        raise UnavailableError(str(error)) from error


def unpacked(*packages: str) -> Path:
    """The folder that holds the files of Debian packages and of what they need: ``usr/bin/...``, ``usr/lib/...``.

    Packages are downloaded once for a release and architecture and then stay as they are: to get newer ones, remove
    the folder. What the machine has already is not unpacked again, except for the named packages. Scripts of the
    packages do not run, so that no user, service or configuration is made. A caller that prefers what is on PATH
    looks there first. Run programs with ``environment(folder)``.

    Raises:
        UnavailableError: no apt-get or dpkg, no such package, or no way to the archive.

    """
    if missing := [tool for tool in ("apt-get", "dpkg") if shutil.which(tool) is None]:
        raise UnavailableError(
            f"{', '.join(packages)}: not on this machine, and {missing[0]} is missing, so it cannot be unpacked from "
            "Debian packages; install it and put it on PATH"
        )

    def make(folder: Path) -> None:
        work = folder / ".apt"
        work.mkdir()
        try:
            _fetch(work, packages, ())
        except UnavailableError:
            try:
                _fetch(work, packages, _own_lists(work))
            except UnavailableError as error:
                raise UnavailableError(
                    f"{', '.join(packages)}: not on this machine, and its Debian packages cannot be had: {error}; "
                    "install it and put it on PATH, or run apt-get update with a way to the archive"
                ) from error
        for package in sorted(work.glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, folder], check=True, timeout=120)
        shutil.rmtree(work)

    fingerprint = cache.key(*packages, RELEASE.read_bytes() if RELEASE.exists() else "", platform.machine())
    return cache.cached("debian-" + packages[0], fingerprint, make)


def environment(folder: Path) -> dict[str, str]:
    """``PATH`` and ``LD_LIBRARY_PATH`` for programs of an unpacked folder, in front of the caller's own."""
    programs = [folder / part for part in ("usr/bin", "usr/sbin", "bin", "sbin")]
    libraries = {path.parent for top in ("usr/lib", "lib") for path in (folder / top).glob("*-linux-*/*.so*")}
    found = {"PATH": [str(path) for path in programs if path.is_dir()], "LD_LIBRARY_PATH": sorted(map(str, libraries))}
    return {name: os.pathsep.join([*parts, *filter(None, [os.environ.get(name)])]) for name, parts in found.items()}
