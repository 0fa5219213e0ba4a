"""One command at a time on a stack: the second says who runs, and a process that ends leaves no lock."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli import application, lock, target
from cli.commands import clean
from cli.target import ROOT

HOLD = """
import pathlib, sys, time
from cli import lock
with lock.held(pathlib.Path(sys.argv[1]), "up"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that works on stack dev."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "dev")]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()


def test_a_second_command_says_who_runs(
    holder: "subprocess.Popen[str]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Process and time are named; nothing is opened, settled, unlocked or removed, and force is not advised."""
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path))
    monkeypatch.setattr(target, "open_target", lambda *_: pytest.fail("the sandbox was opened"))
    (tmp_path / "dev").mkdir()
    for command in ("up", "preview", "repair", "down", "drift", "reach"):
        assert application.main([command, "--stack", "dev", "--target", "sandbox"]) == 2
        said = capsys.readouterr().err
        assert f"`make up` (process {holder.pid}, since {time.strftime('%H:')}" in said
        assert "force" not in said
    assert application.main(["clean"]) == 2
    assert (tmp_path / "dev").exists()


def test_the_lock_ends_with_its_process(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """Also where that was killed; another stack was free all the time."""
    with lock.held(tmp_path / "staging", "up"):
        pass
    holder.kill()
    holder.wait()
    with lock.held(tmp_path / "dev", "up"):
        assert str(os.getpid()) in lock.path_of(tmp_path / "dev").read_text()


def test_an_owner_without_a_name_is_still_an_owner(holder: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """It has the lock and has not written its name yet, or somebody has damaged the file."""
    lock.path_of(tmp_path / "dev").write_text("{")
    with (
        pytest.raises(lock.BusyError, match="dev: another command works on this stack"),
        lock.held(tmp_path / "dev", "up"),
    ):
        pass


def test_sandbox_that_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, and the file stays."""
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path / "file"))
    assert application.main(["up"]) == 2
    assert "file is a file, and the sandbox is a folder of that name" in capsys.readouterr().err
    assert clean.run() == 2
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_is_refused_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with the cause; nothing is begun that could end in the middle."""
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path / "new" / "folder"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=7 << 20))
    for command in ("up", "preview", "down"):
        assert application.main([command]) == 2
        assert "its disk is full, 7168 KiB are free and a run needs 24 MiB; make room" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
