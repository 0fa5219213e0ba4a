"""Debian packages are unpacked once, with what they need, from a real archive; where they cannot be had, it is said."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from toolchain import debian

CONTROL = (
    "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: tests\nDepends: {depends}\nDescription: x\n"
)
CONFIGURATION = """
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/apt-cache";
Dir::Etc "{folder}/etc";
Acquire::Languages "none";
"""


class Archive:
    """A flat archive in a folder, signed by nobody, and an apt that knows nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.packages = folder, folder / "archive"
        for part in (
            "archive",
            "etc/sources.list.d",
            "etc/apt.conf.d",
            "etc/preferences.d",
            "state/lists/partial",
            "apt-cache/archives/partial",
        ):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "apt.conf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "etc" / "sources.list").write_text(f"deb [trusted=yes] copy:{self.packages} ./\n")

    def add(self, name: str, *needs: str, version: str = "1.0") -> None:
        """A package with one program, which prints the package's name and version."""
        tree = self.folder / "tree" / name
        program = tree / "usr" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\necho {name} {version}\n")
        program.chmod(0o755)
        library = tree / "usr" / "lib" / "x86_64-linux-gnu" / f"lib{name}.so.1"
        library.parent.mkdir(parents=True, exist_ok=True)
        library.touch()
        (tree / "DEBIAN").mkdir(exist_ok=True)
        control = CONTROL.format(name=name, version=version, depends=", ".join(needs))
        (tree / "DEBIAN" / "control").write_text(control.replace("Depends: \n", ""))
        (tree / "DEBIAN" / "postinst").write_text(f"#!/bin/sh\ntouch {self.folder}/ran\n")
        (tree / "DEBIAN" / "postinst").chmod(0o755)
        file = self.packages / f"{name}_{version}_all.deb"
        subprocess.run(["dpkg-deb", "--build", tree, file], check=True, capture_output=True)
        with (self.packages / "Packages").open("a") as index:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            size = f"Filename: ./{file.name}\nSize: {file.stat().st_size}\nSHA256: {digest}\n\n"
            index.write(control.replace("Depends: \n", "") + size)

    def install(self, name: str) -> None:
        """Let apt believe that a package is installed on the machine."""
        with (self.folder / "status").open("a") as status:
            status.write(CONTROL.format(name=name, version="1.0", depends="").replace("Depends: \n", ""))
            status.write("Status: install ok installed\n\n")


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An empty archive and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    return Archive(tmp_path)


def programs(folder: Path) -> list[str]:
    """What was unpacked."""
    return sorted(path.name for path in (folder / "usr" / "bin").iterdir())


def test_a_package_comes_with_what_it_needs(archive: Archive) -> None:
    """Needs of needs too; its scripts do not run, its programs do, and nothing but its files is left."""
    archive.add("server", "engine")
    archive.add("engine", "library")
    archive.add("library")
    archive.add("other")
    folder = debian.unpacked("server")
    assert programs(folder) == ["engine", "library", "server"]
    assert [path.name for path in folder.iterdir()] == ["usr"]
    assert not (archive.folder / "ran").exists()
    environment = {**os.environ, **debian.environment(folder)}
    assert subprocess.run(["server"], env=environment, capture_output=True, check=True).stdout == b"server 1.0\n"
    assert environment["LD_LIBRARY_PATH"].split(":")[0] == str(folder / "usr/lib/x86_64-linux-gnu")


def test_unpacked_once(archive: Archive) -> None:
    """The second call needs no archive; another package is another folder."""
    archive.add("server")
    archive.add("other")
    first = debian.unpacked("server")
    assert debian.unpacked("other") != first
    shutil.rmtree(archive.packages)
    assert debian.unpacked("server") == first


def test_what_the_machine_has_is_not_unpacked_again(archive: Archive) -> None:
    """Except for what was asked for, and the version that its name stands for."""
    archive.add("server", "server-15", "library")
    archive.add("server-15")
    archive.add("library")
    for name in ("server", "server-15", "library"):
        archive.install(name)
    assert programs(debian.unpacked("server")) == ["server", "server-15"]


def test_stale_lists_are_renewed_without_touching_the_machines(archive: Archive) -> None:
    """A version that the archive no longer has is replaced by its successor; the machine's own lists stay."""
    archive.add("server", version="1.0")
    subprocess.run(["apt-get", "-qq", *debian.OPTIONS, "update"], check=True, capture_output=True)
    lists = archive.folder / "state" / "lists"
    before = {path.name: path.read_bytes() for path in lists.iterdir() if path.is_file()}
    shutil.rmtree(archive.packages)
    archive.packages.mkdir()
    archive.add("server", version="2.0")
    folder = debian.unpacked("server")
    said = subprocess.run([folder / "usr/bin/server"], capture_output=True, check=True).stdout
    assert said == b"server 2.0\n"
    assert {path.name: path.read_bytes() for path in lists.iterdir() if path.is_file()} == before


def test_unknown_package_is_named_with_the_way_out(archive: Archive) -> None:
    """Nothing is left that a later call would take for whole."""
    archive.add("server")
    with pytest.raises(debian.UnavailableError, match=r"sever: not on this machine.*Unable to locate.*put it on PATH"):
        debian.unpacked("sever")
    archive.add("sever")
    assert programs(debian.unpacked("sever")) == ["sever"]


def test_without_apt_the_error_says_so(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is not Debian's, the way is PATH."""
    monkeypatch.setenv("PATH", str(archive.folder))
    with pytest.raises(debian.UnavailableError, match=r"apt-get is missing.*put it on PATH"):
        debian.unpacked("server")
