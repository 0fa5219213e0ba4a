"""Commands that end early: one line, no traceback, nothing left running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import signals
from cli.target import ROOT

EARLY = """
import sys
from cli import signals
signals.install()
print("ready", flush=True)
import time
time.sleep(60)
"""
RUNS = """
import os, signal, subprocess, sys
from cli import signals
signals.install()
program = "import signal,time;signal.signal(signal.SIGINT,signal.SIG_IGN);time.sleep(60)"
with subprocess.Popen([sys.executable, "-c", program], process_group=0,
                      preexec_fn=signals.ends_with_this(signal.SIGKILL)) as child, signals.passed_to(child):
    print(child.pid, flush=True)
    child.wait()
"""
MAKE = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


def start(*words: str, **environment: str) -> "subprocess.Popen[str]":
    """A program of the project, and the first line that it printed."""
    return subprocess.Popen(
        [sys.executable, "-c", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def runs(pid: int) -> bool:
    """Whether it is there and no zombie. Its command line would not do: that is empty while a program is loaded."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def gone(pid: int, seconds: float = 2) -> bool:
    """Whether a process ends in time."""
    deadline = time.monotonic() + seconds
    while runs(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_before_the_engine_runs(number: signal.Signals) -> None:
    """A line that says how to go on."""
    child = start(EARLY)
    assert child.stdout
    child.stdout.readline()
    child.send_signal(number)
    _, said = child.communicate(timeout=10)
    assert (child.returncode, said) == (128 + number, "Interrupted; run it again.\n")


def test_a_killed_command_takes_its_engine_along() -> None:
    """The kernel tells the engine."""
    child = start(RUNS)
    assert child.stdout
    engine = int(child.stdout.readline())
    child.kill()
    child.communicate(timeout=10)
    assert gone(engine)


def test_a_killed_make_takes_its_command_along() -> None:
    """The engine is asked to stop, and ended where it does not."""
    child = start(MAKE, RUNS, MAKELEVEL="1")
    assert child.stdout
    engine = int(child.stdout.readline())
    assert not gone(engine, 0.3)
    child.kill()
    assert gone(engine, 3)
    child.communicate(timeout=10)


ORPHAN = """
import subprocess, sys
command = [sys.executable, "-c", sys.argv[1]]
print(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)
"""


def test_a_command_whose_make_was_gone_before_it_looked_ends() -> None:
    """Its parent is the first process then, and that is no make."""
    late = EARLY.replace("import sys", "import sys, time; time.sleep(0.3)")
    made = subprocess.run([sys.executable, "-c", ORPHAN, late], cwd=ROOT, env={**os.environ, "MAKELEVEL": "1"},
                          stdout=subprocess.PIPE, text=True, check=True)  # fmt: skip
    pid = int(made.stdout)
    if int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) != signals.INIT:
        pytest.skip("orphans of this machine go to another process than the first")
    assert gone(pid, 4)
