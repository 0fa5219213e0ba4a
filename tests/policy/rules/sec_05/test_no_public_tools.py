"""SEC-05: internal tools have no way in from the internet of their own."""

from typing import Any

import pytest

from policy.rules.sec_05.no_public_tools import ALWAYS, DOORS, INSIDE, RULE, TAGGED
from tests.policy.support.blocks import judge, messages
from tests.support.resources import UNKNOWN, Case, Res

EKS, BALANCER = "aws:eks/cluster:Cluster", "aws:lb/loadBalancer:LoadBalancer"
SEARCH, WEB = "aws:opensearch/domain:Domain", "aws:apigatewayv2/api:Api"
FUNCTION = "aws:lambda/functionUrl:FunctionUrl"
GRAFANA = {"nationgraph:access": "grafana"}


def cluster(**config: Any) -> list[Res]:
    """A cluster with an API."""
    return [Res(EKS, "cluster", {"vpcConfig": {"subnetIds": ["subnet-1"], **config}})]


def balancer(internal: Any, tags: Any) -> list[Res]:
    """A load balancer."""
    return [Res(BALANCER, "lb", {"internal": internal, "tags": tags})]


CASES = [
    Case("pass", "private API", cluster(endpointPublicAccess=False, endpointPrivateAccess=True)),
    Case("pass", "internal load balancer of a tool", balancer(internal=True, tags=GRAFANA)),
    Case("pass", "public load balancer of the product", balancer(internal=False, tags={"team": "web"})),
    Case("pass", "router", [Res("aws:ec2/instance:Instance", "r", {"tags": {"nationgraph:access": "router"}})]),
    Case("pass", "search inside", [Res(SEARCH, "logs", {"vpcOptions": {"subnetIds": ["subnet-1"]}})]),
    Case("pass", "function behind IAM", [Res(FUNCTION, "f", {"authorizationType": "AWS_IAM"})]),
    Case(
        "fail",
        "public API",
        cluster(endpointPublicAccess=True, endpointPrivateAccess=True, publicAccessCidrs=["203.0.113.0/24"]),
        ["cluster: vpcConfig.endpointPublicAccess is True, must be False"],
    ),
    Case(
        "fail",
        "no private API",
        cluster(endpointPublicAccess=False, endpointPrivateAccess=False),
        ["vpcConfig.endpointPrivateAccess is False, must be True"],
    ),
    Case("fail", "public load balancer of a tool", balancer(internal=False, tags=GRAFANA), ["lb: internal is False"]),
    Case(
        "fail",
        "machine with a public address",
        [Res("aws:ec2/instance:Instance", "tool", {"associatePublicIpAddress": True, "tags": GRAFANA})],
        ["tool: associatePublicIpAddress is True"],
    ),
    Case(
        "fail",
        "function for all",
        [Res(FUNCTION, "f", {"authorizationType": "NONE"})],
        ["f: authorizationType is 'NONE'"],
    ),
    Case("fail", "public name", [Res(WEB, "api", {"tags": GRAFANA})], ["api: tag nationgraph:access is 'grafana'"]),
    Case("absent", "public access of the API", cluster(endpointPrivateAccess=True), ["endpointPublicAccess is None"]),
    Case("absent", "whole configuration", [Res(EKS, "cluster", {})], ["endpointPublicAccess is None"]),
    Case("absent", "internal", balancer(internal=None, tags=GRAFANA), ["lb: internal is None"]),
    Case("absent", "search outside", [Res(SEARCH, "logs", {})], ["logs: vpcOptions is absent"]),
    Case("absent", "dashboards outside", [Res("aws:grafana/workspace:Workspace", "g", {})], ["networkAccessControl"]),
    Case("unknown", "configuration", [Res(EKS, "cluster", {"vpcConfig": UNKNOWN})]),
    Case("unknown", "internal", balancer(internal=UNKNOWN, tags=GRAFANA)),
    Case("unknown", "tags", balancer(internal=False, tags=UNKNOWN)),
    Case("unknown", "tag", balancer(internal=False, tags={"nationgraph:access": UNKNOWN})),
    Case("unknown", "place", [Res(SEARCH, "logs", {"vpcOptions": UNKNOWN})]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("kind", sorted({*ALWAYS, *TAGGED, *INSIDE, *DOORS}))
def test_saying_nothing_is_public(kind: str) -> None:
    """Of every type that the rule knows, a tool that states nothing but its tag is refused."""
    assert messages(RULE, [Res(kind, "tool", {"tags": GRAFANA})])
