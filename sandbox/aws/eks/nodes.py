"""Managed node groups: where machines stand, what they are made from, which role they have."""

import re
from typing import Any, Final

from sandbox.aws.eks.account import Values, catalogue, refuse, unique_id
from sandbox.aws.eks.clusters import Clusters

KIND: Final = "nodegroup"
GRAVITON: Final = re.compile(r"(a1|[a-z]+[0-9]+g[a-z]*)\.")
"""Families with Graviton processors. Source: EC2 instance types guide, naming conventions."""
REFUSED: Final = {
    "IamInstanceProfile": "instance profile", "InstanceInitiatedShutdownBehavior": "shutdown behavior",
    "HibernationOptions": "hibernation", "InstanceMarketOptions": "request Spot Instances",
}  # fmt: skip
"""Source: EKS user guide, "Customize managed nodes with launch templates", the settings that are not allowed."""


def _scaling(given: Values) -> Values:
    low, wanted, high = (int(given.get(key, 2)) for key in ("minSize", "desiredSize", "maxSize"))
    if high < 1 or low < 0 or not low <= wanted <= high:
        refuse(f"desired capacity {wanted} must lie between minSize {low} and maxSize {high}, which is at least 1")
    return {"minSize": low, "desiredSize": wanted, "maxSize": high}


def _update(given: Values) -> Values:
    if len(given) > 1 and "maxUnavailable" in given and "maxUnavailablePercentage" in given:
        refuse("Only one of maxUnavailable and maxUnavailablePercentage can be specified")
    return given or {"maxUnavailable": 1}


