"""Hooks for EKS: logs as EKS groups them, settings that are added once, labels and taints by their changes."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws.api import Api
from sandbox.aws.convert import same
from sandbox.aws.hook import Hook, Props

CHANGEABLE = ("roleArn", "disableSessionTags", "targetRoleArn", "policy")
"""Inputs of an association that can be changed."""


def _cluster_scope(_api: Api, props: Props) -> dict[str, Any]:
    logs, encryption = props.get("enabledClusterLogTypes"), props.get("encryptionConfig")
    return {
        "logging": {"clusterLogging": [{"types": list(logs), "enabled": True}]} if logs else None,
        "encryption": [encryption] if encryption else None,
    }


def _cluster_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    if old is None:
        return
    eks = api.client("eks")
    before, after = (set((props or {}).get("enabledClusterLogTypes") or ()) for props in (old, new))
    rows = [{"types": sorted(types), "enabled": on} for types, on in ((after, True), (before - after, False)) if types]
    if before != after:
        eks.update_cluster_config(name=identifier, logging={"clusterLogging": rows})
    if new.get("encryptionConfig") and not old.get("encryptionConfig"):
        eks.associate_encryption_config(clusterName=identifier, encryptionConfig=[new["encryptionConfig"]])
    modes = [((props or {}).get("accessConfig") or {}).get("authenticationMode") for props in (old, new)]
    if modes[1] and modes[0] != modes[1]:
        eks.update_cluster_config(name=identifier, accessConfig={"authenticationMode": modes[1]})


def _names(props: Props) -> dict[str, str]:
    return {"clusterName": props["clusterName"], "nodegroupName": props["nodeGroupName"]}


def _nodes_apply(api: Api, _identifier: str, new: Props, old: Props | None) -> None:
    if old is None:
        return
    eks, names = api.client("eks"), _names(new)
    before, after = (dict((props or {}).get("labels") or {}) for props in (old, new))
    labels = {"addOrUpdateLabels": after, "removeLabels": sorted(before.keys() - after.keys())}
    if before != after:
        eks.update_nodegroup_config(**names, labels={key: value for key, value in labels.items() if value})
    held, wanted = ([*(props.get("taints") or ())] for props in (old, new))
    if not same(held, wanted):
        gone = [taint for taint in held if taint not in wanted]
        taints = {"addOrUpdateTaints": wanted, "removeTaints": gone}
        eks.update_nodegroup_config(**names, taints={key: value for key, value in taints.items() if value})
    changed = {
        key: new[key]
        for key in ("version", "releaseVersion", "launchTemplate")
        if new.get(key) and not same(old.get(key), new[key])
    }
    template: Mapping[str, Any] = changed.get("launchTemplate") or {}
    if template:
        which = "id" if template.get("id") else "name"
        changed["launchTemplate"] = {which: template[which], "version": str(template.get("version") or "")}
    if changed:
        eks.update_nodegroup_version(**names, **changed)


def _addon_read(api: Api, described: Any, _state: Props) -> dict[str, Any]:
    """EKS shows an add-on's associations by ARN; the provider shows account and role of each."""
    eks, shown = api.client("eks"), []
    for arn in described.get("podIdentityAssociations") or ():
        names = {"clusterName": described["clusterName"], "associationId": arn.rpartition("/")[2]}
        row = eks.describe_pod_identity_association(**names)["association"]
        shown.append({"roleArn": row["roleArn"], "serviceAccount": row["serviceAccount"]})
    return {"podIdentityAssociations": shown}


def _retag(api: Api, described: Mapping[str, Any], arn: str, new: Props) -> None:
    """The tags of what the provider knows by another name than its ARN."""
    eks, held, wanted = api.client("eks"), described["tags"], dict(new.get("tags") or {})
    if wanted != held and wanted:
        eks.tag_resource(resourceArn=described[arn], tags=wanted)
    gone = sorted(held.keys() - wanted.keys())
    if gone:
        eks.untag_resource(resourceArn=described[arn], tagKeys=gone)


def _entry_tags(api: Api, _identifier: str, new: Props, _old: Props | None) -> None:
    names = {"clusterName": new["clusterName"], "principalArn": new["principalArn"]}
    _retag(api, api.client("eks").describe_access_entry(**names)["accessEntry"], "accessEntryArn", new)


def _association_apply(api: Api, identifier: str, new: Props, old: Props | None) -> None:
    names = dict(zip(("clusterName", "associationId"), identifier.split(","), strict=True))
    changes = {key: new[key] for key in CHANGEABLE if old is not None and new.get(key) not in (None, old.get(key))}
    if old and old.get("disableSessionTags") and not new.get("disableSessionTags"):
        changes["disableSessionTags"] = False
    if changes:
        api.client("eks").update_pod_identity_association(**names, **changes)
    described = api.client("eks").describe_pod_identity_association(**names)["association"]
    _retag(api, described, "associationArn", new)


def _own_tags(_api: Api, described: Any, _state: Props) -> dict[str, Any]:
    return {"tags": described["tags"]}


HOOKS: Mapping[str, Hook] = {
    "eks_cluster": Hook(
        ("enabledClusterLogTypes", "encryptionConfig"),
        _cluster_scope,
        _cluster_apply,
        applies=("accessConfig",),
    ),
    "eks_node_group": Hook(
        apply=_nodes_apply, applies=("labels", "taints", "version", "releaseVersion", "launchTemplate")
    ),
    "eks_addon": Hook(read=_addon_read),
    "eks_entry_tags": Hook(("tags",), apply=_entry_tags, read=_own_tags),
    "eks_association": Hook(("tags",), apply=_association_apply, read=_own_tags, applies=CHANGEABLE),
}
