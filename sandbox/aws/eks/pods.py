"""Pod identity and add-ons: as which role a service account acts, and what AWS installs into a cluster."""

import json
import re
from typing import Any, Final

import yaml

from sandbox.aws.eks.account import Values, catalogue, refuse, unique_id
from sandbox.aws.eks.clusters import Clusters

ASSOCIATION: Final = "podidentityassociation"
ADDON: Final = "addon"
SERVICE: Final = "pods.eks.amazonaws.com"
NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Pods:
    """The associations of the clusters of one region."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters

    def of(self, cluster: str, identifier: str) -> Values:
        """The association, as it is kept."""
        found = self.clusters.part(cluster, ASSOCIATION).get(identifier)
        if found is None:
            refuse(f"No association found for id: {identifier}", "ResourceNotFoundException")
        return found

    def _require_role(self, arn: str) -> None:
        role = self.clusters.around.role(arn)
        if role is None:
            refuse(f"Role provided in the request does not exist: {arn}")
        document = role.assume_role_policy_document
        text = document if isinstance(document, str) else json.dumps(document)
        if SERVICE not in text or "sts:TagSession" not in text:
            refuse(
                f"Trust policy of the role associated in the request is incorrect: {arn} must allow {SERVICE} the"
                " actions sts:AssumeRole and sts:TagSession"
            )

    def create(self, given: Values, now: str, owner: str | None = None) -> Values:
        """Give a service account a role, which it must not have yet."""
        cluster, namespace, account = given["clusterName"], given["namespace"], given["serviceAccount"]
        held, around = self.clusters.part(cluster, ASSOCIATION), self.clusters.around
        if not NAME.fullmatch(namespace):
            refuse(f"The namespace {namespace!r} is not a name of Kubernetes")
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", account):
            refuse(f"The service account {account!r} is not a name of Kubernetes")
        same = [a for a in held.values() if (a["namespace"], a["serviceAccount"]) == (namespace, account)]
        if same:
            refuse(f"Association already exists: {same[0]['associationId']}", "ResourceInUseException")
        self._require_role(given["roleArn"])
        identifier = f"a-{unique_id()}"
        held[identifier] = {
            "clusterName": cluster,
            "namespace": namespace,
            "serviceAccount": account,
            "roleArn": given["roleArn"],
            "associationArn": around.arn(f"podidentityassociation/{cluster}/{identifier}"),
            "associationId": identifier,
            "tags": given.get("tags") or {},
            "createdAt": now,
            "modifiedAt": now,
            "disableSessionTags": bool(given.get("disableSessionTags")),
            **{key: given[key] for key in ("targetRoleArn", "policy") if given.get(key)},
            **({"ownerArn": owner} if owner else {}),
        }
        return held[identifier]

    def update(self, given: Values, now: str) -> Values:
        """Another role, or without session tags."""
        association = self.of(given["clusterName"], given["associationId"])
        if given.get("roleArn"):
            self._require_role(given["roleArn"])
        keys = ("roleArn", "disableSessionTags", "targetRoleArn", "policy")
        association |= {key: given[key] for key in keys if given.get(key) is not None}
        association["modifiedAt"] = now
        return association

    def delete(self, cluster: str, identifier: str, *, by_owner: bool = False) -> Values:
        """Take the role away; what belongs to an add-on is the add-on's."""
        association = self.of(cluster, identifier)
        if association.get("ownerArn") and not by_owner:
            refuse(f"Association {identifier} is managed by {association['ownerArn']}", "InvalidRequestException")
        return self.clusters.part(cluster, ASSOCIATION).pop(identifier)