class Nodes:
    """The node groups of the clusters of one region."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters

    def of(self, cluster: str, name: str) -> Values:
        """The node group, as it is kept."""
        found = self.clusters.part(cluster, KIND).get(name)
        if found is None:
            refuse(f"No node group found for name: {name}.", "ResourceNotFoundException")
        return found

    def create(self, given: Values, now: str) -> Values:
        """Make a node group; its role may join the cluster from now on."""
        cluster, name, around = given["clusterName"], given["nodegroupName"], self.clusters.around
        held, owner = self.clusters.part(cluster, KIND), self.clusters.of(cluster)
        if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}", name):
            refuse(f"The nodegroup name {name!r} is not valid")
        if name in held:
            refuse(f"NodeGroup already exists with name {name} and cluster name {cluster}", "ResourceInUseException")
        around.require_role(given["nodeRole"], "ec2.amazonaws.com")
        subnets = around.subnets(given["subnets"])
        if subnets[0].vpc_id != owner["resourcesVpcConfig"]["vpcId"]:
            refuse("Subnets of the node group are not in the VPC of the cluster")
        version = given.get("version") or owner["version"]
        self._version(owner, version)
        identifier = unique_id()
        made: Values = {
            "nodegroupName": name,
            "nodegroupArn": around.arn(f"nodegroup/{cluster}/{name}/{identifier}"),
            "clusterName": cluster,
            "version": version,
            "releaseVersion": given.get("releaseVersion") or f"{version}.0-newest",
            "createdAt": now,
            "modifiedAt": now,
            "status": "ACTIVE",
            "capacityType": given.get("capacityType") or "ON_DEMAND",
            "scalingConfig": _scaling(given.get("scalingConfig") or {}),
            "subnets": given["subnets"],
            "nodeRole": given["nodeRole"],
            "labels": given.get("labels") or {},
            "taints": given.get("taints") or [],
            "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{identifier}"}]},
            "health": {"issues": []},
            "updateConfig": _update(given.get("updateConfig") or {}),
            "tags": given.get("tags") or {},
            **self._machines(given),
        }
        made |= {key: given[key] for key in ("nodeRepairConfig", "remoteAccess", "warmPoolConfig") if key in given}
        held[name] = made
        self._may_join(cluster, given["nodeRole"], now)
        return made

    def _version(self, cluster: Values, version: str) -> None:
        known = catalogue()["versions"]
        if version not in known or known.index(version) > known.index(cluster["version"]):
            refuse(f"Requested Nodegroup version {version} is invalid: newer than the cluster's {cluster['version']}")

    def _machines(self, given: Values) -> Values:
        """Types and image, of the template or of the request, which must go together."""
        made: Values = {}
        types, image = given.get("instanceTypes") or [], given.get("amiType")
        template = given.get("launchTemplate")
        if template:
            made["launchTemplate"], data = self._template(template)
            both = [key for key in ("diskSize", "remoteAccess") if given.get(key)]
            if both:
                refuse(f"{both[0]} can not be specified together with a launch template")
            if types and data.get("InstanceType"):
                refuse("Instance types can not be specified both in the launch template and in the API request")
            types = types or [data["InstanceType"]] if data.get("InstanceType") else types
            if data.get("ImageId") and image not in (None, "CUSTOM"):
                refuse("AMI type can not be specified with a launch template that has an image")
        image = image or "AL2023_x86_64_STANDARD"
        arm = "ARM" in image
        wrong = [kind for kind in types if image != "CUSTOM" and bool(GRAVITON.match(kind)) is not arm]
        if wrong:
            refuse(f"{wrong} is not a valid instance type for requested amiType {image}")
        made["instanceTypes"], made["amiType"] = types or ["t3.medium"], image
        return made if template else {**made, "diskSize": given.get("diskSize") or 20}

    def _template(self, given: Values) -> tuple[Values, Values]:
        found, data = self.clusters.around.template(given)
        for key, what in REFUSED.items():
            if data.get(key):
                refuse(f"Launch template {found.name} should not specify an {what}", "InvalidRequestException")
        if any(interface.get("SubnetId") for interface in data.get("NetworkInterfaces") or ()):
            refuse(f"Launch template {found.name} should not specify a subnet", "InvalidRequestException")
        version = str(given.get("version") or found.default_version_number)
        return {"id": found.id, "name": found.name, "version": version}, data

    def _may_join(self, cluster: str, role: str, now: str) -> None:
        """EKS makes the access entry of its nodes by itself where entries are what it goes by."""
        entries = self.clusters.part(cluster, "access-entry")
        if self.clusters.of(cluster)["accessConfig"]["authenticationMode"] == "CONFIG_MAP" or role in entries:
            return
        around, name = self.clusters.around, role.rpartition("/")[2]
        entries[role] = {
            "clusterName": cluster,
            "principalArn": role,
            "kubernetesGroups": ["system:nodes"],
            "accessEntryArn": around.arn(f"access-entry/{cluster}/role/{around.account}/{name}/{unique_id()}"),
            "createdAt": now,
            "modifiedAt": now,
            "tags": {},
            "username": "system:node:{{EC2PrivateDNSName}}",
            "type": "EC2_LINUX",
            "policies": {},
        }

    def configure(self, given: Values, now: str) -> None:
        """Change size, labels, taints and the pace of updates."""
        group = self.of(given["clusterName"], given["nodegroupName"])
        if given.get("scalingConfig"):
            group["scalingConfig"] = _scaling({**group["scalingConfig"], **given["scalingConfig"]})
        if given.get("updateConfig"):
            group["updateConfig"] = _update(given["updateConfig"])
        if given.get("nodeRepairConfig"):
            group["nodeRepairConfig"] = given["nodeRepairConfig"]
        labels, taints = given.get("labels") or {}, given.get("taints") or {}
        group["labels"] = {**group["labels"], **(labels.get("addOrUpdateLabels") or {})}
        for key in labels.get("removeLabels") or ():
            group["labels"].pop(key, None)
        gone = [
            (t["key"], t["effect"]) for kind in ("removeTaints", "addOrUpdateTaints") for t in taints.get(kind) or ()
        ]
        kept = [taint for taint in group["taints"] if (taint["key"], taint["effect"]) not in gone]
        group["taints"] = kept + list(taints.get("addOrUpdateTaints") or ())
        group["modifiedAt"] = now

    def upgrade(self, given: Values, now: str) -> None:
        """To another version, image or version of the template."""
        group, owner = self.of(given["clusterName"], given["nodegroupName"]), self.clusters.of(given["clusterName"])
        if given.get("version"):
            self._version(owner, given["version"])
            group["version"] = given["version"]
            group["releaseVersion"] = f"{given['version']}.0-newest"
        if given.get("releaseVersion"):
            group["releaseVersion"] = given["releaseVersion"]
        if given.get("launchTemplate"):
            asked: dict[str, Any] = dict(given["launchTemplate"])
            made, _ = self._template(asked)
            if made["id"] != (group.get("launchTemplate") or {}).get("id"):
                refuse("Launch template of a node group can not be replaced by another one", "InvalidRequestException")
            group["launchTemplate"] = made
        group["modifiedAt"] = now

    def delete(self, cluster: str, name: str) -> Values:
        """Remove the group, and its role's way into the cluster where no other group has it."""
        group, held = self.of(cluster, name), self.clusters.part(cluster, KIND)
        del held[name]
        entries = self.clusters.part(cluster, "access-entry")
        entry = entries.get(group["nodeRole"])
        if entry and entry["type"] == "EC2_LINUX" and group["nodeRole"] not in {g["nodeRole"] for g in held.values()}:
            del entries[group["nodeRole"]]
        return {**group, "status": "DELETING"}
