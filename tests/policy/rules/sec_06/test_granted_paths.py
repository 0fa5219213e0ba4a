"""SEC-06: paths and grants are the same set. More topologies are in ``hostile.py``; grants are those of the company."""

import pytest

from policy.rules.sec_06.granted_paths import RULE
from tests.policy.support.blocks import judge, messages
from tests.policy.support.forbidden import FORBIDDEN, PERMITTED
from tests.policy.support.topologies import DATABASE, admits, group, stack, tailnet, tcp
from tests.policy.support.topology_parts import GRANTED, ROUTERS, TO_ROUTERS
from tests.support.resources import UNKNOWN, Case, Ref, Res

REFUSED = ["CIDR of the public tier", "self-referencing group", "peering", "exit node", "workloads shut out"]
PUBLIC_TIER = {**tcp(5432), "securityGroups": [Ref("one", unknown=True)]}
METRICS = {**tcp(9187), "securityGroups": [Ref("two", unknown=True)]}
POLICY = Res("tailscale:index/acl:Acl", "tailnet", {"acl": UNKNOWN})

CASES = [
    *(Case("pass", name, resources) for name, resources in PERMITTED.items() if "tailnet" in name or "private" in name),
    *(Case("fail", name, FORBIDDEN[name][0], [FORBIDDEN[name][1]]) for name in REFUSED),
    Case("absent", "access tag", stack(orders={"tags": {}}), ["nothing that tag nationgraph:access names"]),
    Case("absent", "policy of the tailnet", stack(*ROUTERS, db_sg=TO_ROUTERS), ["any member of the tailnet"]),
    Case("unknown", "tags", stack(orders={"tags": UNKNOWN})),
    Case("unknown", "tag", stack(orders={"tags": {"nationgraph:access": UNKNOWN}})),
    Case("unknown", "policy of the tailnet", stack(*ROUTERS, POLICY, db_sg=TO_ROUTERS)),
    Case("unknown", "groups of the database", stack(orders={"vpcSecurityGroupIds": UNKNOWN})),
    Case("unknown", "subnets of the database", stack(orders={"dbSubnetGroupName": UNKNOWN})),
    Case("unknown", "rules of the database", stack(db_sg={"ingress": UNKNOWN})),
    Case("unknown", "source of a rule", stack(db_sg={"ingress": [tcp(5432, UNKNOWN)]})),
    Case("unknown", "network ACL", stack(Res("aws:ec2/networkAcl:NetworkAcl", "acl", {"subnetIds": UNKNOWN}))),
    Case(
        "unknown",
        "rules of the network ACL",
        stack(
            Res(
                "aws:ec2/networkAcl:NetworkAcl",
                "acl",
                {
                    "subnetIds": [Ref("database-a"), Ref("database-b")],
                    "ingress": UNKNOWN,
                    "egress": [{"ruleNo": 1, "action": UNKNOWN, "protocol": "-1", "cidrBlock": "0.0.0.0/0"}],
                },
            )
        ),
    ),
    Case("unknown", "everything of the database", stack(Res(DATABASE, "lost", {"tags": UNKNOWN}))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


def test_rules_that_a_preview_cannot_tell_apart_accuse_nobody() -> None:
    """Two rules that name one group each depend on both: the metrics' group is not said to reach the database."""
    metrics = [group("one", tags={"nationgraph:tier": "private"}), group("two", tags={"nationgraph:tier": "public"})]
    resources = stack(*metrics, db_sg=admits(PUBLIC_TIER, METRICS))
    assert messages(RULE, resources) == []
    known = stack(*metrics, db_sg=admits(PUBLIC_TIER, {**METRICS, **tcp(5432), "securityGroups": [Ref("two")]}))
    assert "whoever carries security group two" in "\n".join(messages(RULE, known))


def test_one_group_by_dependency_is_certain() -> None:
    """A first preview says what it can trace."""
    (message,) = messages(RULE, stack(group("one"), db_sg=admits(PUBLIC_TIER)))
    assert "no grant lets whoever carries security group one reach tcp 5432 of core-database" in message


def test_nothing_is_said_of_an_empty_stack() -> None:
    """Nobody reaches nothing."""
    assert list(RULE.check_stack([]) if RULE.check_stack else [None]) == []


def test_grants_of_what_the_stack_lacks_are_not_missed() -> None:
    """The model names databases and tools that come later, and groups whose routers do."""
    assert messages(RULE, stack()) == []
    assert messages(RULE, stack(*ROUTERS, tailnet(*GRANTED), without=["orders"])) == []
