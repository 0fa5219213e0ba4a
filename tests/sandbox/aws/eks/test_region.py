"""What EKS refuses, makes by itself and takes along, where the provider's samples do not lead."""

import io
import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.eks.account import Refused
from sandbox.aws.eks.service import Eks
from tests.sandbox.aws.eks.conftest import REGION, Place

CLUSTER = {"clusterName": "core"}
GROUP = {**CLUSTER, "nodegroupName": "nodes"}
MADE = {"amiType": "BOTTLEROCKET_ARM_64", "instanceTypes": ["m7g.large"]}


@pytest.fixture
def core(place: Place) -> Place:
    """With a cluster ``core``."""
    place.cluster()
    return place


def nodes(place: Place, **given: Any) -> dict[str, Any]:
    """A node group ``nodes``."""
    asked = {**GROUP, "nodeRole": place.roles["node"], "subnets": place.subnets, **MADE, **given}
    made: dict[str, Any] = place("CreateNodegroup", **asked)["nodegroup"]
    return made


def refused(place: Place, message: str, operation: str, **given: Any) -> str:
    """The code with which EKS refuses, saying this."""
    with pytest.raises(Refused, match=message) as caught:
        place(operation, **given)
    return caught.value.code


def test_a_cluster_shows_the_api_server_that_runs_here(core: Place, tmp_path: Path) -> None:
    """As long as its file is there; what is kept stays as it was made."""
    made = core("DescribeCluster", name="core")["cluster"]
    assert made["endpoint"].endswith(f".gr7.{REGION}.eks.amazonaws.com")
    (tmp_path / "kubernetes").mkdir()
    running = {"server": "https://127.0.0.1:6443", "certificateAuthority": "Q0E="}
    (tmp_path / "kubernetes" / "cluster.json").write_text(json.dumps(running), encoding="utf-8")
    shown = core("DescribeCluster", name="core")["cluster"]
    assert (shown["endpoint"], shown["certificateAuthority"]) == ("https://127.0.0.1:6443", {"data": "Q0E="})
    (tmp_path / "kubernetes" / "cluster.json").unlink()
    assert core("DescribeCluster", name="core")["cluster"] == made


def test_a_cluster_stands_in_the_stacks_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stack has its own; roles and subnets are looked up there."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "777788889999")
    made = Place(tmp_path).cluster()
    assert made["arn"] == f"arn:aws:eks:{REGION}:777788889999:cluster/core"


def test_settings_change_one_at_a_time(core: Place) -> None:
    """As AWS has it; what is the same already is refused too."""
    network = {"endpointPrivateAccess": True, "endpointPublicAccess": False}
    assert refused(core, "No changes needed", "UpdateClusterConfig", name="core") == "InvalidParameterException"
    both = {"resourcesVpcConfig": network, "deletionProtection": True}
    refused(core, "Only one type of update can be allowed at a time", "UpdateClusterConfig", name="core", **both)
    core("UpdateClusterConfig", name="core", resourcesVpcConfig=network)
    refused(core, "No changes needed for", "UpdateClusterConfig", name="core", resourcesVpcConfig=network)
    closed = {"endpointPrivateAccess": False}
    refused(core, "cannot be false", "UpdateClusterConfig", name="core", resourcesVpcConfig=closed)
    shown = core("DescribeCluster", name="core")["cluster"]["resourcesVpcConfig"]
    assert (shown["endpointPublicAccess"], shown["publicAccessCidrs"]) == (False, [])


def test_logs_are_shown_on_and_off(core: Place) -> None:
    """Two rows, whatever was asked for in how many steps."""
    for types, enabled in ((["api", "audit"], True), (["api"], False)):
        rows = {"clusterLogging": [{"types": types, "enabled": enabled}]}
        core("UpdateClusterConfig", name="core", logging=rows)
    assert core("DescribeCluster", name="core")["cluster"]["logging"]["clusterLogging"] == [
        {"types": ["audit"], "enabled": True},
        {"types": ["api", "authenticator", "controllerManager", "scheduler"], "enabled": False},
    ]


def test_entries_are_never_given_up_for_a_config_map(core: Place) -> None:
    """The mode goes one way."""
    mode = {"authenticationMode": "API_AND_CONFIG_MAP"}
    refused(core, "Unsupported authentication mode update from API", "UpdateClusterConfig", name="core",
            accessConfig=mode)  # fmt: skip
    core.cluster("old", accessConfig={"authenticationMode": "CONFIG_MAP"})
    given = {"clusterName": "old", "principalArn": core.roles["pod"]}
    assert refused(core, "must be set to one of", "CreateAccessEntry", **given) == "InvalidRequestException"


