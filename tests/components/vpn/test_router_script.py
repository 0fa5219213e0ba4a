"""The router's own probe, with real packets in network namespaces that the test makes."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from toolchain import debian

SCRIPT = Path(__file__).parents[3] / "components" / "vpn" / "router.sh"
TOPOLOGY = """
mount -t tmpfs none /run
ip link set lo up
ip netns add target
ip link add lan0 type veth peer name lan1 netns target
ip address add 203.0.113.1/24 dev lan0
ip link set lan0 up
ip -n target address add 203.0.113.2/24 dev lan1
ip -n target link set lan1 up
ip netns exec target python3 -m http.server 8443 --bind 203.0.113.2 >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  timeout 1 bash -c 'exec 3<>/dev/tcp/203.0.113.2/8443' 2>/dev/null && break
  sleep 0.05
done
"""
"""A router (where the script runs) and a target behind it that has no route back but to its own subnet."""


@cache
def environment() -> Mapping[str, str]:
    """With ``nft`` from PATH, else Debian's."""
    if shutil.which("nft"):
        return os.environ
    return {**os.environ, **debian.environment(debian.unpacked("nftables"))}


def verdict(before: str) -> int:
    """What ``forwards`` says in a network of its own, after ``before`` has been done to it."""
    program = f"{TOPOLOGY}\n{before}\ncode=0\nbash {SCRIPT} forwards 203.0.113.2 8443 || code=$?\nexit $code"
    command = ["unshare", "--user", "--map-root-user", "--net", "--mount", "bash", "-euc", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 1, 2), done.stderr
    return done.returncode


FORWARDING = "echo 1 > /proc/sys/net/ipv4/ip_forward"
FIREWALL = "nft add table ip f; nft 'add chain ip f x { type filter hook forward priority 0; policy drop; }'"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (FORWARDING, 0),
        ("echo 0 > /proc/sys/net/ipv4/ip_forward", 1),
        (f"{FORWARDING}; {FIREWALL}", 1),
        (f"{FORWARDING}; kill $server; wait $server || true", 2),
        (f"{FORWARDING}; ip link set lan0 down", 2),
    ],
    ids=["forwards", "forwarding off", "firewall drops", "target is down", "network is down"],
)
def test_probe_tells_a_broken_router_from_a_broken_target(before: str, expected: int) -> None:
    """Online alone proves nothing: 0 forwards, 1 is this machine's fault, 2 is not."""
    assert verdict(before) == expected


def test_probe_can_be_repeated() -> None:
    """Its namespace is made once; a router whose forwarding comes back is healthy again."""
    broken = f"echo 0 > /proc/sys/net/ipv4/ip_forward; bash {SCRIPT} forwards 203.0.113.2 8443 || [ $? -eq 1 ]"
    assert verdict(f"{broken}; {FORWARDING}") == 0
