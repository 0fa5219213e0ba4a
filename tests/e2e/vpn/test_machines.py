"""What the lab stands on: machines see only what they are joined to, and end with the process that made them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.vpn.support.machines import Machine, plug, unavailable

pytestmark = pytest.mark.e2e

ABANDONED = """
import sys, time
from pathlib import Path
from tests.e2e.vpn.support.machines import Machine
machine = Machine("abandoned")
child = machine.start("sleep", "600", log=Path(sys.argv[1]))
print(machine.holder.pid, child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    """Skip, and say why, where none can be made."""
    if why := unavailable():
        pytest.skip(why)


@pytest.fixture
def pair() -> Iterator[tuple[Machine, Machine]]:
    """Two machines on one bridge."""
    with Machine("switch") as switch, Machine("one") as one, Machine("two") as two:
        switch.ip("link add outside type bridge", "link set outside up")
        plug(switch, "outside", one, "eth0", ["10.9.0.1/24"])
        plug(switch, "outside", two, "eth0", ["10.9.0.2/24"])
        yield one, two


def dial(machine: Machine, address: str, port: int) -> str:
    """What a connection from a machine ends in."""
    code = f"import socket; socket.create_connection(('{address}', {port}), 5).close(); print('open')"
    try:
        return machine.run(sys.executable, "-c", code).strip()
    except RuntimeError as error:
        return str(error)


def test_machines_reach_each_other_and_nothing_else(pair: tuple[Machine, Machine], tmp_path: Path) -> None:
    """The bridge joins them; there is no route to any other address, nor to what listens beside the tests."""
    one, two = pair
    two.start(sys.executable, "-m", "http.server", "8000", "--bind", "10.9.0.2", log=tmp_path / "log")
    await_true(lambda: dial(one, "10.9.0.2", 8000) == "open")
    assert "unreachable" in dial(one, "198.51.100.1", 443)
    assert one.run("ip", "-4", "route").strip() == "10.9.0.0/24 dev eth0 proto kernel scope link src 10.9.0.1"


def test_a_machine_cannot_change_settings_of_its_host(pair: tuple[Machine, Machine]) -> None:
    """What runs inside as root cannot write resolver settings."""
    with pytest.raises(RuntimeError, match="Read-only file system"):
        pair[0].run("touch", "/etc/resolv.conf")


def test_a_program_that_fails_is_reported_with_what_it_said(pair: tuple[Machine, Machine]) -> None:
    """Name of the machine, command, exit status, message."""
    with pytest.raises(RuntimeError, match=r"one: ip -batch -: exit \d+: .*nonsense"):
        pair[0].ip("link show nonsense")


def await_true(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition; AssertionError where it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def namespace(pid: int) -> str:
    """The network namespace of a process; empty where it is gone."""
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return ""


def test_nothing_outlives_the_process_that_made_it(tmp_path: Path) -> None:
    """Killed without a chance to clean up, the tests leave neither process nor namespace."""
    command = [sys.executable, "-c", ABANDONED, tmp_path / "log"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as maker:
        try:
            holder, child = (int(pid) for pid in (maker.stdout.readline() if maker.stdout else "").split())
            await_true(lambda: namespace(child) == namespace(holder))
            inside = namespace(holder)
            assert inside not in ("", namespace(os.getpid()))
            assert alive(holder)
            assert alive(child)
        finally:
            maker.kill()
    await_true(lambda: not alive(holder) and not alive(child))
    assert inside not in {namespace(int(path.name)) for path in Path("/proc").glob("[0-9]*")}
