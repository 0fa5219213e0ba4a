"""Clusters: what EKS takes, shows, changes and refuses to delete."""

import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sandbox.aws.eks.account import Surroundings, Values, catalogue, refuse, unique_id

LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
SETTINGS: Final = (
    "resourcesVpcConfig", "logging", "accessConfig", "upgradePolicy", "zonalShiftConfig", "computeConfig",
    "kubernetesNetworkConfig", "storageConfig", "remoteNetworkConfig", "deletionProtection",
    "controlPlaneScalingConfig", "kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig",
)  # fmt: skip
"""What one call of UpdateClusterConfig changes, one of them at a time."""
PLACEHOLDER: Final = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"
"""A certificate without content, where no API server runs."""


def require_zones(around: Surroundings, ids: list[str]) -> str:
    """The VPC of subnets that lie in two zones at least."""
    subnets = around.subnets(ids)
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        refuse("Subnets specified must be in at least two different AZs")
    return str(subnets[0].vpc_id)


def _network(around: Surroundings, given: Values, held: Values) -> Values:
    """The place of a cluster: subnets of two zones, groups of their VPC, one endpoint at least."""
    made = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "securityGroupIds": [], **held, **given}
    if not made["endpointPublicAccess"] and not made["endpointPrivateAccess"]:
        refuse("Private and public endpoint access cannot be false")
    if given.get("publicAccessCidrs") and not made["endpointPublicAccess"]:
        refuse("Public access CIDRs can only be specified when public endpoint access is enabled")
    made["publicAccessCidrs"] = (
        (given.get("publicAccessCidrs") or ["0.0.0.0/0"]) if made["endpointPublicAccess"] else []
    )
    made["vpcId"] = require_zones(around, made["subnetIds"])
    if held and held["vpcId"] != made["vpcId"]:
        refuse("Provided subnets belong to another VPC than the cluster's")
    if len(made["securityGroupIds"]) > 4:
        refuse("At most 4 security groups can be specified")
    around.require_groups(made["securityGroupIds"], made["vpcId"])
    return made


def _addresses(around: Surroundings, given: Values, vpc: str) -> Values:
    cidr = given.get("serviceIpv4Cidr") or "172.20.0.0/16"
    network = ipaddress.ip_network(cidr)
    private = any(network.subnet_of(ipaddress.ip_network(r)) for r in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))  # type: ignore[arg-type]
    if not private or not 12 <= network.prefixlen <= 24:
        refuse(f"The specified service CIDR {cidr} is not a private one between /24 and /12")
    if network.overlaps(ipaddress.ip_network(around.ec2.get_vpc(vpc).cidr_block)):
        refuse(f"The specified service CIDR {cidr} overlaps with the VPC's")
    return {"ipFamily": "ipv4", "serviceIpv4Cidr": cidr, "elasticLoadBalancing": {"enabled": False}, **given}


def _logging(given: Values, held: Values) -> Values:
    """Every type of log is shown, switched on or off."""
    on = {kind for row in held.get("clusterLogging", ()) if row["enabled"] for kind in row["types"]}
    for row in given.get("clusterLogging", ()):
        on = on | {*row["types"]} if row["enabled"] else on - {*row["types"]}
    rows = [
        {"types": [kind for kind in LOGS if (kind in on) is enabled], "enabled": enabled} for enabled in (True, False)
    ]
    return {"clusterLogging": [row for row in rows if row["types"]]}


def _access(given: Values, held: Values) -> Values:
    modes = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
    made = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True, **held, **given}
    if modes.index(made["authenticationMode"]) < modes.index(held.get("authenticationMode", "CONFIG_MAP")):
        refuse(
            f"Unsupported authentication mode update from {held['authenticationMode']} to {made['authenticationMode']}"
        )
    return made


