"""The audit of a real deployment: what violates in the state, and what somebody did to the account."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import run
from cli.commands import audit, drift
from cli.target import Target
from reports.findings import outputs
from reports.findings.model import Place
from reports.findings.report import Report
from sandbox import repair, workspace
from sandbox.workspace import Workspace
from toolchain import engine

pytestmark = pytest.mark.engine
PROJECT = Path(__file__).parent / "audited"
VPC_LINE = 8


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The project, deployed without the policies."""
    monkeypatch.setattr(run, "ROOT", PROJECT)
    folder = tmp_path / "production"
    folder.mkdir()
    made = workspace.open_workspace(PROJECT, "production", folder)
    done = workspace.pulumi(made, *workspace.operation(made, "up", "--yes", "--skip-preview"), capture=True)
    assert done.returncode == 0, done.stdout
    yield made
    workspace.stop_account(made)


def target(opened: Workspace) -> Target:
    """As the commands open it."""
    arguments = ("--config-file", str(opened.config_file))
    return Target(
        name="sandbox",
        stack="production",
        folder=opened.folder,
        binary=str(engine.find()),
        environment=workspace.variables(opened),
        arguments=arguments,
    )


def audited(opened: Workspace) -> Report:
    """The report of the audit."""
    code, report = audit.audit(target(opened))
    assert (code, report is None) == (0, False)
    assert report is not None
    return report


def stands(report: Report, policy: str) -> list[tuple[str, tuple[str, ...]]]:
    """The resources of which a policy has a finding, and where it stands."""
    return [(finding.resource, finding.seen) for finding in report.findings if finding.policy == policy]


def test_audit_of_state_and_account(opened: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """What was deployed violates in both; what a person did, or took away, by hand violates in the account alone."""
    before = audited(opened)
    both = ("state", "account")
    assert before.blocking
    assert before.resources == 4
    assert stands(before, "sec-07-flow-logs") == [("network", both)]
    assert stands(before, "sec-07-no-open-ingress") == []
    assert stands(before, "sec-07-s3-public-access") == []
    (finding,) = [finding for finding in before.findings if finding.policy == "sec-07-flow-logs"]
    assert (finding.clause, finding.severity, finding.level) == ("SEC-07", "medium", "mandatory")
    assert finding.fix
    assert finding.place == Place("__main__.py", VPC_LINE)
    assert "Nothing has drifted." in before.notes

    account: Any = repair.account(opened)
    ec2, s3 = account.client("ec2"), account.client("s3")
    (group,) = [found for found in ec2.describe_security_groups()["SecurityGroups"] if found["Description"] == "closed"]
    everybody = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[everybody])
    s3.delete_public_access_block(Bucket="papers-of-audit")
    after = audited(opened)
    assert stands(after, "sec-07-no-open-ingress") == [("door::one", ("account",))]
    assert stands(after, "sec-07-s3-public-access") == [("papers", ("account",))]
    assert stands(after, "sec-07-flow-logs") == [("network", both)]
    for form, text in ((form, write(after)) for form, write in outputs.FORMATS.items()):
        assert "door::one" in text, form
    assert drift.compare(target(opened), "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["policies"] == "refuse"
    assert "sec-07-no-open-ingress" in {finding["policy"] for finding in document["findings"]}