def test_a_protected_or_used_cluster_stays(core: Place) -> None:
    """Protection first, then its nodes; what else belongs to it goes with it."""
    nodes(core)
    core("UpdateClusterConfig", name="core", deletionProtection=True)
    refused(core, "deletion protection is enabled", "DeleteCluster", name="core")
    core("UpdateClusterConfig", name="core", deletionProtection=False)
    assert refused(core, "Cluster has nodegroups attached", "DeleteCluster", name="core") == "ResourceInUseException"
    core("DeleteNodegroup", **GROUP)
    core("DeleteCluster", name="core")
    assert core("ListClusters") == {"clusters": []}
    assert refused(core, "No cluster found", "ListAddons", **CLUSTER) == "ResourceNotFoundException"


def test_versions_go_up_one_by_one_and_nodes_follow(core: Place) -> None:
    """Nodes are never newer than their cluster."""
    nodes(core)
    refused(core, "newer than the cluster's 1.33", "UpdateNodegroupVersion", **GROUP, version="1.34")
    refused(core, "Unsupported Kubernetes minor version update", "UpdateClusterVersion", name="core", version="1.33")
    core("UpdateClusterVersion", name="core", version="1.34")
    core("UpdateNodegroupVersion", **GROUP, version="1.34")
    assert core("DescribeNodegroup", **GROUP)["nodegroup"]["version"] == "1.34"


def test_nodes_join_by_an_entry_that_eks_makes(core: Place) -> None:
    """And that goes with the last group of the role."""
    role = core.roles["node"]
    nodes(core)
    nodes(core, nodegroupName="more")
    entry = core("DescribeAccessEntry", **CLUSTER, principalArn=role)["accessEntry"]
    assert (entry["type"], entry["kubernetesGroups"]) == ("EC2_LINUX", ["system:nodes"])
    assert "policies" not in entry
    core("DeleteNodegroup", **GROUP)
    assert core("ListAccessEntries", **CLUSTER)["accessEntries"] == [role]
    core("DeleteNodegroup", **CLUSTER, nodegroupName="more")
    assert core("ListAccessEntries", **CLUSTER)["accessEntries"] == []


def test_labels_and_taints_change_by_key(core: Place) -> None:
    """What is added replaces, what is removed goes, the rest stays."""
    taint = {"key": "pool", "value": "a", "effect": "NO_SCHEDULE"}
    nodes(core, labels={"pool": "a", "old": "x"}, taints=[taint])
    changed = {**taint, "value": "b"}
    core("UpdateNodegroupConfig", **GROUP, labels={"addOrUpdateLabels": {"pool": "b"}, "removeLabels": ["old"]},
         taints={"addOrUpdateTaints": [changed]}, updateConfig={"maxUnavailable": 2},
         nodeRepairConfig={"enabled": True}, scalingConfig={"maxSize": 5})  # fmt: skip
    made = core("DescribeNodegroup", **GROUP)["nodegroup"]
    assert (made["labels"], made["taints"]) == ({"pool": "b"}, [changed])
    assert (made["scalingConfig"]["maxSize"], made["scalingConfig"]["minSize"]) == (5, 2)
    core("UpdateNodegroupConfig", **GROUP, taints={"removeTaints": [changed]})
    assert core("DescribeNodegroup", **GROUP)["nodegroup"]["taints"] == []


def test_an_add_on_owns_its_associations(core: Place) -> None:
    """They are made, changed and removed with it, and not by themselves."""
    row = {"serviceAccount": "aws-node", "roleArn": core.roles["pod"]}
    named = {**CLUSTER, "addonName": "vpc-cni"}
    (arn,) = core("CreateAddon", **named, podIdentityAssociations=[row])["addon"]["podIdentityAssociations"]
    identifier = arn.rpartition("/")[2]
    refused(core, "is managed by", "DeletePodIdentityAssociation", **CLUSTER, associationId=identifier)
    refused(core, "Association already exists", "CreatePodIdentityAssociation", **CLUSTER, namespace="kube-system",
            **row)  # fmt: skip
    core("UpdateAddon", **named, podIdentityAssociations=[row], configurationValues='{"enableNetworkPolicy":"true"}')
    assert core("ListPodIdentityAssociations", **CLUSTER, namespace="kube-system")["associations"]
    assert core("ListPodIdentityAssociations", **CLUSTER, namespace="other")["associations"] == []
    core("UpdateAddon", **named, podIdentityAssociations=[])
    assert core("ListPodIdentityAssociations", **CLUSTER)["associations"] == []
    core("UpdateAddon", **named, podIdentityAssociations=[row])
    core("DeleteAddon", **named)
    assert core("ListPodIdentityAssociations", **CLUSTER)["associations"] == []