class Clusters:
    """The clusters of one region. ``held`` is what belongs to each, by kind, name and identifier."""

    def __init__(self, around: Surroundings, folder: Path) -> None:
        self.around, self._folder = around, folder
        self.clusters: dict[str, Values] = {}
        self.held: dict[str, dict[str, dict[str, Values]]] = {}

    def of(self, name: str) -> Values:
        """The cluster, as it is kept."""
        if name not in self.clusters:
            refuse(f"No cluster found for name: {name}.", "ResourceNotFoundException")
        return self.clusters[name]

    def part(self, name: str, kind: str) -> dict[str, Values]:
        """What belongs to a cluster, of one kind: node groups, add-ons, access entries, associations."""
        self.of(name)
        return self.held[name].setdefault(kind, {})

    def shown(self, name: str) -> Values:
        """The cluster as it is described; address and certificate are those of the API server that runs here."""
        cluster = self.of(name)
        running = self._folder / "kubernetes" / "cluster.json"
        if not running.is_file():
            return cluster
        real = json.loads(running.read_text(encoding="utf-8"))
        return {**cluster, "endpoint": real["server"], "certificateAuthority": {"data": real["certificateAuthority"]}}

    def create(self, given: Values, now: str) -> Values:
        """Make a cluster, with the security group that EKS makes for it."""
        name, around = given["name"], self.around
        if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", name):
            refuse(f"The cluster name {name!r} is not valid")
        if name in self.clusters:
            refuse(f"Cluster already exists with name: {name}", "ResourceInUseException")
        version = given.get("version") or catalogue()["default"]
        if version not in catalogue()["versions"]:
            refuse(f"unsupported Kubernetes version {version}")
        around.require_role(given["roleArn"], "eks.amazonaws.com")
        network = _network(around, given["resourcesVpcConfig"], {})
        made = {
            "name": name,
            "arn": around.arn(f"cluster/{name}"),
            "createdAt": now,
            "version": version,
            "roleArn": given["roleArn"],
            "kubernetesNetworkConfig": _addresses(around, given.get("kubernetesNetworkConfig") or {}, network["vpcId"]),
            "logging": _logging(given.get("logging") or {}, {}),
            "status": "ACTIVE",
            "platformVersion": "eks.1",
            "tags": given.get("tags") or {},
            "encryptionConfig": self._encryption(given.get("encryptionConfig") or []),
            "accessConfig": _access(given.get("accessConfig") or {}, {}),
            "upgradePolicy": given.get("upgradePolicy") or {"supportType": "EXTENDED"},
            "deletionProtection": bool(given.get("deletionProtection")),
            "health": {"issues": []},
        }
        rest: Values = {
            key: given[key] for key in SETTINGS if key in given and key not in made and key != "resourcesVpcConfig"
        }
        identifier = unique_id().upper()
        address = f"https://{identifier}.gr7.{around.region}.eks.amazonaws.com"
        issuer = f"https://oidc.eks.{around.region}.amazonaws.com/id/{identifier}"
        network["clusterSecurityGroupId"] = self._group(name, network["vpcId"])
        made |= {"resourcesVpcConfig": network, "endpoint": address, "identity": {"oidc": {"issuer": issuer}}}
        self.clusters[name] = {**rest, **made, "certificateAuthority": {"data": PLACEHOLDER}}
        self.held[name] = {}
        return self.clusters[name]

    def _encryption(self, rows: list[Values]) -> list[Values]:
        for row in rows:
            if row.get("resources") != ["secrets"]:
                refuse("Only secrets can be encrypted")
            self.around.require_key(row["provider"]["keyArn"])
        return rows

    def _group(self, name: str, vpc: str) -> str:
        """Open within itself and outwards. Source: EKS user guide, "View Amazon EKS security group requirements"."""
        ec2 = self.around.ec2
        group = ec2.create_security_group(
            f"eks-cluster-sg-{name}-{unique_id()[:9]}", "EKS created security group applied to ENI", vpc_id=vpc
        )
        ec2.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}])
        return str(group.id)

    def update(self, name: str, given: Values) -> None:
        """Change one setting."""
        cluster, settings = self.of(name), [key for key in SETTINGS if given.get(key) is not None]
        if len(settings) != 1:
            refuse("Only one type of update can be allowed at a time" if settings else "No changes needed")
        key = settings[0]
        held = cluster.get(key)
        taken = {**held, **given[key]} if isinstance(held, dict) else given[key]
        changes: dict[str, Callable[[], Values]] = {
            "resourcesVpcConfig": lambda: _network(self.around, given[key], held or {}),
            "logging": lambda: _logging(given[key], held or {}),
            "accessConfig": lambda: _access(given[key], held or {}),
        }
        made = changes[key]() if key in changes else taken
        if made == held:
            refuse(f"No changes needed for the {key} provided")
        cluster[key] = made

    def upgrade(self, name: str, version: str) -> None:
        """To the next minor version, with node groups that are not too old for it."""
        cluster, known = self.of(name), catalogue()["versions"]
        if version not in known or known.index(version) - known.index(cluster["version"]) != 1:
            refuse(f"Unsupported Kubernetes minor version update from {cluster['version']} to {version}")
        cluster["version"] = version

    def encrypt(self, name: str, rows: list[Values]) -> None:
        """Once, and for good."""
        cluster = self.of(name)
        if cluster["encryptionConfig"]:
            refuse("Encryption is already enabled", "ResourceInUseException")
        cluster["encryptionConfig"] = self._encryption(rows)

    def delete(self, name: str) -> Values:
        """Refused while protected or with node groups; what else belongs to it goes with it."""
        cluster = self.of(name)
        if cluster["deletionProtection"]:
            refuse("The cluster cannot be deleted because deletion protection is enabled", "InvalidRequestException")
        if self.held[name].get("nodegroup"):
            refuse("Cluster has nodegroups attached", "ResourceInUseException")
        self.around.ec2.delete_security_group(group_id=cluster["resourcesVpcConfig"]["clusterSecurityGroupId"])
        del self.held[name]
        return {**self.clusters.pop(name), "status": "DELETING"}
