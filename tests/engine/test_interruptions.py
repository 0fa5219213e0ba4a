"""Runs that end in the middle: one line, nothing left running, none beside a living one; the next converges."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.kubernetes import cluster
from tests.engine.conftest import Platform
from tests.engine.support import blows
from tests.support.depth import DEEP, deep
from tests.support.resources import clean

pytestmark = pytest.mark.engine
LEAVE_SECONDS = 10.0
"""How long processes may take to leave: 2 s, and what a machine that runs other tests adds."""
EMULATOR, PACK, HOST = "sandbox.aws.emulator", "pulumi.policy", "sandbox.protocol.language_host"
KILLED = (
    ("make up", "-m cli up"),  # the word that finds the process, and one that runs at the moment of the blow
    ("make up", PACK),
    ("-m cli up", "bin/pulumi up"),
    (HOST, HOST),
    ("sandbox.aws.provider", "sandbox.aws.provider"),
    ("sandbox.tailscale.provider", "sandbox.tailscale.provider"),
    (PACK, PACK),
    (EMULATOR, PACK),
    ("bin/pulumi up", PACK),
)
KILLS = KILLED if DEEP else KILLED[1:2]
PRESSED = [(command, at, times) for command in ("up", "preview") for at in (0.1, 0.5, 1, 2, 3, 6) for times in (1, 3)]
PRESSES = PRESSED if DEEP else [("up", 6, 3)]
COMMANDS = ("preview", "repair", "drift", "up", "down", "clean")
TRIES = 28 if DEEP else 1


def make(platform: Platform, *words: str, **extra: str) -> "subprocess.Popen[str]":
    """Make as a terminal starts it, with the interpreter of the tests and its environment as it is."""
    return subprocess.Popen(
        ["make", "-s", "-o", ".venv/synced", *words, f"RUN={sys.executable}"],
        cwd=platform.root,
        env={**platform.variables(extra), "MAKEFLAGS": ""},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        restore_signals=True,
    )


def awaited(child: "subprocess.Popen[str]", platform: Platform, word: str) -> int:
    """A process of the run whose command line has the word, as soon as it is there."""
    deadline = time.monotonic() + 240
    while child.poll() is None and time.monotonic() < deadline:
        for number, command in platform.processes():
            if word in command:
                return number
        time.sleep(0.1)  # each look reads the environment of every process
    pytest.fail(f"{word} never ran: {child.communicate()[0]}")


def assert_gone(platform: Platform, what: str) -> None:
    """Nothing but account and cluster, which stay until ``make down``."""
    deadline = time.monotonic() + LEAVE_SECONDS
    left = ["?"]
    while left and time.monotonic() < deadline:
        stays = cluster.pids(platform.folder / "sandbox").values()
        left = [command for pid, command in platform.processes() if pid not in stays and EMULATOR not in command]
        time.sleep(0.05)
    assert left == [], what


def press(platform: Platform, command: str, at: float, times: int) -> None:
    """Ctrl-C, which a terminal sends to the whole foreground group."""
    child = make(platform, command, SANDBOX_LATENCY="0.003")
    time.sleep(at)
    for _ in range(times):
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)
        time.sleep(0.1)
    said = clean(child.communicate(timeout=120)[0])
    what = f"{command}, {times} times after {at} s: {said}"
    assert "Traceback" not in said, what
    assert child.returncode == 0 or "Interrupted" in said or at <= 0.5, what  # before Python runs, make speaks alone
    assert "no resources" not in said, what
    assert_gone(platform, what)


def kill(platform: Platform, word: str, running: str) -> None:
    """As ``kill -9``."""
    child = make(platform, "up", SANDBOX_LATENCY="0.003")
    awaited(child, platform, running)
    os.kill(child.pid if word.startswith("make") else awaited(child, platform, word), signal.SIGKILL)
    if word in ("make up", "-m cli up"):
        assert_gone(platform, word)
    said = clean(child.communicate(timeout=240)[0])
    assert "Traceback" not in said, f"{word}: {said}"
    assert_gone(platform, f"{word}: {said}")


def assert_refused(platform: Platform, command: str) -> None:
    """Another command says who runs, and touches nothing."""
    other = make(platform, command)
    said = clean(other.communicate(timeout=120)[0])
    assert other.returncode == 2, f"{command}: {said}"
    assert "sandbox: `make up` (process " in said, said
    assert not {"Traceback", "force", "Releasing", "interrupted"} & set(said.split()), said


@deep
@pytest.mark.timeout(3600 if DEEP else 600)
def test_whatever_ends_a_run_the_next_converges(account_platform: Platform) -> None:
    """Ctrl-C once or three times at any moment, kill -9 of any process; while the last run goes on, others wait."""
    platform = account_platform
    ends = len(PRESSES) + len(KILLS)
    if not DEEP:  # each of them alone in test_faults
        blows.assert_adopted(platform)
        blows.strike(platform, blows.kill_engine)
        ends += 2
    for command, at, times in PRESSES:
        press(platform, command, at, times)
    for word, running in KILLS:
        kill(platform, word, running)
    last = make(platform, "up", SANDBOX_LATENCY="0.02" if DEEP else "0")
    engine = awaited(last, platform, "bin/pulumi up")
    for number in range(TRIES):
        os.kill(engine, signal.SIGSTOP)  # so that it still runs when the last of them looks
        try:
            for command in COMMANDS if number == 0 else COMMANDS[number % len(COMMANDS) :][:1]:
                assert_refused(platform, command)
        finally:
            os.kill(engine, signal.SIGCONT)
        time.sleep(0.05 * (number % 5))
    said = clean(last.communicate(timeout=500)[0])
    assert last.returncode == 0, said
    assert platform.strays() == {}
    print(f"interruptions survived: {ends} of {ends}; commands beside a run refused at {TRIES} of {TRIES} moments")
    healed = platform.run("preview")
    assert set(healed.runs[-1].counts()) == {"same"}, healed.text
    assert (platform.folder / "preview.md").read_text() == ""  # nothing to comment on
    platform.stop()
    assert platform.running() == []


def fill(path: Path) -> None:
    """Take all the room of a disk."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    for size in (4096, 1):
        try:
            while True:
                os.write(handle, b"x" * size)
        except OSError:
            pass
    os.close(handle)


