"""Programs that the language host starts end with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.support.cloud import ROOT

HOST = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "sandbox.protocol.leash", *sys.argv[1:]])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("called", ["module", "path"])
def test_a_killed_host_leaves_nothing(tmp_path: Path, called: str) -> None:
    """The program is gone within two seconds although nobody told it."""
    (tmp_path / "busy.py").write_text("import sys\nprint(sys.argv[1:], flush=True)\nwhile True: pass\n")
    words = ["-m", "busy", "word"] if called == "module" else [str(tmp_path / "busy.py"), "word"]
    variables = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    command = [sys.executable, "-c", HOST, *words]
    with subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout
        child = int(host.stdout.readline())
        assert host.stdout.readline() == "['word']\n"
        host.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 2
    while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.05)
