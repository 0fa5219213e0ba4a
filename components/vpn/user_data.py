"""The user data with which cloud-init sets a router up at its first start; it holds no secret."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

RELEASE: Final = "trixie"
"""Debian 13, of which ``routers.IMAGE`` is an image."""
TAILSCALE_KEY: Final = "2596A99EAAB33821893C0A79458CA832957F5868"  # pragma: allowlist secret
"""Fingerprint of the key that signs Tailscale's packages. Source: https://pkgs.tailscale.com/stable/#debian."""
LIMIT_BYTES: Final = 16384
"""The most that EC2 takes, before base64. Source: EC2 user guide, "Run commands when you launch an instance"."""

_APT: Final = """\
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Origins-Pattern {
  "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";
  "origin=Tailscale";
};
// A new kernel arrives with the next machine, at most a week later: two routers must not start anew at once.
Unattended-Upgrade::Automatic-Reboot "false";
"""
_JOURNAL: Final = "[Journal]\nSystemMaxUse=200M\nRuntimeMaxUse=50M\nMaxRetentionSec=14day\n"
_SYSCTL: Final = "net.ipv4.ip_forward = 1\n"
_SERVICE: Final = """\
[Unit]
Description=Whether this router forwards
After=tailscaled.service

[Service]
Type=oneshot
EnvironmentFile=/etc/router.env
ExecStart=/usr/local/sbin/router watch
TimeoutStartSec=50
"""
_TIMER: Final = """\
[Unit]
Description=Whether this router forwards, every minute

[Timer]
OnCalendar=minutely
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, kw_only=True)
class RouterSettings:
    """What differs between routers of different networks. ``patience`` is in failed probes, one a minute."""

    client_id: str
    audience: str
    tag: str
    routes: Sequence[str]
    region: str
    group: str
    hostname: str
    namespace: str
    metric: str
    probe_host: str
    probe_port: int
    patience: int
    script: str


def _environment(settings: RouterSettings) -> Mapping[str, str]:
    return {
        "CLIENT_ID": settings.client_id,
        "AUDIENCE": settings.audience,
        "TAG": settings.tag,
        "ROUTES": ",".join(settings.routes),
        "REGION": settings.region,
        "GROUP": settings.group,
        "ROUTER_HOSTNAME": settings.hostname,
        "NAMESPACE": settings.namespace,
        "METRIC": settings.metric,
        "PROBE_HOST": settings.probe_host,
        "PROBE_PORT": str(settings.probe_port),
        "PATIENCE": str(settings.patience),
    }


def _file(path: str, content: str, permissions: str = "0644") -> dict[str, str]:
    return {"path": path, "content": content, "permissions": permissions, "owner": "root:root"}


def cloud_config(settings: RouterSettings) -> dict[str, Any]:
    """The configuration as data. Nobody can sign in: no shell, no password, no key, no SSH server."""
    environment = "".join(f'{key}="{value}"\n' for key, value in _environment(settings).items())
    return {
        "package_update": True,
        "package_upgrade": True,
        "apt": {
            "sources": {
                "tailscale.list": {
                    "source": f"deb [signed-by=$KEY_FILE] https://pkgs.tailscale.com/stable/debian {RELEASE} main",
                    "keyid": TAILSCALE_KEY,
                    "keyserver": "hkps://keyserver.ubuntu.com",
                }
            }
        },
        "packages": ["tailscale", "nftables", "awscli", "jq", "ethtool", "unattended-upgrades"],
        # Named, so that the image's own user, who may become root, is not made.
        "users": [{"name": "router", "system": True, "lock_passwd": True, "shell": "/usr/sbin/nologin"}],
        "ssh_pwauth": False,
        "disable_root": True,
        "write_files": [
            _file("/etc/router.env", environment),
            _file("/usr/local/sbin/router", settings.script, "0755"),
            _file("/etc/sysctl.d/90-router.conf", _SYSCTL),
            _file("/etc/systemd/journald.conf.d/50-router.conf", _JOURNAL),
            _file("/etc/apt/apt.conf.d/52-router", _APT),
            _file("/etc/systemd/system/router.service", _SERVICE),
            _file("/etc/systemd/system/router.timer", _TIMER),
        ],
        "runcmd": [
            ["systemctl", "mask", "--now", "ssh.service", "ssh.socket"],
            ["sysctl", "--system"],
            ["systemctl", "restart", "systemd-journald"],
            # Forwarding UDP in batches. Source: https://tailscale.com/kb/1320/performance-best-practices.
            ["sh", "-c", "ethtool -K $(ip -o route get 8.8.8.8 | cut -f5 -d' ') rx-udp-gro-forwarding on || true"],
            ["sh", "-c", "set -a; . /etc/router.env; exec /usr/local/sbin/router join"],
            ["systemctl", "daemon-reload"],
            ["systemctl", "enable", "--now", "router.timer"],
        ],
    }


def render(settings: RouterSettings) -> str:
    """The user data as EC2 takes it, in base64. JSON is YAML.

    Raises ``ValueError`` where it is longer than EC2 takes, or a setting could end its line or its quotes.
    """
    for key, value in _environment(settings).items():
        if not set(value).isdisjoint("\"'$`\\\n"):
            raise ValueError(f"{key}: {value!r} holds a character that a shell reads; leave out quotes, $, ` and \\")
    text = "#cloud-config\n" + json.dumps(cloud_config(settings), indent=1) + "\n"
    if len(text.encode()) > LIMIT_BYTES:
        raise ValueError(f"user data: {len(text.encode())} bytes, EC2 takes {LIMIT_BYTES}; shorten router.sh")
    return base64.b64encode(text.encode()).decode()