class Addons:
    """The add-ons of the clusters of one region."""

    def __init__(self, clusters: Clusters, pods: Pods) -> None:
        self.clusters, self.pods = clusters, pods

    def of(self, cluster: str, name: str) -> Values:
        """The add-on, as it is kept."""
        found = self.clusters.part(cluster, ADDON).get(name)
        if found is None:
            refuse(f"No addon: {name} found in cluster: {cluster}", "ResourceNotFoundException")
        return found

    def offered(self, name: str, version: str) -> list[str]:
        """Versions of an add-on for a version of Kubernetes, newest last."""
        known = catalogue()["addons"].get(name)
        if known is None:
            refuse(f"Addon {name} specified is not supported in {version} kubernetes version")
        rows: dict[str, list[str]] = known["versions"]
        return rows.get(version) or rows.get("*") or []

    def _version(self, cluster: str, name: str, wanted: str | None) -> str:
        offered = self.offered(name, self.clusters.of(cluster)["version"])
        if not offered or (wanted and wanted not in offered):
            refuse(f"Addon version specified is not supported: {name} {wanted}; there are {', '.join(offered)}")
        return wanted or offered[-1]

    def _configuration(self, text: str | None) -> Values:
        try:
            value = yaml.safe_load(text) if text else {}
        except yaml.YAMLError:
            value = None
        if not isinstance(value, dict):
            refuse("ConfigurationValue provided in request is not a JSON or YAML object")
        return {"configurationValues": text} if text else {}

    def _associate(self, cluster: str, addon: Values, wanted: list[Values], now: str) -> list[str]:
        """The associations of an add-on: exactly those that are wanted, each for an account that it has."""
        known = catalogue()["addons"][addon["addonName"]]
        held, made = self.clusters.part(cluster, ASSOCIATION), []
        for row in wanted:
            if row["serviceAccount"] not in known.get("accounts", ()):
                refuse(f"Addon {addon['addonName']} has no service account {row['serviceAccount']} that takes a role")
        mine = {a["serviceAccount"]: a for a in held.values() if a.get("ownerArn") == addon["addonArn"]}
        for account, association in mine.items():
            if account not in {row["serviceAccount"] for row in wanted}:
                self.pods.delete(cluster, association["associationId"], by_owner=True)
        for row in wanted:
            given: dict[str, Any] = {**row, "clusterName": cluster, "namespace": known["namespace"]}
            old = mine.get(row["serviceAccount"])
            if old is None:
                made.append(self.pods.create(given, now, addon["addonArn"]))
            else:
                made.append(self.pods.update({**given, "associationId": old["associationId"]}, now))
        return [association["associationArn"] for association in made]

    def create(self, given: Values, now: str) -> Values:
        """Install an add-on, once, in a version for the cluster's."""
        cluster, name = given["clusterName"], given["addonName"]
        held, around = self.clusters.part(cluster, ADDON), self.clusters.around
        if name in held:
            refuse("Addon already exists.", "ResourceInUseException")
        made = {
            "addonName": name,
            "clusterName": cluster,
            "status": "ACTIVE",
            "addonVersion": self._version(cluster, name, given.get("addonVersion")),
            "health": {"issues": []},
            "addonArn": around.arn(f"addon/{cluster}/{name}/{unique_id()}"),
            "createdAt": now,
            "modifiedAt": now,
            "tags": given.get("tags") or {},
            **self._configuration(given.get("configurationValues")),
            **{key: given[key] for key in ("serviceAccountRoleArn", "namespaceConfig") if given.get(key)},
        }
        made["podIdentityAssociations"] = self._associate(
            cluster, made, given.get("podIdentityAssociations") or [], now
        )
        held[name] = made
        return made

    def update(self, given: Values, now: str) -> None:
        """Another version, configuration or role."""
        cluster, addon = given["clusterName"], self.of(given["clusterName"], given["addonName"])
        if given.get("addonVersion"):
            addon["addonVersion"] = self._version(cluster, addon["addonName"], given["addonVersion"])
        if given.get("configurationValues") is not None:
            addon.pop("configurationValues", None)
            addon |= self._configuration(given["configurationValues"])
        if given.get("serviceAccountRoleArn"):
            addon["serviceAccountRoleArn"] = given["serviceAccountRoleArn"]
        if given.get("podIdentityAssociations") is not None:
            addon["podIdentityAssociations"] = self._associate(cluster, addon, given["podIdentityAssociations"], now)
        addon["modifiedAt"] = now

    def delete(self, cluster: str, name: str) -> Values:
        """Remove it with its associations."""
        addon = self.of(cluster, name)
        mine = [a for a in self.clusters.part(cluster, ASSOCIATION).values() if a.get("ownerArn") == addon["addonArn"]]
        for association in mine:
            self.pods.delete(cluster, association["associationId"], by_owner=True)
        return {**self.clusters.part(cluster, ADDON).pop(name), "status": "DELETING"}
