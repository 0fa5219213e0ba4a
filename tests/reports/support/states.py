"""Exported states: what the engine holds after an update of a made-up stack."""

from collections.abc import Sequence
from typing import Any

from tests.policy.support.cases import wire
from tests.support.resources import Res, as_stack


def exported(resources: Sequence[Res]) -> list[dict[str, Any]]:
    """The resources of a stack's state, with ids as outputs and dependencies by property."""
    entries = []
    for resource in as_stack(resources):
        props = wire(resource.props)
        edges = {key: [end.urn for end in ends] for key, ends in resource.property_dependencies.items()}
        inputs = {key: value for key, value in props.items() if key != "id"}
        entry = {"urn": resource.urn, "type": resource.resource_type, "custom": True, "id": props["id"]}
        entries.append({**entry, "inputs": inputs, "outputs": props, "propertyDependencies": edges})
    return entries
