"""The log of calls as the judgement reads it."""

import json
from pathlib import Path
from typing import Any

import pytest

from reports.rights import log, reference
from reports.rights.requests import Request
from reports.rights.subjects import Place
from toolchain import npm_modules

PLACE = Place(account="111122223333", region="eu-central-1")
URN = "urn:pulumi:dev::nationgraph-platform::nationgraph:network:Network${}::it"
ROLE, BUCKET, ALARM = (
    "aws:iam/role:Role", "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
)  # fmt: skip
BOUNDARY = "arn:aws:iam::111122223333:policy/nationgraph/identity/nationgraph-boundary"


@pytest.fixture(autouse=True)
def _reference() -> None:
    """Skip where AWS's reference cannot be had."""
    try:
        npm_modules.install(reference.MODULES)
    except npm_modules.UnavailableError as error:
        pytest.skip(str(error))


def entry(token: str, inputs: dict[str, Any], *calls: tuple[str, str, dict[str, Any]], phase: str = "create") -> str:
    """A line of the log."""
    made = [{"service": service, "operation": operation, "parameters": given} for service, operation, given in calls]
    return json.dumps({"phase": phase, "urn": URN.format(token), "id": "it", "inputs": inputs, "calls": made})


def requests(path: Path) -> list[Request]:
    """The requests of a log."""
    entries = log.read(path)
    return [request for call in log.calls(entries, log.estate(entries, PLACE)) for request in call.requests]


def test_a_call_is_asked_for_its_resource_with_what_it_says(tmp_path: Path) -> None:
    """The ARN comes from the resource, the boundary from the call itself."""
    inputs = {"name": "flow-logs", "path": "/nationgraph/workload/", "permissionsBoundary": BOUNDARY}
    call = (
        "iam",
        "CreateRole",
        {"RoleName": "flow-logs", "PermissionsBoundary": "arn:aws:iam::111122223333:policy/loose"},
    )
    (tmp_path / "calls").write_text(entry(ROLE, inputs, call))
    (request,) = requests(tmp_path / "calls")
    assert (request.action, request.resource) == (
        "iam:CreateRole", "arn:aws:iam::111122223333:role/nationgraph/workload/flow-logs",
    )  # fmt: skip
    assert request.context == {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/loose"}


def test_operations_have_the_names_of_policies(tmp_path: Path) -> None:
    """S3's operations and CloudWatch's service are called otherwise there."""
    lines = [
        entry(
            BUCKET, {"bucket": "nationgraph-b"}, ("s3", "PutBucketLifecycleConfiguration", {"Bucket": "nationgraph-b"})
        ),
        entry(ALARM, {"name": "cpu"}, ("monitoring", "PutMetricAlarm", {"AlarmName": "cpu"})),
    ]
    (tmp_path / "calls").write_text("\n".join(lines))
    assert [(request.action, request.resource) for request in requests(tmp_path / "calls")] == [
        ("s3:PutLifecycleConfiguration", "arn:aws:s3:::nationgraph-b"),
        ("cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:cpu"),
    ]


def test_a_resource_that_is_gone_keeps_what_it_was(tmp_path: Path) -> None:
    """The calls of its deletion are judged by what its creation said."""
    lines = [entry(ALARM, {"name": "cpu"}), entry(ALARM, {}, ("monitoring", "DeleteAlarms", {}), phase="delete")]
    (tmp_path / "calls").write_text("\n".join(lines))
    assert [request.resource.rpartition(":")[2] for request in requests(tmp_path / "calls")] == ["cpu"]


def test_a_line_that_was_cut_short_ends_the_log(tmp_path: Path) -> None:
    """At its end; in the middle somebody else wrote it, and the message says where."""
    whole = entry(ALARM, {"name": "cpu"}, ("monitoring", "PutMetricAlarm", {}))
    (tmp_path / "calls").write_text(f"{whole}\n{whole[:50]}")
    assert len(log.read(tmp_path / "calls")) == 1
    (tmp_path / "calls").write_text(f"{whole[:50]}\n{whole}")
    with pytest.raises(log.LogError, match=r"calls:1: no entry of the log of calls .*; remove the file"):
        log.read(tmp_path / "calls")


def test_an_operation_that_is_no_action_is_said(tmp_path: Path) -> None:
    """So that the table of names gets its row."""
    (tmp_path / "calls").write_text(entry(ALARM, {"name": "cpu"}, ("monitoring", "ReadMinds", {})))
    with pytest.raises(LookupError, match="cloudwatch:ReadMinds"):
        requests(tmp_path / "calls")


def test_a_call_that_the_table_lacks_is_said(tmp_path: Path) -> None:
    """What the sandbox calls for a type and the table does not name was not read in the provider's source."""
    known = ("monitoring", "PutMetricAlarm", {"AlarmName": "cpu"})
    strange = ("monitoring", "PutDashboard", {"AlarmName": "cpu", "DashboardName": "cpu"})
    (tmp_path / "calls").write_text(entry(ALARM, {"name": "cpu"}, known, strange))
    entries = log.read(tmp_path / "calls")
    (said,) = log.unlisted(log.calls(entries, log.estate(entries, PLACE)))
    assert said.startswith("aws:cloudwatch/metricAlarm:MetricAlarm: cloudwatch:PutDashboard is called, and")
