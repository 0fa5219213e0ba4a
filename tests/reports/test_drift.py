"""What is drift, and what AWS does by itself because the stack lets it."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from reports import drift
from reports.drift import Drift
from reports.events import Run, parse
from reports.expected_changes import EXPECTED
from reports.values import SIGNATURE
from tests.reports.support.mutants import documents

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
TARGET = "aws:appautoscaling/target:Target"
POSTGRES = {"engine": "postgres"}


def refreshed(type_: str, old: dict[str, Any], new: dict[str, Any], *others: dict[str, Any], **metadata: Any) -> Drift:
    """The drift of one resource, seen by the engine's refresh."""
    urn = f"urn:pulumi:dev::platform::{type_}::it"
    states = ({"inputs": values, "outputs": values, "id": "it-1"} for values in (old, {**old, **new}))
    before, after = states
    change = {"op": "update", "urn": urn, "type": type_, "old": before, "new": after, **metadata}
    event = {"resOutputsEvent": {"metadata": change}}
    return drift.read(run_of(event), [{"urn": urn, "type": type_, **before}, *others])


def run_of(*events: Any) -> Run:
    """The run of a log with these events."""
    (run,) = parse([*(json.dumps(event) + "\n" for event in events), '{"summaryEvent": {"result": "succeeded"}}\n'])
    return run


def held(type_: str, **inputs: Any) -> dict[str, Any]:
    """Another resource of the stack."""
    return {"urn": f"urn:pulumi:dev::platform::{type_}::other", "type": type_, "inputs": inputs}


def version(type_: str, before: str, after: str, *others: dict[str, Any], **declared: Any) -> Drift:
    """A version that differs."""
    name = "clusterVersion" if "redshift" in type_ else "engineVersion"
    return refreshed(type_, {name: before, **declared}, {name: after}, *others)


