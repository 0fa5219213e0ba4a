"""Machines made of network namespaces, joined by bridges that lead nowhere else.

A machine is one process that sleeps in a network and a mount namespace of its own. Namespaces have no names and no
files: the kernel removes one with its last process, and every process here is killed by the kernel when the thread
that started it is gone. So nothing outlives the tests, not even after ``kill -9``, and two labs never meet.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

PROGRAMS = ("ip", "nsenter", "setpriv", "unshare")
TUN = Path("/dev/net/tun")

# /etc is read-only inside, so that a node can never rewrite the resolver settings of the machine that runs the tests.
_HOLD = "mount --bind /etc /etc && mount -o remount,bind,ro /etc && echo ready && exec sleep infinity"
_MORTAL = ("setpriv", "--pdeathsig", "KILL")


def unavailable() -> str | None:
    """Why no lab can be put up here, or None."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return f"no {missing[0]} on PATH (Debian packages iproute2 and util-linux)"
    try:
        with Machine("probe") as probe, TUN.open("rb"):
            probe.ip("link add br0 type bridge", "link add veth0 type veth peer name veth1")
            return None
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        return f"this user can make no network namespace with a bridge, a veth pair and a TUN device: {error}"


@dataclass
class Machine:
    """A network namespace: empty, with a loopback interface. Programs are started in it by :meth:`start`.

    Start programs from the test's main thread: a thread that ends takes what it started with it.
    """

    name: str
    holder: subprocess.Popen[str] = field(init=False)
    started: list[subprocess.Popen[bytes]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        command = [*_MORTAL, "unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", _HOLD]
        pipe = subprocess.PIPE
        self.holder = subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        said = (self.holder.stdout.readline() if self.holder.stdout else "").strip()
        if said != "ready":
            self.close()
            raise RuntimeError(f"namespace of {self.name}: {said}")
        self.ip("link set lo up")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def command(self, arguments: Sequence[str | Path]) -> list[str | Path]:
        """How a program is run inside; the process that is started becomes the program, so its id is the program's."""
        return [*_MORTAL, "nsenter", "--target", str(self.holder.pid), "--net", "--mount", "--", *arguments]

    def run(
        self, *arguments: str | Path, text: str = "", env: Mapping[str, str] | None = None, seconds: float = 60
    ) -> str:
        """What a program says on standard output, given ``text``; RuntimeError, with what it said, if it fails."""
        done = subprocess.run(
            self.command(arguments),
            input=text,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        if done.returncode:
            shown = " ".join(str(argument) for argument in arguments[:4])
            raise RuntimeError(f"{self.name}: {shown}: exit {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
        return done.stdout

    def start(self, *arguments: str | Path, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A program that stays until the machine is closed; it writes to ``log``."""
        with log.open("ab") as output:
            child = subprocess.Popen(
                self.command(arguments),
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.started.append(child)
        return child

    def ip(self, *lines: str) -> None:
        """Commands of iproute2, in one call."""
        self.run("ip", "-batch", "-", text="\n".join(lines))

    def close(self) -> None:
        """End what runs inside, last started first, and with it the namespaces."""
        for child in reversed(self.started):
            child.terminate()
        for child in reversed(self.started):
            end(child)
        end(self.holder)
        if self.holder.stdout:
            self.holder.stdout.close()


def end(child: subprocess.Popen[bytes] | subprocess.Popen[str], seconds: float = 3) -> None:
    """Wait for a process that was asked to end; kill it when it does not."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def plug(switch: Machine, bridge: str, machine: Machine, interface: str, addresses: Sequence[str]) -> None:
    """A cable from ``bridge`` of ``switch`` to a new ``interface`` of ``machine``, which gets ``addresses``."""
    port = f"{bridge[:4]}-{machine.holder.pid}"
    switch.ip(
        f"link add {port} type veth peer name {interface} netns {machine.holder.pid}",
        f"link set {port} master {bridge} up",
    )
    given = [f"addr add {address} dev {interface}" for address in addresses]
    machine.ip(*given, f"link set {interface} up")
