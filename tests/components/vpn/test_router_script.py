"""The router's own probe, with real packets in network namespaces that the test makes."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.debian_tools import environment_with

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


def verdict(before: str) -> int:
    """What ``forwards`` says in a network of its own, after ``before`` has been done to it."""
    program = f"{TOPOLOGY}\n{before}\ncode=0\nbash {SCRIPT} forwards 203.0.113.2 8443 || code=$?\nexit $code"
    command = ["unshare", "--user", "--map-root-user", "--net", "--mount", "bash", "-euc", program]
    done = subprocess.run(
        command, env=environment_with(nft="nftables"), capture_output=True, text=True, check=False, timeout=60
    )
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


ROUTES = ["10.0.0.0/20", "10.0.16.0/20"]
SHOWN = {"Online": True, "AllowedIPs": ["100.64.0.2/32", "fd7a:115c:a1e0::2/128"], "PrimaryRoutes": None}
"""What headscale shows a router of itself, whether it leads or stands by, whether its routes are approved or not."""
LEADS = {**SHOWN, "AllowedIPs": [*SHOWN["AllowedIPs"], *ROUTES], "PrimaryRoutes": ROUTES}
"""What a control server may show that tells a router its routes."""


def advertises(folder: Path, status: Any, prefs: Any) -> int:
    """What the script says, where ``tailscale`` shows this; nothing where that is None."""
    for name, content in {"status": status, "debug": prefs}.items():
        (folder / name).write_text(json.dumps(content) if content is not None else "", "utf-8")
    (folder / "tailscale").write_text(f'#!/bin/sh\ntest -s "{folder}/$1" && exec cat "{folder}/$1"\n', "utf-8")
    (folder / "tailscale").chmod(0o755)
    environment = environment_with(jq="jq")
    given = {**environment, "PATH": f"{folder}:{environment['PATH']}", "ROUTES": ",".join(ROUTES)}
    done = subprocess.run(["bash", SCRIPT, "advertises"], env=given, capture_output=True, check=False, timeout=60)
    return done.returncode


@pytest.mark.parametrize(
    ("state", "own", "offered", "expected"),
    [
        ("Running", SHOWN, ROUTES, 0),
        ("Running", LEADS, ROUTES, 0),
        ("Running", SHOWN, ["10.9.0.0/24", *reversed(ROUTES)], 0),
        ("Running", SHOWN, ROUTES[:1], 1),
        ("Running", SHOWN, None, 1),
        ("Running", {**SHOWN, "Online": False}, ROUTES, 1),
        ("NeedsLogin", SHOWN, ROUTES, 1),
        ("Stopped", LEADS, ROUTES, 1),
    ],
    ids=["standby", "leads", "offers more", "offers one", "offers nothing", "offline", "signed out", "stopped"],
)
def test_a_router_is_healthy_while_it_is_connected_and_offers_every_route(
    tmp_path: Path, state: str, own: Any, offered: Any, expected: int
) -> None:
    """Standby or not; what a real control server shows is looked at in tests/e2e/vpn."""
    assert advertises(tmp_path, {"BackendState": state, "Self": own}, {"AdvertiseRoutes": offered}) == expected


def test_a_router_without_its_daemon_is_not(tmp_path: Path) -> None:
    """No answer is no health; a client that cannot show its preferences is judged by its connection."""
    assert advertises(tmp_path, None, {"AdvertiseRoutes": ROUTES}) == 1
    assert advertises(tmp_path, {"BackendState": "Running", "Self": SHOWN}, None) == 0
