"""A stack's state as a stack policy would see it."""

from collections.abc import Iterable

from pulumi_policy import PolicyResource, PolicyResourceOptions
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import unknown_checking_proxy

from lib import urn as urns
from reports.state import Entry
from reports.values import properties


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
        values = {**(entry.get("inputs") or {}), **(entry.get("outputs") or {})}
        props = {**properties(values, marks_only=True), "id": entry.get("id") or ""}
        opts = options(protect=bool(entry.get("protect")))
        name = urns.name(entry["urn"])
        made[entry["urn"]] = PolicyResource(
            entry["type"], unknown_checking_proxy(props), entry["urn"], name, opts, None, None, [], {}
        )
    for entry in kept:
        edges = entry.get("propertyDependencies") or {}
        made[entry["urn"]].property_dependencies = {
            key: [made[urn] for urn in urns or () if urn in made] for key, urns in edges.items()
        }
    return list(made.values())