def test_policies_are_put_on_entries_and_taken_off(core: Place) -> None:
    """Once each; an entry of nodes takes none."""
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    given = {**CLUSTER, "principalArn": core.roles["pod"]}
    core("CreateAccessEntry", **given)
    core("AssociateAccessPolicy", **given, policyArn=policy, accessScope={"type": "namespace", "namespaces": ["x"]})
    (shown,) = core("ListAssociatedAccessPolicies", **given)["associatedAccessPolicies"]
    assert (shown["policyArn"], shown["accessScope"]["namespaces"]) == (policy, ["x"])
    core("DisassociateAccessPolicy", **given, policyArn=policy)
    refused(core, "is not associated", "DisassociateAccessPolicy", **given, policyArn=policy)
    refused(core, "already in use", "CreateAccessEntry", **given)
    core("DeleteAccessEntry", **given)
    refused(core, "could not be found", "DescribeAccessEntry", **given)
    assert policy in {row["arn"] for row in core("ListAccessPolicies")["accessPolicies"]}


def test_versions_of_add_ons_are_those_of_the_clusters_version(core: Place) -> None:
    """What the catalogue has for it, the newest first."""
    (shown,) = core("DescribeAddonVersions", addonName="coredns", kubernetesVersion="1.34")["addons"]
    offered = [row["addonVersion"] for row in shown["addonVersions"]]
    assert "v1.13.2-eksbuild.4" in offered
    asked = {**CLUSTER, "addonName": "coredns", "addonVersion": "v1.0.0-eksbuild.1"}
    assert refused(core, "is not supported: coredns v1.0.0", "CreateAddon", **asked) == "InvalidParameterException"
    assert len(core("DescribeAddonVersions")["addons"]) > 5


def test_everything_is_tagged_by_its_arn(core: Place) -> None:
    """Clusters and what belongs to them."""
    arn = nodes(core, tags={"a": "1"})["nodegroupArn"]
    core("TagResource", resourceArn=arn, tags={"b": "2", "c": "3"})
    core("UntagResource", resourceArn=arn, tagKeys=["a", "c"])
    assert core("ListTagsForResource", resourceArn=arn) == {"tags": {"b": "2"}}
    refused(core, "No resource found", "ListTagsForResource", resourceArn=f"{arn}x")


def requested(app: Eks, method: str, path: str, body: Any = None, *, scope: str = "eks") -> tuple[str, Any]:
    """Status and answer of one HTTP request."""
    text = json.dumps(body).encode() if body is not None else b""
    seen: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(text)),
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=x/20260101/{REGION}/{scope}/aws4_request",
        "wsgi.input": io.BytesIO(text),
    }
    answer = b"".join(app(environ, lambda status, _headers: seen.append(status)))
    return seen[0] if seen else "", json.loads(answer)


def test_requests_are_told_apart_by_their_signature(place: Place, tmp_path: Path) -> None:
    """EKS answers its own, with AWS's status codes; the others go on to the account."""
    app = Eks(lambda _environ, _start: [b'"moto"'], tmp_path)
    assert requested(app, "GET", "/clusters", scope="sts") == ("", "moto")
    assert requested(app, "GET", "/clusters") == ("200 OK", {"clusters": []})
    assert requested(app, "GET", "/clusters/core")[0] == "404 Not Found"
    status, answer = requested(app, "POST", "/clusters", {"name": "core", "roleArn": "x", "resourcesVpcConfig": {
        "subnetIds": place.subnets}})  # fmt: skip
    assert (status, answer["__type"]) == ("400 Bad Request", "InvalidParameterException")
    assert requested(app, "GET", "/nowhere/at/all")[1]["__type"] == "BadRequestException"
    assert requested(app, "POST", "/sandbox/token-review", {"spec": {"token": "x"}})[1]["status"] == {
        "authenticated": False, "error": "the token is no presigned URL",
    }  # fmt: skip


def test_what_is_not_emulated_says_so(core: Place) -> None:
    """By name, as an error of the request."""
    refused(core, "does not know CreateFargateProfile", "CreateFargateProfile", **CLUSTER)


def test_a_review_is_no_change_of_the_account(endpoint: str) -> None:
    """The running account answers it over HTTP, and its journal does not grow with every request of an API server."""
    account = HTTPConnection(endpoint.partition("//")[2], timeout=30)
    account.request("GET", "/_sandbox/journal")
    journal = Path(account.getresponse().read().decode())
    before = journal.stat().st_size if journal.exists() else 0
    account.request("POST", "/sandbox/token-review", json.dumps({"spec": {"token": "x"}}))
    assert json.load(account.getresponse())["status"]["authenticated"] is False
    assert (journal.stat().st_size if journal.exists() else 0) == before
