"""SEC-07: a database refuses connections without TLS."""

from typing import Any

import pytest

from policy.rules.sec_07.tls_forced import RULE
from tests.policy.support.blocks import DATA_NETWORK, database, judge, messages
from tests.support.resources import UNKNOWN, Case, Ref, Res

FORCED = {"name": "rds.force_ssl", "value": "1"}


def group(*parameters: Any, family: str = "postgres17") -> Res:
    """A parameter group."""
    return Res(
        "aws:rds/parameterGroup:ParameterGroup",
        "settings",
        {"name": "settings", "family": family, "parameters": list(parameters)},
    )


def given(*parameters: Any, **inputs: Any) -> list[Res]:
    """A database with a parameter group."""
    return [*DATA_NETWORK, group(*parameters), database(parameterGroupName=Ref("settings", "name"), **inputs)]


OTHER = {"name": "log_connections", "value": "1"}
PARAMETERS: list[tuple[str, str, str, str]] = [
    ("aws:docdb/clusterParameterGroup:ClusterParameterGroup", "docdb5.0", "tls", "disabled"),
    ("aws:neptune/clusterParameterGroup:ClusterParameterGroup", "neptune1.3", "neptune_enforce_ssl", "0"),
    ("aws:redshift/parameterGroup:ParameterGroup", "redshift-2.0", "require_ssl", "false"),
    ("aws:rds/parameterGroup:ParameterGroup", "mysql8.4", "require_secure_transport", "OFF"),
    ("aws:rds/parameterGroup:ParameterGroup", "sqlserver-ex-16.0", "rds.force_ssl", "0"),
    ("aws:rds/clusterParameterGroup:ClusterParameterGroup", "aurora-postgresql16", "rds.force_ssl", "0"),
    ("aws:rds/clusterParameterGroup:ClusterParameterGroup", "aurora-mysql8.0", "require_secure_transport", "0"),
]
CACHE, SEARCH = "aws:elasticache/replicationGroup:ReplicationGroup", "aws:opensearch/domain:Domain"
HTTPS = {"domainEndpointOptions": {"enforceHttps": True}, "nodeToNodeEncryption": {"enabled": True}}
OPEN: list[tuple[str, dict[str, Any], str]] = [
    ("aws:rds/proxy:Proxy", {"requireTls": False}, "requireTls is False"),
    ("aws:rds/proxy:Proxy", {}, "requireTls is None"),
    ("aws:rds/proxy:Proxy", {"requireTls": "yes"}, "requireTls is 'yes'"),
    (CACHE, {"transitEncryptionEnabled": False}, "transitEncryptionEnabled is False"),
    (CACHE, {"transitEncryptionEnabled": True, "transitEncryptionMode": "preferred"}, "is 'preferred'"),
    ("aws:elasticache/cluster:Cluster", {"engine": "memcached"}, "transitEncryptionEnabled is None"),
    ("aws:memorydb/cluster:Cluster", {"tlsEnabled": False}, "tlsEnabled is False"),
    ("aws:dax/cluster:Cluster", {}, "clusterEndpointEncryptionType is None"),
    (
        "aws:msk/cluster:Cluster",
        {"encryptionInfo": {"encryptionInTransit": {"clientBroker": "TLS_PLAINTEXT"}}},
        "clientBroker is 'TLS_PLAINTEXT'",
    ),
    (SEARCH, {"nodeToNodeEncryption": {"enabled": True}}, "domainEndpointOptions is None"),
    (SEARCH, {**HTTPS, "domainEndpointOptions": {"enforceHttps": False}}, "enforceHttps is False"),
    (SEARCH, {**HTTPS, "domainEndpointOptions": {"tlsSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}}, "TLS-1-0"),
    ("aws:dms/endpoint:Endpoint", {"engineName": "postgres", "sslMode": "none"}, "sslMode is 'none'"),
    (
        "aws:dms/endpoint:Endpoint",
        {"engineName": "kafka", "kafkaSettings": {"broker": "b"}},
        "securityProtocol is None",
    ),
    (
        "aws:redshiftserverless/workgroup:Workgroup",
        {"configParameters": [{"parameterKey": "require_ssl", "parameterValue": "false"}]},
        "configParameters[0].parameterValue is 'false'",
    ),
    ("aws:redshift/cluster:Cluster", {"clusterParameterGroupName": "default.redshift-1.0"}, "must name a group with"),
    ("aws:transfer/server:Server", {"protocols": ["SFTP", "FTP"]}, "protocols is a list, must be other than 'FTP'"),
]
TLS: list[tuple[str, dict[str, Any]]] = [
    ("aws:rds/proxy:Proxy", {"requireTls": True}),
    (CACHE, {"transitEncryptionEnabled": True}),
    (CACHE, {"globalReplicationGroupId": "global"}),
    ("aws:elasticache/cluster:Cluster", {"engine": "redis"}),
    ("aws:memorydb/cluster:Cluster", {"nodeType": "db.t4g.small"}),
    ("aws:msk/cluster:Cluster", {"kafkaVersion": "3.8.x"}),
    (SEARCH, HTTPS),
    (SEARCH, {**HTTPS, "domainEndpointOptions": {"tlsSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"}}),
    ("aws:dms/endpoint:Endpoint", {"engineName": "postgres", "sslMode": "verify-full"}),
    ("aws:dms/endpoint:Endpoint", {"engineName": "kinesis"}),
    (
        "aws:redshiftserverless/workgroup:Workgroup",
        {"configParameters": [{"parameterKey": "auto_mv", "parameterValue": "false"}]},
    ),
    ("aws:docdb/clusterParameterGroup:ClusterParameterGroup", {"family": "docdb5.0", "parameters": [OTHER]}),
    ("aws:docdb/cluster:Cluster", {"engine": "docdb"}),
    ("aws:transfer/server:Server", {"protocols": ["SFTP"]}),
]

CASES = [
    Case("pass", "forced", given(OTHER, FORCED)),
    Case(
        "pass",
        "forced, in a preview",
        [*DATA_NETWORK, group(FORCED), database(parameterGroupName=Ref("settings", unknown=True))],
    ),
    Case(
        "fail",
        "switched off",
        given({**FORCED, "value": "0"}),
        ["orders: parameterGroupName: rds.force_ssl of settings is '0', must be '1'"],
    ),
    Case("absent", "parameter", given(OTHER), ["rds.force_ssl of settings is None"]),
    Case("absent", "parameters", given(), ["rds.force_ssl of settings is None"]),
    Case("absent", "group", [*DATA_NETWORK, database()], ["orders: parameterGroupName is None"]),
    Case("absent", "engine", given(OTHER, engine=None), ["rds.force_ssl of settings is None"]),
    Case("unknown", "group", [*DATA_NETWORK, database(parameterGroupName=UNKNOWN)]),
    Case("unknown", "value", given({**FORCED, "value": UNKNOWN})),
    Case("unknown", "name", given({"name": UNKNOWN, "value": "1"})),
    Case("unknown", "row", given(UNKNOWN)),
    Case("unknown", "engine", [*DATA_NETWORK, database(engine=UNKNOWN)]),
    *(
        Case(
            "fail",
            f"{family} {name}",
            [Res(type_, "it", {"family": family, "parameters": [{"name": name, "value": value}]})],
            [f"it: parameters: {name} of it is {value!r}"],
        )
        for type_, family, name, value in PARAMETERS
    ),
    *(
        Case("fail", f"{type_} {number}", [Res(type_, "it", inputs)], [says])
        for number, (type_, inputs, says) in enumerate(OPEN)
    ),
    *(Case("pass", f"{type_} {number}", [Res(type_, "it", inputs)]) for number, (type_, inputs) in enumerate(TLS)),
    Case(
        "absent",
        "Redshift's parameter in its first family",
        [Res("aws:redshift/parameterGroup:ParameterGroup", "it", {"family": "redshift-1.0"})],
        ["parameters: require_ssl of it is None, must be 'true'"],
    ),
    Case("unknown", "switch", [Res("aws:rds/proxy:Proxy", "it", {"requireTls": UNKNOWN})]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_default_group_is_refused() -> None:
    """AWS's default group forces TLS from PostgreSQL 15 on, and is not ours to keep that way."""
    (message,) = messages(RULE, [*DATA_NETWORK, database(parameterGroupName="default.postgres17")])
    assert "parameterGroupName is 'default.postgres17', must name a parameter group of this stack" in message


def test_one_right_value_does_not_hide_a_wrong_one() -> None:
    """Which of two rows wins is the provider's choice."""
    (message,) = messages(RULE, given(FORCED, {**FORCED, "value": "0"}))
    assert "is '0'" in message


@pytest.mark.parametrize(
    ("engine", "parameter", "closed"),
    [
        ("mysql", {"name": "require_secure_transport", "value": "ON"}, True),
        ("mariadb", {"name": "require_secure_transport", "value": "1"}, True),
        ("mysql", FORCED, False),
        ("sqlserver-ex", FORCED, True),
        ("postgres", {"name": "require_secure_transport", "value": "1"}, False),
        ("oracle-se2", OTHER, True),
        ("custom-sqlserver-ee", OTHER, True),
        ("aurora", FORCED, False),
    ],
)
def test_each_engine_has_its_own_parameter(engine: str, parameter: dict[str, str], *, closed: bool) -> None:
    """Another engine's parameter forces nothing; Oracle has no such parameter and is not judged."""
    assert bool(messages(RULE, given(parameter, engine=engine))) != closed


def test_clusters_have_groups_of_their_own() -> None:
    """The parameter group of an Aurora cluster counts for it, and no other kind."""
    cluster = {"engine": "aurora-postgresql", "dbClusterParameterGroupName": Ref("cluster", "name")}
    own = Res(
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "cluster",
        {"family": "aurora-postgresql16", "parameters": [FORCED]},
    )
    assert messages(RULE, [own, Res("aws:rds/cluster:Cluster", "orders", cluster)]) == []
    (message,) = messages(RULE, [Res("aws:rds/cluster:Cluster", "orders", {"engine": "aurora-postgresql"})])
    assert "dbClusterParameterGroupName is None" in message
