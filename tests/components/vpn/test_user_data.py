"""What routers are told at their first start: valid, complete, and without a secret."""

import base64
import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from components.vpn.routers import SCRIPT as ROUTER_SCRIPT
from components.vpn.user_data import LIMIT_BYTES, RouterSettings, cloud_config, render
from policy.facts import plaintext
from tests.support.resources import Res, as_resource_args
from toolchain import debian

SCRIPT = ROUTER_SCRIPT.read_text()
SETTINGS = RouterSettings(
    client_id="k0123456789CNTRL-k9876543210CNTRL",
    audience="api.tailscale.com/k0123456789CNTRL",
    tag="tag:router",
    routes=["10.0.0.0/20", "10.0.144.0/23"],
    region="eu-central-1",
    group="nationgraph-vpn-routers",
    hostname="router-sandbox",
    namespace="NationGraph/Vpn",
    metric="RouterForwards",
    probe_host="sts.eu-central-1.amazonaws.com",
    probe_port=443,
    patience=5,
    script=SCRIPT,
)


@cache
def schema() -> dict[str, Any]:
    """Cloud-init's own schema of user data, as Debian ships it."""
    path = "usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json"
    found: dict[str, Any] = json.loads((debian.unpacked("cloud-init") / path).read_text())
    return found


def content() -> dict[str, Any]:
    """The user data as cloud-init reads it."""
    text = base64.b64decode(render(SETTINGS)).decode()
    assert text.startswith("#cloud-config\n")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def file(path: str) -> str:
    """The content of a file that cloud-init writes."""
    (entry,) = [entry for entry in content()["write_files"] if entry["path"] == path]
    return str(entry["content"])


def test_cloud_init_accepts_it() -> None:
    """By its own schema; which refuses a misspelt key, so that the test can fail."""
    jsonschema.Draft4Validator(schema()).validate(content())
    wrong = {**content(), "runcmd": "reboot"}
    assert list(jsonschema.Draft4Validator(schema()).iter_errors(wrong))


def shellcheck() -> Path:
    """From PATH, else Debian's."""
    found = shutil.which("shellcheck")
    return Path(found) if found else debian.unpacked("shellcheck") / "usr" / "bin" / "shellcheck"


def test_script_is_sound(tmp_path: Path) -> None:
    """Bash parses it, and shellcheck finds nothing."""
    path = tmp_path / "router.sh"
    path.write_text(SCRIPT)
    subprocess.run(["bash", "-n", path], check=True, timeout=10)
    checked = subprocess.run(
        [shellcheck(), "-s", "bash", path], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.stdout == ""


def test_it_holds_no_secret() -> None:
    """Neither the scanner's detectors nor a Tailscale key; what identifies the router proves nothing by itself."""
    template = Res("aws:ec2/launchTemplate:LaunchTemplate", "router", {"userData": render(SETTINGS)})
    assert list(plaintext.findings(as_resource_args(template))) == []
    assert "tskey" not in base64.b64decode(render(SETTINGS)).decode()


def test_every_setting_reaches_the_script() -> None:
    """Each variable that the script expects is in the environment file, and none beside."""
    given = {line.partition("=")[0] for line in file("/etc/router.env").splitlines()}
    used = {name for name in given if f"${name}" in SCRIPT or f"${{{name}" in SCRIPT}
    assert given == used
    assert file("/etc/router.env").splitlines()[3] == 'ROUTES="10.0.0.0/20,10.0.144.0/23"'


def test_nobody_signs_in() -> None:
    """The only user has neither shell nor password, and the SSH server is masked before the router joins."""
    given = content()
    (user,) = given["users"]
    assert user == {"name": "router", "system": True, "lock_passwd": True, "shell": "/usr/sbin/nologin"}
    assert given["ssh_pwauth"] is False
    assert given["disable_root"] is True
    assert given["runcmd"][0] == ["systemctl", "mask", "--now", "ssh.service", "ssh.socket"]
    assert "--ssh=false" in SCRIPT


def test_it_forwards_caps_its_journal_and_upgrades() -> None:
    """Forwarding before joining; logs bounded; security fixes come by themselves, without a restart of their own."""
    assert file("/etc/sysctl.d/90-router.conf") == "net.ipv4.ip_forward = 1\n"
    assert "SystemMaxUse=200M" in file("/etc/systemd/journald.conf.d/50-router.conf")
    apt = file("/etc/apt/apt.conf.d/52-router")
    assert "Debian-Security" in apt
    assert 'Automatic-Reboot "false"' in apt
    assert "unattended-upgrades" in content()["packages"]
    commands = [" ".join(command) for command in content()["runcmd"]]
    joined = next(index for index, command in enumerate(commands) if "router join" in command)
    assert commands.index("sysctl --system") < joined


def test_it_names_tag_and_routes_only() -> None:
    """The router neither takes routes of others nor serves as a way to the internet."""
    assert "--accept-routes=false" in SCRIPT
    assert "advertise-exit-node" not in SCRIPT
    assert "preauthorized=true" in SCRIPT
    assert "ephemeral=true" in SCRIPT


@pytest.mark.parametrize("value", ['x"y', "a`id`", "$(id)", "a\nb", "a\\b", "it's"])
def test_settings_cannot_leave_their_quotes(value: str) -> None:
    """What a shell would read as more than text is refused."""
    with pytest.raises(ValueError, match="holds a character that a shell reads"):
        render(replace(SETTINGS, hostname=value))


def test_too_much_is_refused() -> None:
    """EC2 would refuse it only when the first machine starts."""
    with pytest.raises(ValueError, match=f"EC2 takes {LIMIT_BYTES}"):
        render(replace(SETTINGS, routes=["10.0.0.0/20"] * 2000))
    assert len(cloud_config(SETTINGS)["write_files"]) == 7
