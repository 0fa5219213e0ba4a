"""A stack's state as a stack policy would see it, and what a preview makes of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource, PolicyResourceOptions
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import unknown_checking_proxy

Entry = Mapping[str, Any]
"""A resource as the state holds it."""
GONE = ("delete", "delete-replaced", "discard", "discard-replaced")


def options(*, protect: bool = False) -> PolicyResourceOptions:
    """Resource options as the engine sends them."""
    timeouts = PolicyCustomTimeouts(create_seconds=0, update_seconds=0, delete_seconds=0)
    return PolicyResourceOptions(
        protect=protect,
        ignore_changes=[],
        delete_before_replace=None,
        aliases=[],
        custom_timeouts=timeouts,
        additional_secret_outputs=[],
    )


def as_policy_resources(entries: Iterable[Entry]) -> list[PolicyResource]:
    """The resources with their ids, properties and dependencies; what is being deleted is left out."""
    kept = [entry for entry in entries if not entry.get("delete")]
    made: dict[str, PolicyResource] = {}
    for entry in kept:
        props = {**(entry.get("inputs") or {}), **(entry.get("outputs") or {}), "id": entry.get("id", "")}
        opts = options(protect=bool(entry.get("protect")))
        name = str(entry["urn"]).rpartition("::")[2]
        made[entry["urn"]] = PolicyResource(
            entry["type"], unknown_checking_proxy(props), entry["urn"], name, opts, None, None, [], {}
        )
    for entry in kept:
        edges = entry.get("propertyDependencies") or {}
        made[entry["urn"]].property_dependencies = {
            key: [made[urn] for urn in urns or () if urn in made] for key, urns in edges.items()
        }
    return list(made.values())


def planned(entries: Sequence[Entry], log: Iterable[str]) -> list[Entry]:
    """The state as a preview's event log says that it will be.

    The log does not say on what a property depends that is not known yet: what a new resource names by such a property
    shows only when the update has run.
    """
    now: dict[str, dict[str, Any]] = {str(entry["urn"]): dict(entry) for entry in entries if not entry.get("delete")}
    for line in log:
        metadata = json.loads(line).get("resOutputsEvent", {}).get("metadata", {})
        urn, new = str(metadata.get("urn", "")), metadata.get("new") or {}
        if metadata.get("op") == "delete":
            now.pop(urn, None)
        elif new.get("inputs") is not None and metadata.get("op") not in ("same", *GONE):
            old = now.get(urn, {})
            fresh = metadata["op"] in ("create", "create-replacement", "replace")
            kept = {} if fresh else old.get("outputs") or {}
            outputs = {**kept, **(new.get("outputs") or {}), **new["inputs"]}
            now[urn] = {**old, "urn": urn, "type": metadata["type"], "inputs": new["inputs"], "outputs": outputs}
            now[urn]["id"] = new.get("id") or ("" if fresh else old.get("id", ""))
    return list(now.values())
