"""SEC-07: pods do not reach their node's credentials, nobody signs in to a node, and its disks are encrypted."""

from typing import Any

import pytest

from policy.rules.sec_07.cluster_nodes import NODE_GROUP, RULE, SCALING_GROUP, TEMPLATE
from tests.policy.support.blocks import judge, without
from tests.support.resources import UNKNOWN, Case, Ref, Res

SAFE: dict[str, Any] = {
    "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
}
HOPS = "metadataOptions.httpPutResponseHopLimit"
TAG = {"key": "kubernetes.io/cluster/core", "value": "owned", "propagateAtLaunch": True}


def nodes(**inputs: Any) -> Res:
    """A node group of EKS, from the template."""
    given = {
        "clusterName": "core",
        "nodeRoleArn": "arn:aws:iam::123456789012:role/node",
        "subnetIds": ["subnet-1", "subnet-2"],
        "scalingConfig": {"minSize": 2, "desiredSize": 2, "maxSize": 4},
        "launchTemplate": {"id": Ref("template"), "version": "1"},
    }
    return Res(NODE_GROUP, "nodes", {**given, **inputs})


def template(*absent: str, **inputs: Any) -> Res:
    """The template, as it should be but for what is given or left out."""
    return Res(TEMPLATE, "template", without({**SAFE, **inputs}, *absent))


def joining(**inputs: Any) -> Res:
    """A group of machines that join by themselves."""
    return Res(SCALING_GROUP, "machines", {"tags": [TAG], **inputs})


MIXED = {"launchTemplate": {"launchTemplateSpecification": {"launchTemplateId": Ref("template")}}}
CASES = [
    Case("pass", "as the component makes it", [template(), nodes()]),
    Case("pass", "without metadata", [template(metadataOptions={"httpEndpoint": "disabled"}), nodes()]),
    Case("pass", "machines that join", [template(), joining(launchTemplate={"id": Ref("template")})]),
    Case("pass", "machines of several types", [template(), joining(mixedInstancesPolicy=MIXED)]),
    Case("pass", "machines of no cluster", [Res(SCALING_GROUP, "machines", {"tags": [{"key": "Name"}]})]),
    Case("pass", "a template of others", [Res(TEMPLATE, "template", {"keyName": "emergency"})]),
    Case("fail", "two hops", [template(metadataOptions={"httpPutResponseHopLimit": 2}), nodes()],
         [f"template: {HOPS} is 2, must be 1: with more a pod reaches"]),
    Case("fail", "two hops of machines that join",
         [template(metadataOptions={"httpPutResponseHopLimit": "2"}), joining(mixedInstancesPolicy=MIXED)],
         [f"template: {HOPS} is '2', must be 1"]),
    Case("fail", "a key", [template(keyName="emergency"), nodes()], ["template: keyName is given, must be absent"]),
    Case("fail", "a way in", [template(), nodes(remoteAccess={"ec2SshKey": "emergency"})],
         ["nodes: remoteAccess is given, must be absent"]),
    Case("fail", "a public address", [template(networkInterfaces=[{"associatePublicIpAddress": "true"}]), nodes()],
         ["template: networkInterfaces associatePublicIpAddress is True"]),
    Case("fail", "another stack's template", [nodes(launchTemplate={"id": "lt-1"})],
         ["nodes: launchTemplate names no template of this stack"]),
    Case("fail", "another shape", [template(metadataOptions="v2"), nodes()], [f"{HOPS} is None"]),
    Case("fail", "a template that is no block", [nodes(launchTemplate="lt-1")], ["launchTemplate names no template"]),
    Case("absent", "template", [Res(NODE_GROUP, "nodes", {"diskSize": 20})], ["nodes: launchTemplate names no"]),
    Case("absent", "template of machines that join", [joining()], ["machines: launchTemplate names no"]),
    Case("absent", "hops", [template("metadataOptions"), nodes()], [f"template: {HOPS} is None, must be 1"]),
    Case("absent", "volumes", [template("blockDeviceMappings"), nodes()], ["template: blockDeviceMappings is absent"]),
    Case("unknown", "template of this update",
         [template(), nodes(launchTemplate={"id": Ref("template", unknown=True), "version": UNKNOWN})]),
    Case("unknown", "which template", [nodes(launchTemplate=UNKNOWN)]),
    Case("unknown", "options", [template(metadataOptions=UNKNOWN, blockDeviceMappings=UNKNOWN), nodes()]),
    Case("unknown", "tags", [Res(SCALING_GROUP, "machines", {"tags": UNKNOWN})]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
