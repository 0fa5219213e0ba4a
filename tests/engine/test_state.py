"""What AWS does to a stack over time: versions and storage that grow, names that stay reserved."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import outcome, run
from cli.target import Target
from reports import drift, events
from sandbox import repair, workspace
from sandbox.workspace import Workspace
from toolchain import engine

pytestmark = pytest.mark.engine
PROJECT = Path(__file__).parent / "changing"


class Stack:
    """The project on an emulated account of its own; keyword arguments are its environment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def log(self) -> Path:
        """The event log of the last run."""
        return self._folder / "events.jsonl"

    def open(self, **environment: str) -> Workspace:
        """The sandbox, ready."""
        return workspace.open_workspace(PROJECT, "production", self._folder, environment)

    def client(self, service: str) -> Any:
        """boto3 on the account: AWS itself, or a person."""
        return repair.account(self.open()).client(service)

    def pulumi(self, verb: str, *arguments: str, **environment: str) -> tuple[int, list[events.Run]]:
        """An operation: its exit code and runs."""
        self.log.unlink(missing_ok=True)
        opened = self.open(**environment)
        words = workspace.operation(opened, verb, *arguments, "--yes", "--event-log", str(self.log))
        code = workspace.pulumi(opened, *words, capture=True).returncode
        return code, events.parse(self.log.open())

    def drift(self, **environment: str) -> drift.Drift:
        """What a refresh sees."""
        opened = self.open(**environment)
        arguments = ("--config-file", str(opened.config_file))
        target = Target(
            name="sandbox",
            stack="production",
            folder=self._folder,
            binary=str(engine.find()),
            environment=workspace.variables(opened),
            arguments=arguments,
        )
        code, runs = run.operation(target, "refresh", "--preview-only")
        assert code == 0
        return drift.read(runs[-1], run.resources(target))


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The project, not yet deployed."""
    monkeypatch.setattr(run, "ROOT", PROJECT)
    folder = tmp_path / "production"
    folder.mkdir()
    yield Stack(folder)
    workspace.stop_account(Workspace(project=PROJECT, stack="production", folder=folder))


def lines(items: Any) -> list[str]:
    """Each difference with its resource."""
    return [f"{item.resource} {difference.line}" for item in items for difference in item.differences]


def test_what_aws_changes_by_itself(stack: Stack) -> None:
    """Version and storage of the database and the network that is only read are no drift; what a person changed is."""
    code, runs = stack.pulumi("up", "--skip-preview")
    assert code == 0
    assert runs[-1].outputs == {"nested": {"list": ["[secret]", 1]}}
    ec2, rds = stack.client("ec2"), stack.client("rds")
    shared = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert stack.pulumi("up", "--skip-preview", READ=shared)[0] == 0
    assert stack.drift(READ=shared) == drift.Drift(changed=[], expected=[], external=[])

    (database,) = rds.describe_db_instances()["DBInstances"]
    name = database["DBInstanceIdentifier"]
    rds.modify_db_instance(DBInstanceIdentifier=name, EngineVersion="16.9", AllocatedStorage=40, ApplyImmediately=True)
    ec2.create_tags(Resources=[shared], Tags=[{"Key": "Name", "Value": "theirs"}])
    seen = stack.drift(READ=shared)
    assert seen.changed == []
    assert lines(seen.expected) == ["core allocatedStorage: 20 -> 40", "core engineVersion: 16 -> 16.9"]
    assert [item.resource for item in seen.external] == ["shared"]

    (own,) = [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["CidrBlock"] == "10.0.0.0/16"]
    ec2.create_tags(Resources=[own], Tags=[{"Key": "Name", "Value": "two"}])
    rds.modify_db_instance(DBInstanceIdentifier=name, MaxAllocatedStorage=200, ApplyImmediately=True)
    seen = stack.drift(READ=shared)
    assert sorted(lines(seen.changed)) == [
        "audit::events tags.Name: one -> two",
        "core maxAllocatedStorage: 100 -> 200",
    ]


def test_a_secret_that_comes_back(stack: Stack) -> None:
    """Its name is reserved; the run says by which command it is taken back, value and all, and that one does it."""
    assert stack.pulumi("up", "--skip-preview", SECRET="yes")[0] == 0
    secrets = stack.client("secretsmanager")
    secrets.put_secret_value(SecretId="audit", SecretString="value")
    assert stack.pulumi("up", "--skip-preview")[0] == 0
    assert stack.pulumi("up", "--skip-preview", SECRET="yes")[0] != 0
    said = outcome.closing(stack.log, "up", "production", emulated=True)
    assert said.startswith("1 failed: audit.\naudit: AWS keeps the name audit until the secret's recovery window ends")

    command = re.search(r"with `(pulumi import .*?)`, or free", said)
    assert command is not None
    inner = re.search(r'"\$\((.*?)\)"', command[1])
    assert inner is not None
    assert shlex.split(inner[1])[:5] == ["aws", "secretsmanager", "restore-secret", "--secret-id", "audit"]
    arn = secrets.restore_secret(SecretId="audit")["ARN"]
    words = shlex.split(command[1].replace(inner[0], arn))
    imported = workspace.pulumi(stack.open(SECRET="yes"), *words[1:], capture=True)
    assert imported.returncode == 0, imported.stdout + imported.stderr
    assert stack.pulumi("up", "--skip-preview", SECRET="yes")[0] == 0
    assert secrets.get_secret_value(SecretId="audit")["SecretString"] == "value"
    assert "create" not in stack.pulumi("up", "--skip-preview", SECRET="yes")[1][-1].counts()
