"""SEC-07: who enters a cluster stands in access entries, and people do not enter as its administrators."""

from typing import Any

import pytest

from policy.rules.sec_07.cluster_access import ASSOCIATION, CLUSTER, ENTRY, ROLE, RULE
from tests.policy.support.blocks import judge
from tests.support.resources import UNKNOWN, Case, Ref, Res

ACCOUNT = "arn:aws:iam::123456789012"
IDENTITY = f"{ACCOUNT}:role/nationgraph/identity"
POLICIES = "arn:aws:eks::aws:cluster-access-policy"
ENTRIES: dict[str, Any] = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
PEOPLE = Res(ROLE, "people-on-call-role", {"name": "on-call", "arn": f"{IDENTITY}/on-call"})


def cluster(**access: Any) -> Res:
    """A cluster, as it should be but for what is given."""
    network = {"subnetIds": ["subnet-1", "subnet-2"], "endpointPrivateAccess": True, "endpointPublicAccess": False}
    role = f"{ACCOUNT}:role/control"
    return Res(CLUSTER, "core", {"roleArn": role, "vpcConfig": network, "accessConfig": {**ENTRIES, **access}})


def entry(**inputs: Any) -> Res:
    """An entry of the deploy role."""
    return Res(ENTRY, "entry", {"clusterName": "core", "principalArn": f"{IDENTITY}/deploy", **inputs})


def under(policy: Any, principal: Any) -> Res:
    """A principal under one of EKS's policies."""
    arn = f"{POLICIES}/{policy}" if isinstance(policy, str) and policy != UNKNOWN else policy
    return Res(ASSOCIATION, "association", {"clusterName": "core", "principalArn": principal, "policyArn": arn})


CASES = [
    Case("pass", "entries alone", [cluster(), entry(), entry(kubernetesGroups=["nationgraph:preview"])]),
    Case("pass", "the pipeline as administrator", [under("AmazonEKSClusterAdminPolicy", f"{IDENTITY}/deploy")]),
    Case("pass", "break-glass as administrator", [under("AmazonEKSClusterAdminPolicy", f"{IDENTITY}/break-glass")]),
    Case("pass", "people who look", [PEOPLE, under("AmazonEKSViewPolicy", Ref("people-on-call-role", "arn"))]),
    Case("pass", "people who change workloads", [under("AmazonEKSEditPolicy", f"{IDENTITY}/on-call")]),
    Case(
        "fail",
        "both ways in",
        [cluster(authenticationMode="API_AND_CONFIG_MAP")],
        ["core: accessConfig.authenticationMode is 'API_AND_CONFIG_MAP', must be 'API'"],
    ),
    Case("fail", "its maker", [cluster(bootstrapClusterCreatorAdminPermissions=True)], ["AdminPermissions is True"]),
    Case("fail", "a user", [entry(principalArn=f"{ACCOUNT}:user/eve")], ["entry: principalArn is", "must be a role"]),
    Case("fail", "the account itself", [entry(principalArn=f"{ACCOUNT}:root")], ["must be a role"]),
    Case(
        "fail", "a group of Kubernetes", [entry(kubernetesGroups=["system:masters"])], ["Groups hold 'system:masters'"]
    ),
    Case(
        "fail",
        "people as administrators",
        [under("AmazonEKSClusterAdminPolicy", f"{IDENTITY}/on-call")],
        ["association: policyArn is", "for people, group on-call, must be AmazonEKSViewPolicy or AmazonEKSEditPolicy"],
    ),
    Case(
        "fail",
        "people whose role is made by this update",
        [PEOPLE, under("AmazonEKSAdminPolicy", Ref("people-on-call-role", "arn", unknown=True))],
        ["for people, group on-call"],
    ),
    Case(
        "fail",
        "people who sign in",
        [under("AmazonEKSAdminPolicy", f"{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_x")],
        ["for people who sign in"],
    ),
    Case("fail", "another shape", [Res(CLUSTER, "core", {"accessConfig": "API"})], ["accessConfig is 'API'"]),
    Case("absent", "mode", [Res(CLUSTER, "core", {})], ["authenticationMode is None", "AdminPermissions is None"]),
    Case("pass", "wrong shapes", [entry(principalArn=7, kubernetesGroups=[7, {}]), under(7, ["x"])]),
    Case("unknown", "access", [Res(CLUSTER, "core", {"accessConfig": UNKNOWN})]),
    Case(
        "unknown",
        "principal",
        [entry(principalArn=UNKNOWN, kubernetesGroups=UNKNOWN), under("AmazonEKSAdminPolicy", UNKNOWN)],
    ),
    Case("unknown", "policy", [under(UNKNOWN, f"{IDENTITY}/on-call")]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
