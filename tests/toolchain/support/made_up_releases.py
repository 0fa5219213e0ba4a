"""Releases made up for a test: archives, the entry that names one, and the build that stands behind it."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import yaml

from tests.toolchain.support.release_host import ReleaseHost
from tests.toolchain.test_engine import script
from toolchain import cache, releases

RELEASED = b"#!/bin/sh\necho released\n"


def archive(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    """A .tar.gz of files, and of what is no file."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as opened:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                opened.addfile(member)
                continue
            entry = tarfile.TarInfo(member[0])
            entry.size = len(member[1])
            opened.addfile(entry, io.BytesIO(member[1]))
    return content.getvalue()


def link(name: str, target: str) -> tarfile.TarInfo:
    """A symbolic link in an archive."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    return entry


def enter(folder: Path, host: ReleaseHost, path: str = "/it-v{version}.tar.gz", name: str = "it") -> Path:
    """A data file with one entry for this machine, whose hash is that of what the host has now."""
    content = host.files[path.format(version="1.2.3")]
    file = {"url": f"{host.url}{path}", "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    entry = {"version": "1.2.3", "published": "the test that made it up", "files": {releases.machine(): file}}
    data = folder / "releases.yaml"
    data.write_text(yaml.safe_dump({name: entry}))
    return data


def source(name: str = "it") -> cache.Product:
    """The build of a program, by the key ``source``."""

    def make(folder: Path) -> None:
        script(folder / name, "#!/bin/sh\necho built\n")

    return cache.Product(name=name, fingerprint="source", program=name, make=make)


def said(program: Path) -> str:
    """What a program prints."""
    return subprocess.check_output([program], text=True).strip()


def find(version: str = "1.2.3") -> str:
    """What the program that is found prints."""
    return said(releases.program("it", version, source()))
