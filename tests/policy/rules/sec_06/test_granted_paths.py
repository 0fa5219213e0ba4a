"""SEC-06: paths and grants are the same set. More topologies are in ``hostile.py``; grants are those of the company."""

from collections.abc import Mapping
from typing import Any

import pytest

from policy.rules.sec_06.granted_paths import RULE
from tests.policy.support.blocks import judge, messages
from tests.policy.support.forbidden import FORBIDDEN, PERMITTED
from tests.policy.support.topologies import DATABASE, PRIVATE, admits, group, stack, tailnet, tcp
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


API = {"nationgraph:access": "kubernetes-api"}
PLACES = [Ref("private-a"), Ref("private-b")]
HTTPS = tcp(443, "0.0.0.0/0")


def function(name: str, *groups: str) -> Res:
    """A Lambda function by its name in AWS."""
    config = {"subnetIds": PLACES, "securityGroupIds": [Ref(one) for one in groups]}
    return Res("aws:lambda/function:Function", f"function-{name}", {"name": name, "vpcConfig": config})


def entered(*functions: Res, egress: Mapping[str, Any] = HTTPS, **api: Any) -> list[Res]:
    """A stack whose cluster lets in a function's security group."""
    rule = {**tcp(443), "securityGroups": [Ref("maker")]}
    config = {"subnetIds": PLACES, "securityGroupIds": [Ref("api-sg")], "endpointPublicAccess": False}
    cluster = Res("aws:eks/cluster:Cluster", "api", {"vpcConfig": config, "tags": API})
    return stack(group("maker", egress=[egress]), group("api-sg", **{"ingress": [rule], **api}), cluster, *functions)


def test_a_function_is_known_by_its_name() -> None:
    """The granted one may enter by its group; another one that carries the group, or the tier, may not."""
    own = function("nationgraph-argocd-token", "maker")
    assert messages(RULE, entered(own)) == []
    (said,) = messages(RULE, entered(own, function("nationgraph-other", "maker")))
    assert "no grant lets function-nationgraph-other reach tcp 443 of kubernetes-api" in said
    (said,) = messages(RULE, entered(own, function("argocd-token", "maker")))
    assert "no grant lets function-argocd-token reach" in said
    wide = messages(RULE, entered(own, ingress=[tcp(443, *PRIVATE)]))
    assert any("no grant lets private tier reach tcp 443 of kubernetes-api" in one for one in wide)


def test_a_group_that_nothing_carries_is_no_function() -> None:
    """Whoever comes to carry it would enter."""
    (said,) = messages(RULE, entered())
    assert "no grant lets whoever carries security group maker reach tcp 443 of kubernetes-api" in said


def test_a_function_that_cannot_enter_is_missed() -> None:
    """The grant has no path: by its own rules, or by the cluster's; where a preview does not know them, nothing is."""
    own = function("nationgraph-argocd-token", "maker")
    missing = "is granted port 443 of kubernetes-api in catalog/access.yaml, but no path leads there from the function"
    for resources in (entered(own, egress=tcp(5432, "0.0.0.0/0")), entered(own, ingress=[])):
        assert any(missing in one for one in messages(RULE, resources))
    assert messages(RULE, entered(own, ingress=UNKNOWN)) == []


def test_two_groups_that_are_not_known_yet_hide_no_path() -> None:
    """As after a first deployment that ended early: a preview cannot say which rule names which of them."""
    rules = [{**tcp(443), "securityGroups": [Ref(one, unknown=True)]} for one in ("maker", "another")]
    own = function("nationgraph-argocd-token", "maker")
    assert messages(RULE, [*entered(own, ingress=rules), group("another")]) == []


def test_nothing_is_said_of_an_empty_stack() -> None:
    """Nobody reaches nothing."""
    assert list(RULE.check_stack([]) if RULE.check_stack else [None]) == []


def test_grants_of_what_the_stack_lacks_are_not_missed() -> None:
    """The model names databases and tools that come later, and groups whose routers do."""
    assert messages(RULE, stack()) == []
    assert messages(RULE, stack(*ROUTERS, tailnet(*GRANTED), without=["orders"])) == []
