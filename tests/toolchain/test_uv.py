"""The package manager's launcher, which runs before anything of Python can."""

import os
import subprocess
from pathlib import Path

import pytest

from cli.target import ROOT

SCRIPT = ROOT / "toolchain" / "uv.sh"


def program(folder: Path, name: str, text: str) -> None:
    """A program on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def launch(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The launcher with only this folder's programs and the shell's own."""
    variables = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}/bin-of-nobody", "XDG_CACHE_HOME": str(tmp_path / "a cache")}
    command = ["/bin/sh", str(SCRIPT), *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10"])
def test_an_old_python_is_named_with_what_is_needed(tmp_path: Path, version: str) -> None:
    """One sentence, also where uv is there."""
    program(tmp_path / "bin", "python3", f"echo {version}")
    program(tmp_path / "bin", "uv", "echo started")
    done = launch(tmp_path, "--check", "sync")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"Python {version}; this needs 3.11 or newer" in done.stderr


@pytest.mark.parametrize("version", ["3.11", "3.14", "4.0"])
def test_a_recent_python_passes(tmp_path: Path, version: str) -> None:
    """The words go on as they are."""
    program(tmp_path / "bin", "python3", f"echo {version}")
    program(tmp_path / "bin", "uv", 'printf "<%s>" "$@"')
    assert launch(tmp_path, "--check", "run", "a b").stdout == "<run><a b>"


def test_no_python_and_no_uv(tmp_path: Path) -> None:
    """The message says what to install."""
    done = launch(tmp_path, "--check", "sync")
    assert (done.returncode, "install Python 3.11 or newer" in done.stderr) == (2, True)


def test_the_fetched_one_is_used_from_a_folder_with_a_blank(tmp_path: Path) -> None:
    """Where PATH has none."""
    version = next(line.partition("=")[2] for line in SCRIPT.read_text().splitlines() if line.startswith("version="))
    folder = tmp_path / "a cache" / "nationgraph-platform" / f"uv-{version}" / "bin"
    program(folder, "uv", 'printf "<%s>" "$@"')
    assert launch(tmp_path, "run").stdout == "<run>"


def test_uv_that_cannot_be_fetched(tmp_path: Path) -> None:
    """One sentence says what to install instead."""
    program(tmp_path / "bin", "python3", 'mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; [ "$2" = venv ]')
    program(tmp_path / "bin", "mkdir", 'exec /bin/mkdir "$@"')
    program(tmp_path / "bin", "cp", 'exec /bin/cp "$@"')
    done = launch(tmp_path, "sync")
    assert (done.returncode, "uv 0.13.9 could not be fetched from PyPI: install uv" in done.stderr) == (2, True)