MEMBER = "aws:rds/clusterInstance:ClusterInstance"
AURORA = {"engine": "aurora-postgresql", "clusterIdentifier": "core"}
MINOR = [
    version(INSTANCE, "16", "16.9", **POSTGRES),
    version(INSTANCE, "16.4", "16.9", **POSTGRES),
    version(INSTANCE, "16.4", "16.10", **POSTGRES, autoMinorVersionUpgrade=True),
    version(INSTANCE, "9.6.1", "9.6.24", **POSTGRES),
    version(INSTANCE, "8.0", "8.0.39", engine="mysql"),
    version(INSTANCE, "8.0.35", "8.0.39", engine="mysql"),
    version(INSTANCE, "10.11", "10.11.6", engine="mariadb"),
    version(INSTANCE, "19.0.0.0.ru-2023-01.rur-2023-01.r1", "19.0.0.0.ru-2024-04.rur-2024-04.r1", engine="oracle-ee"),
    version(INSTANCE, "15.00.4236.7.v1", "15.00.4345.5.v1", engine="sqlserver-se"),
    version(MEMBER, "16.4", "16.6", engine="aurora-postgresql"),
    version(CLUSTER, "16.4", "16.6", **AURORA),
    version(CLUSTER, "16.4", "16.6", held(MEMBER, clusterIdentifier="core", autoMinorVersionUpgrade=True), **AURORA),
    version(CLUSTER, "16.4", "16.6", held(MEMBER, clusterIdentifier="other", autoMinorVersionUpgrade=False), **AURORA),
    version(CLUSTER, "8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.05.2", engine="aurora-mysql"),
    version("aws:rds/globalCluster:GlobalCluster", "16.4", "16.6", engine="aurora-postgresql"),
    version("aws:docdb/cluster:Cluster", "5.0", "5.0.1"),
    version("aws:docdb/clusterInstance:ClusterInstance", "5.0.0", "5.0.1"),
    version("aws:neptune/cluster:Cluster", "1.3.1.0", "1.3.2.1"),
    version("aws:elasticache/cluster:Cluster", "7.0", "7.1", engine="redis", autoMinorVersionUpgrade="true"),
    version("aws:elasticache/cluster:Cluster", "1.6.12", "1.6.22", engine="memcached"),
    version("aws:elasticache/replicationGroup:ReplicationGroup", "6.0", "6.2"),
    version("aws:elasticache/replicationGroup:ReplicationGroup", "5.0.5", "5.0.6"),
    version("aws:memorydb/cluster:Cluster", "7.0", "7.1"),
    version("aws:dms/replicationInstance:ReplicationInstance", "3.5.2", "3.5.3"),
    version("aws:mq/broker:Broker", "3.12", "3.13", autoMinorVersionUpgrade=True),
    version("aws:redshift/cluster:Cluster", "1.0.1", "1.0.2"),
]
NOT_MINOR = [
    version(INSTANCE, "16.9", "16.4", **POSTGRES),
    version(INSTANCE, "16", "17.2", **POSTGRES),
    version(INSTANCE, "16.9", "17.1", **POSTGRES),
    version(INSTANCE, "16.4", "16.9", **POSTGRES, autoMinorVersionUpgrade=False),
    version(INSTANCE, "9.5.2", "9.6.1", **POSTGRES),
    version(INSTANCE, "8.0", "8.4.3", engine="mysql"),
    version(INSTANCE, "5.7", "8.0.39", engine="mysql"),
    version(INSTANCE, "10.6.1", "10.11.6", engine="mariadb"),
    version(INSTANCE, "", "16.9", **POSTGRES),
    version(INSTANCE, "none", "16.9", **POSTGRES),
    version(CLUSTER, "16.4", "17.1", **AURORA),
    version(CLUSTER, "16.4", "16.6", held(MEMBER, clusterIdentifier="core", autoMinorVersionUpgrade=False), **AURORA),
    version(CLUSTER, "5.7.mysql_aurora.2.11.2", "8.0.mysql_aurora.3.04.0", engine="aurora-mysql"),
    version("aws:docdb/cluster:Cluster", "4.0.0", "5.0.0"),
    version("aws:docdb/clusterInstance:ClusterInstance", "5.0.1", "5.0.0"),
    version("aws:neptune/cluster:Cluster", "1.2.0.0", "1.3.0.0"),
    version("aws:elasticache/cluster:Cluster", "7.0", "7.1", engine="redis", autoMinorVersionUpgrade="false"),
    version("aws:elasticache/replicationGroup:ReplicationGroup", "6.2", "7.0"),
    version("aws:memorydb/cluster:Cluster", "7.1", "7.0"),
    version("aws:mq/broker:Broker", "3.12", "3.13"),
    version("aws:redshift/cluster:Cluster", "1.0.1", "1.0.2", allowVersionUpgrade=False),
    version("aws:eks/cluster:Cluster", "1.33", "1.34"),
    version("aws:opensearch/domain:Domain", "OpenSearch_2.11", "OpenSearch_2.13"),
]
STORAGE = {"allocatedStorage": 20, "maxAllocatedStorage": 100}
GROUP = "aws:autoscaling/group:Group"
NODES = {"scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 2}}
SERVICE = {"name": "api", "cluster": "arn:aws:ecs:eu-central-1:1:cluster/main", "desiredCount": 2}
LIMITS = {"minCapacity": 1, "maxCapacity": 10}


def target(namespace: str, resource: str) -> dict[str, Any]:
    """A target of Application Auto Scaling."""
    return held(TARGET, serviceNamespace=namespace, resourceId=resource, **LIMITS)


MOVED = [
    refreshed(INSTANCE, STORAGE, {"allocatedStorage": 40}),
    refreshed(INSTANCE, STORAGE, {"allocatedStorage": 100}),
    refreshed(INSTANCE, {"allocatedStorage": "20", "maxAllocatedStorage": "100"}, {"allocatedStorage": 40}),
    refreshed(GROUP, {"minSize": 1, "maxSize": 4, "desiredCapacity": 2}, {"desiredCapacity": 4}),
    refreshed(GROUP, {"minSize": 0, "maxSize": 4, "desiredCapacity": 2}, {"desiredCapacity": 0}),
    refreshed("aws:eks/nodeGroup:NodeGroup", NODES, {"scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 4}}),
    refreshed("aws:ecs/service:Service", SERVICE, {"desiredCount": 7}, target("ecs", "service/main/api")),
    refreshed(
        "aws:dynamodb/table:Table", {"name": "t", "readCapacity": 5}, {"readCapacity": 9}, target("dynamodb", "table/t")
    ),
    refreshed(
        "aws:dynamodb/table:Table",
        {"name": "t", "globalSecondaryIndexes": [{"name": "i", "writeCapacity": 5}]},
        {"globalSecondaryIndexes": [{"name": "i", "writeCapacity": 6}]},
        target("dynamodb", "table/t/index/i"),
    ),
    refreshed(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"replicationGroupId": "cache", "replicasPerNodeGroup": 1},
        {"replicasPerNodeGroup": 3},
        target("elasticache", "replication-group/cache"),
    ),
    refreshed(
        "aws:secretsmanager/secretVersion:SecretVersion",
        {"secretId": "arn:s", "versionStages": ["AWSCURRENT"]},
        {"versionStages": ["AWSPREVIOUS"]},
        held("aws:secretsmanager/secretRotation:SecretRotation", secretId="arn:s"),
    ),
]
NOT_MOVED = [
    refreshed(INSTANCE, STORAGE, {"allocatedStorage": 10}),
    refreshed(INSTANCE, STORAGE, {"allocatedStorage": 200}),
    refreshed(INSTANCE, {"allocatedStorage": 20}, {"allocatedStorage": 40}),
    refreshed(INSTANCE, {"allocatedStorage": 20, "maxAllocatedStorage": 0}, {"allocatedStorage": 40}),
    refreshed(INSTANCE, STORAGE, {"maxAllocatedStorage": 200}),
    refreshed(GROUP, {"minSize": 1, "maxSize": 4, "desiredCapacity": 2}, {"desiredCapacity": 5}),
    refreshed(GROUP, {"minSize": 1, "maxSize": 4, "desiredCapacity": 2}, {"desiredCapacity": 0}),
    refreshed(GROUP, {"minSize": 1, "maxSize": 4}, {"maxSize": 40}),
    refreshed("aws:eks/nodeGroup:NodeGroup", NODES, {"scalingConfig": {"minSize": 1, "maxSize": 9, "desiredSize": 2}}),
    refreshed("aws:ecs/service:Service", SERVICE, {"desiredCount": 7}),
    refreshed("aws:ecs/service:Service", SERVICE, {"desiredCount": 11}, target("ecs", "service/main/api")),
    refreshed("aws:ecs/service:Service", SERVICE, {"desiredCount": 7}, target("ecs", "service/other/api")),
    refreshed("aws:ecs/service:Service", SERVICE, {"desiredCount": 7}, target("ecs", "service/main/web")),
    refreshed(
        "aws:dynamodb/table:Table", {"name": "t", "readCapacity": 5}, {"readCapacity": 9}, target("ecs", "table/t")
    ),
    refreshed("aws:ec2/vpc:Vpc", {"allocatedStorage": 20, "maxAllocatedStorage": 100}, {"allocatedStorage": 40}),
    refreshed(
        "aws:secretsmanager/secretVersion:SecretVersion",
        {"secretId": "arn:s", "versionStages": ["AWSCURRENT"]},
        {"versionStages": []},
    ),
]


@pytest.mark.parametrize("seen", [*MINOR, *MOVED], ids=lambda seen: drift.markdown(seen, "dev").splitlines()[-1][:70])
def test_what_aws_does_itself_is_no_drift(seen: Drift) -> None:
    """It is named with its reason."""
    assert seen.changed == []
    assert [difference.expected != "" for item in seen.expected for difference in item.differences] == [True]
    assert drift.summary(seen) == "Nothing has drifted"


@pytest.mark.parametrize(
    "seen", [*NOT_MINOR, *NOT_MOVED], ids=lambda seen: drift.markdown(seen, "dev").splitlines()[-1][:70]
)
def test_everything_else_is_drift(seen: Drift) -> None:
    """A downgrade, a new major version, what the stack forbids, what shrank or left its limits, what no row knows."""
    assert (len(seen.changed), seen.expected) == (1, [])
    assert drift.summary(seen) == "1 resource has drifted"


def test_drift_beside_what_aws_did() -> None:
    """Only the former is drift; both are said."""
    seen = refreshed(INSTANCE, {**STORAGE, "multiAz": True}, {"allocatedStorage": 40, "multiAz": False})
    assert [d.path for item in seen.changed for d in item.differences] == ["multiAz"]
    assert [d.path for item in seen.expected for d in item.differences] == ["allocatedStorage"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"tags": {"Name": "a", "x": "1"}}, {"tags": {"Name": "b", "x": "1"}}, ["tags.Name: a -> b"]),
        ({"tags": {"a.b": "1"}}, {"tags": {}}, ['tags["a.b"]: 1 -> null']),
        ({"ingress": []}, {"ingress": [{"fromPort": 22}]}, ['ingress: [] -> [{"fromPort": 22}]']),
        ({"rules": [{"a": 1}, {"a": 2}]}, {"rules": [{"a": 1}, {"a": 3}]}, ["rules[1].a: 2 -> 3"]),
        ({"enabled": True}, {"enabled": False}, ["enabled: true -> false"]),
        ({"dbPassword": "hunter" + "21"}, {"dbPassword": "hunter" + "22"}, ["dbPassword: [secret] -> [secret]"]),
        (
            {"a": "x" * 200 + "1" + "y" * 200},
            {"a": "x" * 200 + "2" + "y" * 200},
            [f"a: …{'x' * 20}1{'y' * 59}… -> …{'x' * 20}2{'y' * 59}…"],
        ),
    ],
)
def test_properties_are_named_with_both_values(old: dict[str, Any], new: dict[str, Any], said: list[str]) -> None:
    """As deep as they differ, cut around the difference, without secrets."""
    for keys in ({}, {"diffs": [*old]}, {"detailedDiff": {f"{key}[0].x": {"diffKind": "update"} for key in old}}):
        (item,) = refreshed("aws:ec2/vpc:Vpc", old, new, **keys).changed
        assert [difference.line for difference in item.differences] == said


