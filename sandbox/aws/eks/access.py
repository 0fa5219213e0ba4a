"""Access entries: which principals of IAM may enter a cluster, in which groups, and under which of EKS's policies."""

import re
from typing import Final

from sandbox.aws.eks.account import POLICIES, Values, catalogue, refuse, unique_id
from sandbox.aws.eks.clusters import Clusters

KIND: Final = "access-entry"
ADMINISTRATOR: Final = "role/OrganizationAccountAccessRole"
"""The role with which an organisation administers the accounts that it made; the emulated account is one of them."""

TYPES: Final = ("EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX", "STANDARD")
RESERVED: Final = re.compile(r"(system|eks|aws|amazon|iam):")
"""What user names of access entries may not begin with. Source: EKS user guide, "Create access entries"."""


def _groups(names: list[str]) -> list[str]:
    for name in names:
        if name.startswith("system:"):
            refuse(f"The kubernetes group name {name} is invalid, it cannot start with system:")
    return names


def _username(given: str | None, principal: str) -> str:
    """The name in Kubernetes; of a role, one for each session."""
    if given:
        if RESERVED.match(given):
            refuse(f"The username {given} is invalid, it cannot start with a reserved prefix")
        return given
    match = re.fullmatch(r"arn:aws:iam::(\d+):role/(?:.*/)?([^/]+)", principal)
    return f"arn:aws:sts::{match[1]}:assumed-role/{match[2]}/{{{{SessionName}}}}" if match else principal


class Access:
    """The access entries of the clusters of one region."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters

    def of(self, cluster: str, principal: str) -> Values:
        """The entry, as it is kept."""
        found = self.clusters.part(cluster, KIND).get(principal)
        if found is None:
            refuse(
                f"The specified principalArn could not be found. You can view your available access entries with"
                f" 'list-access-entries': {principal}",
                "ResourceNotFoundException",
            )
        return found

    def _require_principal(self, arn: str) -> None:
        around = self.clusters.around
        if arn == f"arn:aws:iam::{around.account}:{ADMINISTRATOR}" or around.role(arn):
            return
        if any(user.arn == arn for user in around.iam.users.values()):
            return
        refuse(f"The specified principalArn is invalid: invalid principal: {arn}")

    def create(self, given: Values, now: str) -> Values:
        """Let a principal in, which must be there and be new to the cluster."""
        cluster, principal, kind = given["clusterName"], given["principalArn"], given.get("type") or "STANDARD"
        if self.clusters.of(cluster)["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
            refuse(
                "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this"
                " operation.",
                "InvalidRequestException",
            )
        held = self.clusters.part(cluster, KIND)
        if kind not in TYPES:
            refuse(f"The specified type {kind} is not one of {', '.join(TYPES)}")
        if kind != "STANDARD" and (given.get("kubernetesGroups") or given.get("username")):
            refuse(f"Groups and username can not be specified for an access entry of type {kind}")
        self._require_principal(principal)
        if "/aws-service-role/" in principal:
            refuse("The caller is not allowed to modify access entries of service-linked roles")
        if principal in held:
            refuse("The specified access entry resource is already in use on this cluster.", "ResourceInUseException")
        around, (what, name) = (
            self.clusters.around,
            (principal.rpartition(":")[2].split("/")[0], principal.rpartition("/")[2]),
        )
        groups = ["system:nodes"] if kind in ("EC2_LINUX", "EC2") else _groups(given.get("kubernetesGroups") or [])
        node = "system:node:{{EC2PrivateDNSName}}"
        held[principal] = {
            "clusterName": cluster,
            "principalArn": principal,
            "kubernetesGroups": groups,
            "accessEntryArn": around.arn(f"access-entry/{cluster}/{what}/{around.account}/{name}/{unique_id()}"),
            "createdAt": now,
            "modifiedAt": now,
            "tags": given.get("tags") or {},
            "username": _username(given.get("username"), principal) if kind == "STANDARD" else node,
            "type": kind,
            "policies": {},
        }
        return held[principal]

    def update(self, given: Values, now: str) -> Values:
        """Change groups and name."""
        entry = self.of(given["clusterName"], given["principalArn"])
        if given.get("kubernetesGroups") is not None:
            entry["kubernetesGroups"] = _groups(given["kubernetesGroups"])
        if given.get("username"):
            entry["username"] = _username(given["username"], entry["principalArn"])
        entry["modifiedAt"] = now
        return entry

    def delete(self, cluster: str, principal: str) -> Values:
        """Shut a principal out."""
        self.of(cluster, principal)
        del self.clusters.part(cluster, KIND)[principal]
        return {}

    def associate(self, given: Values, now: str) -> Values:
        """Put an entry under one of EKS's policies, for the cluster or for some namespaces."""
        entry, arn, scope = (
            self.of(given["clusterName"], given["principalArn"]),
            given["policyArn"],
            given["accessScope"],
        )
        if not arn.startswith(POLICIES) or arn.removeprefix(POLICIES) not in catalogue()["accessPolicies"]:
            refuse(f"The policyArn {arn} is not valid", "InvalidParameterException")
        if entry["type"] != "STANDARD":
            refuse(f"Access policies can not be associated with an access entry of type {entry['type']}")
        kind, namespaces = scope.get("type"), scope.get("namespaces") or []
        if kind not in ("cluster", "namespace") or bool(namespaces) is (kind == "cluster"):
            refuse("The access scope is of type namespace with namespaces, or of type cluster without any")
        kept = entry["policies"].get(arn) or {"policyArn": arn, "associatedAt": now}
        entry["policies"][arn] = {**kept, "accessScope": {"type": kind, "namespaces": namespaces}, "modifiedAt": now}
        shown: Values = entry["policies"][arn]
        return shown

    def disassociate(self, cluster: str, principal: str, arn: str) -> Values:
        """Take a policy away."""
        if self.of(cluster, principal)["policies"].pop(arn, None) is None:
            refuse(f"The policyArn {arn} is not associated", "ResourceNotFoundException")
        return {}
