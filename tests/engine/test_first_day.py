"""Up, rotation, look, drift, down: what happens to a stack on its first day."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reports.rights import log
from sandbox import workspace
from tests.e2e.support import declared_rotation
from tests.engine.conftest import Platform
from tests.support.depth import deep

pytestmark = [pytest.mark.engine, pytest.mark.e2e]


@deep
def test_first_day(platform: Platform, tmp_path: Path) -> None:
    """One deployment, each part on what the one before it left.

    ``up`` deploys everything; the rotation that it declares completes; then there is nothing to do, drift is seen and
    refused, ``down`` leaves nothing, and each call of all that is one which the pipeline's roles may make. The user's
    own settings are neither read nor written.
    """
    first = platform.run("up")
    assert first.code == 0, first.text
    total = len(platform.resources())
    assert first.runs[-1].counts()["create"] > total > 100
    assert platform.strays() == {}
    assert f"{total} resources in the state of sandbox." in first.text
    assert "0 findings" in first.text
    assert "coreDatabaseAddress" in first.text
    assert "core" in _looked_around(first.text)

    with declared_rotation.prepared(platform, tmp_path) as stack:
        declared_rotation.what_was_declared(stack)
        declared_rotation.rotations_complete(stack)
        declared_rotation.aws_tests_it(stack, prepared=True)
        declared_rotation.the_watch_measures_them(stack)
        value = stack.value(declared_rotation.CORE)
        home = _home(tmp_path)
        before = sorted(map(str, home.rglob("*")))
        second = platform.run("up", HOME=str(home), XDG_CACHE_HOME=str(_cache()), AWS_PROFILE="production")
        assert second.code == 0, second.text
        assert {kind for run in second.runs for kind in run.counts()} == {"same"}, "rotations are no change"
        assert stack.value(declared_rotation.CORE) == value
        assert sorted(map(str, home.rglob("*"))) == before, "Pulumi's, AWS's and Kubernetes' settings are the user's"

    _open_by_hand(platform)
    drifted = platform.run("drift")
    assert drifted.code == 1
    assert "drift: core-security-group (ec2 SecurityGroup) ingress" in drifted.text
    assert "sec-07-no-open-ingress" in drifted.text
    assert "policies refuse the account" in drifted.text

    _close_by_hand(platform)
    clean = platform.run("drift")
    assert clean.code == 0, f"rotations are no drift: {clean.text}"
    read = {call.urn for call in log.read(platform.folder / "sandbox" / log.NAME) if call.phase == "read"}
    assert any("secretRotation" in urn for urn in read)
    assert not any("secretVersion" in urn for urn in read), "who looks for drift reads no secret"
    gone = platform.run("down")
    assert gone.code == 0, gone.text
    assert platform.resources() == []
    assert workspace.account_pid(platform.workspace()) is None
    assert not list((platform.folder / "sandbox").glob("account.*"))
    assert platform.running() == []

    rights = platform.run("rights")
    assert rights.code == 0, rights.text
    logged = re.search(r"sandbox: ([\d,]+) of ([\d,]+) calls of the log are allowed to the deploy role", rights.text)
    assert logged is not None
    assert logged[1] == logged[2]


def _looked_around(text: str) -> list[str]:
    """What a shell sees in the account after the line that ``up`` printed: the databases' names."""
    (line,) = [line for line in text.splitlines() if "export AWS_ENDPOINT_URL" in line]
    look = (
        "import boto3; print(*[d['DBInstanceIdentifier'] for d in boto3.client('rds').describe_db_instances()['%s']])"
    )
    command = f'{line}; exec "{sys.executable}" -c "{look % "DBInstances"}"'
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return subprocess.run(["sh", "-c", command], env=clean, text=True, capture_output=True, check=True).stdout.split()


def _group(platform: Platform) -> str:
    (group,) = [r["id"] for r in platform.resources() if r["urn"].endswith("::core-security-group")]
    return str(group)


OPEN = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _open_by_hand(platform: Platform) -> None:
    platform.client("ec2").authorize_security_group_ingress(GroupId=_group(platform), IpPermissions=OPEN)


def _close_by_hand(platform: Platform) -> None:
    platform.client("ec2").revoke_security_group_ingress(GroupId=_group(platform), IpPermissions=OPEN)


def _home(folder: Path) -> Path:
    """A user's home folder with settings of other tools."""
    home = folder / "home"
    for name in (".aws/credentials", ".pulumi/credentials.json", ".kube/config"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text("not for the sandbox")
    return home


def _cache() -> Path:
    from toolchain import cache  # noqa: PLC0415 - its root depends on the environment

    return cache.root().parent