@pytest.fixture
def small_disk(platform: Platform) -> Iterator[Callable[[str], None]]:
    """The sandbox's folder on a disk of its own, whose size can be changed."""
    platform.folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(platform.folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk is root's")

    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(platform.folder)], check=True)

    yield resize
    platform.stop()
    subprocess.run(["umount", "-l", str(platform.folder)], check=True)


@pytest.mark.skipif(not DEEP, reason="two whole deployments on a disk of its own: make prove tries it")
@deep
@pytest.mark.timeout(1800)
def test_a_full_disk_and_then_room_again(platform: Platform, small_disk: Callable[[str], None]) -> None:
    """One sentence with the cause where there is no room, or none any more; afterwards ``up`` converges."""
    for size in ("64k", "1m", "3m", "5m", "7m"):
        small_disk(size)
        said = platform.run("up")
        assert (said.code, "its disk is full" in said.text) == (2, True), said.text
        assert not (platform.folder / "sandbox").exists()
    small_disk("100m")
    child = platform.start("up", SANDBOX_LATENCY="0.01")
    journal, ballast = platform.folder / "sandbox" / "account.jsonl", platform.folder / "ballast"
    while child.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 100):
        time.sleep(0.05)
    fill(ballast)
    text = clean(child.communicate(timeout=500)[0])
    assert child.returncode != 0
    assert "Traceback" not in text
    assert f"The disk of {platform.folder / 'sandbox'} is full" in text, text
    ballast.unlink()
    healed = platform.run("up")
    assert healed.code == 0, healed.text
    assert platform.strays() == {}
    assert set(platform.run("up").runs[-1].counts()) == {"same"}