def test_secrets_that_differ_are_named() -> None:
    """Nobody may see in what; that they differ the provider says."""
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
    (item,) = refreshed(INSTANCE, {"password": secret}, {"password": secret}, diffs=["password"]).changed
    assert [difference.line for difference in item.differences] == ["password: [secret] -> [secret]"]


def paths(pattern: str) -> list[str]:
    """Examples of the paths that a row is about."""
    if pattern.endswith("Capacity") and "read" in pattern:
        return ["readCapacity"]
    return [part.replace("\\", "") for part in pattern.split("|")]


def test_rows_know_real_properties() -> None:
    """A row about a type or property that the SDK does not have would never hold."""
    from sandbox.protocol import schema  # noqa: PLC0415 - reads the SDK

    wanted = {type_ for row in EXPECTED for type_ in row.types}
    found = schema.load({type_: {} for type_ in wanted})
    missing = [
        (type_, row.path)
        for row in EXPECTED
        for type_ in row.types
        if not any(re.match(rf"{name}\b", path) for name in found[type_]["outputs"] for path in paths(row.path))
    ]
    assert missing == []


BEFORE = {
    "inputs": {"engineVersion": "16", "allocatedStorage": 20, "maxAllocatedStorage": 100, "tags": {"a": "b"}},
    "outputs": {},
    "id": "x",
}
EVENT = {
    "resOutputsEvent": {
        "metadata": {
            "op": "update",
            "urn": "urn:pulumi:dev::platform::aws:rds/instance:Instance::audit::events",
            "type": INSTANCE,
            "old": BEFORE,
            "new": {**BEFORE, "inputs": {**BEFORE["inputs"], "engineVersion": "16.9", "tags": {}}},  # type: ignore[dict-item]
            "diffs": ["engineVersion", "tags"],
            "detailedDiff": {"engineVersion": {"diffKind": "update"}, "tags.a": {"diffKind": "delete"}},
        }
    }
}


@settings(max_examples=300)
@given(documents([EVENT]), documents([[{"urn": "urn:pulumi:dev::p::t::n", "type": TARGET, "inputs": LIMITS}]]))
def test_any_event_gives_a_report(event: Any, state: Any) -> None:
    """Whatever shape values have: in each form, and Markdown stays Markdown."""
    entries = [entry for entry in state if isinstance(entry, dict)] if isinstance(state, list) else []
    kept = [e for e in entries if isinstance(e.get("type"), str) and isinstance(e.get("inputs"), dict)]
    seen = drift.read(run_of(event), kept)
    text = drift.markdown(seen, "dev", "")
    assert SIGNATURE not in text
    assert "\x1b" not in text
    assert not [token for token in MarkdownIt("commonmark").enable("table").parse(text) if "html" in token.type]
    json.loads(drift.as_json(seen, "dev", ""))
    drift.terminal(seen)
