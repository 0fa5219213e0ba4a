"""Dangers of AWS and the tailnet in previews of the real engine: each case by resource, property and words."""

from collections.abc import Iterator

import pytest

from reports.dangers import dangers
from tests.engine.support.danger_cases import SECRET, Case, judge
from tests.engine.support.danger_stack import (
    AFTER,
    BASE,
    GRANTED,
    IN_COMPANY,
    NO_TLS,
    OWN,
    READS,
    ROLE,
    ROLE_POLICY,
    allow,
    changed,
    document,
    trust,
    vpn,
)
from tests.engine.support.previews import Previews, previews
from tests.policy.support.topologies import WORLD, admits, tcp
from tests.policy.support.topology_parts import REFERENCE
from tests.support.resources import Ref, Res

pytestmark = pytest.mark.engine
STRANGER = "arn:aws:iam::999999999999:root"
FROM_ROUTERS = {**REFERENCE, "securityGroups": [Ref("router-sg")]}


ORDERS = "orders"
CASES = [
    Case(
        "the database is replaced",
        changed(orders={"engine": "mysql", "engineVersion": "8.0"}),
        {("data", ORDERS, "engine"): ["is replaced", "its data is lost", "forced by engine postgres -> mysql"]},
    ),
    Case(
        "the database goes",
        changed(without=["orders"]),
        {("data", ORDERS, ""): ["is deleted", "a last snapshot is made, orders-last"]},
    ),
    Case(
        "its protection is off",
        changed(orders={"deletionProtection": False, "skipFinalSnapshot": True}),
        {
            ("protection", ORDERS, "deletionProtection"): ["true -> false", "one command can delete it"],
            ("protection", ORDERS, "skipFinalSnapshot"): ["no last snapshot"],
        },
    ),
    Case(
        "its backups are kept for a shorter time",
        changed(orders={"backupRetentionPeriod": 7, "multiAz": False}),
        {
            ("protection", ORDERS, "backupRetentionPeriod"): ["35 -> 7", "older backups are deleted"],
            ("protection", ORDERS, "multiAz"): ["down when its zone is"],
        },
    ),
    Case(
        "the engine's protection is off",
        [Res(one.type, one.name, one.inputs) for one in BASE],
        {("protection", "reports", "protect"): ["protected no more"]},
    ),
    Case(
        "the database is public, and its ingress open",
        changed(orders={"publiclyAccessible": True}, db_sg=admits(FROM_ROUTERS, tcp(5432, WORLD))),
        {
            ("exposure", ORDERS, "publiclyAccessible"): ["answers on the internet"],
            ("exposure", "db-sg", "ingress"): ["newly lets in 0.0.0.0/0 on tcp port 5432"],
            ("path", ORDERS, "path"): ["public tier newly can reach tcp 5432 of orders: no grant names it"],
        },
    ),
    Case(
        "rights are widened by a wildcard",
        changed(analyst_reads={"policy": document(READS, allow("s3:Get*", "*"))}),
        {("rights", "analyst-reads", "policy"): ["role analyst gains s3:Get* on all buckets"]},
    ),
    Case(
        "rights come with an attachment",
        changed(
            Res(
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                "admin",
                {"role": Ref("analyst"), "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            )
        ),
        {("rights", "admin", "policyArn"): ["role analyst gains the AWS-managed policy AdministratorAccess"]},
    ),
    Case(
        "a new role may do everything",
        changed(
            Res(ROLE, "root", {"assumeRolePolicy": trust(OWN)}),
            Res(ROLE_POLICY, "all", {"role": Ref("root"), "policy": document(allow("*", "*"))}),
        ),
        {("rights", "all", "policy"): ["is new and may do every action on everything"]},
    ),
    Case(
        "another account is trusted",
        changed(analyst={"assumeRolePolicy": trust(OWN, STRANGER, **IN_COMPANY)}),
        {("rights", "analyst", "assumeRolePolicy"): ["newly may be assumed by account 999999999999"]},
    ),
    Case(
        "a condition of the trust is dropped",
        changed(analyst={"assumeRolePolicy": trust(OWN)}),
        {("rights", "analyst", "assumeRolePolicy"): ["without the condition StringEquals aws:PrincipalOrgID"]},
    ),
    Case(
        "the boundary is gone",
        changed(analyst={"permissionsBoundary": None}),
        {("rights", "analyst", "permissionsBoundary"): ["role analyst loses its permissions boundary"]},
    ),
    Case(
        "a route lets another network in",
        changed(
            Res(
                "aws:ec2/route:Route",
                "out",
                {"routeTableId": Ref("database-rt"), "destinationCidrBlock": WORLD, "gatewayId": Ref("igw")},
            )
        ),
        {
            ("exposure", "database-rt", "routes"): ["newly routes 0.0.0.0/0 to gatewayId igw-"],
            ("path", "store", "path"): ["internet newly can reach tcp 5432 of store: no grant names it"],
        },
    ),
    Case(
        "the VPN lets another group in",
        changed(tailnet=vpn(GRANTED, ("group:support", "10.0.4.0/23:5432"))),
        {
            ("path", ORDERS, "path"): ["support newly can reach tcp 5432 of orders: no grant names it"],
            ("path", "store", "path"): ["support newly can reach tcp 5432 of store: no grant names it"],
        },
    ),
    Case(
        "rotation is slower",
        changed(rotation={"rotationRules": {"scheduleExpression": "rate(120 days)", "duration": "4h"}}),
        {("rotation", "rotation", "rotationRules.scheduleExpression"): ["120 days", "more than the 90 days"]},
    ),
    Case(
        "an alarm is gone, another rings later, logs are kept for a shorter time",
        changed(without=["storage-low"], cpu_high={"threshold": 99}, audit={"retentionInDays": 30}),
        {
            ("watch", "storage-low", "namespace"): ["is deleted", "rings no more"],
            ("watch", "cpu-high", "threshold"): ["rings later: threshold 80 -> 99"],
            ("watch", "audit", "retentionInDays"): ["365 -> 30"],
        },
    ),
    Case(
        "the bucket's block is loosened, its policy gone",
        changed(reports_block={"blockPublicPolicy": False}, without=["reports-policy"]),
        {
            ("exposure", "reports-block", "blockPublicPolicy"): ["a policy may make it public"],
            ("exposure", "reports-policy", "policy"): ["no longer denies everybody s3:*", "aws:SecureTransport false"],
        },
    ),
    Case(
        "the bucket's policy lets a stranger in",
        changed(
            reports_policy={
                "policy": document(
                    NO_TLS,
                    allow("s3:GetObject", "arn:aws:s3:::reports/*", Principal={"AWS": STRANGER}),
                )
            }
        ),
        {("exposure", "reports-policy", "policy"): ["newly lets in account 999999999999 for s3:GetObject"]},
    ),
    Case(
        "a key and a secret are lost sooner",
        changed(key={"deletionWindowInDays": 7}, token={"recoveryWindowInDays": 7}),
        {
            ("protection", "key", "deletionWindowInDays"): ["30 -> 7"],
            ("protection", "token", "recoveryWindowInDays"): ["30 -> 7"],
        },
    ),
    Case("only a secret's value changes", changed(value={"secretString": SECRET})),
    Case(
        "only tags change, and policies are written differently",
        changed(
            vpc={"tags": {"Name": "other"}},
            analyst_reads={
                "policy": document(
                    allow("S3:GETOBJECT", ["arn:aws:s3:::reports/*", "arn:aws:s3:::reports"]),
                    allow(["s3:listbucket"], "arn:aws:s3:::reports"),
                    allow("s3:ListBucket", ["arn:aws:s3:::reports/*"]),
                )
            },
            tailnet=vpn(("group:on-call", "10.0.4.0/24:5432"), ("group:on-call", "10.0.5.0/24:5432")),
        ),
    ),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    """The stack, deployed once."""
    with previews(tmp_path_factory.mktemp("dangers") / "production", after=AFTER) as made:
        made.deploy(BASE)
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_stack(stack: Previews, case: Case) -> None:
    """Each danger that the case names, and no other."""
    change = stack.preview(case.resources)
    assert change.run.counts().keys() - {"same"} or case.title.startswith("the engine's protection")
    judge(case, dangers(change))
