"""Resources and rule cases as data: one form that unit tests, policy tests and engine tests all read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi_policy import PolicyResource, ResourceValidationArgs
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from reports.policy_resources import options

COVERAGE_GATES = {"": 80, "policy": 95, "lambdas": 95, "migrations": 95, "models": 95}
"""Least coverage in percent, of everything and of the folders where a gap would go unnoticed longest."""


def module_of(policy: str) -> str:
    """The test module of a rule: ``tests.policy.rules.sec_06.test_private_database`` of ``sec-06-private-database``."""
    clause, number, *rest = policy.split("-")
    return f"tests.policy.rules.{clause}_{number}.test_{'_'.join(rest)}"


UNKNOWN = UNKNOWN_STRING_VALUE
"""A property with this value reads as unknown, as during a preview."""


@dataclass(frozen=True)
class Ref:
    """The ``attribute`` of the resource ``name`` of the same case; ``unknown`` as in a preview before it exists."""

    name: str
    attribute: str = "id"
    unknown: bool = False


@dataclass(frozen=True)
class Res:
    """One resource: Pulumi type, name, inputs as the SDK sends them (camelCase), options."""

    type: str
    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False
    parent: str | None = None


@dataclass(frozen=True)
class Case:
    """Resources that a rule must treat as ``kind`` says; ``says`` are fragments that its message must hold.

    pass: no violation. fail: violations, inputs that a provider accepts. absent: a property is left out, a violation.
    unknown: a value is unknown in a preview; never a violation because of it, never a crash.
    """

    kind: Literal["pass", "fail", "absent", "unknown"]
    title: str
    resources: Sequence[Res]
    says: Sequence[str] = ()


def urn_of(type_: str, name: str, stack: str = "production") -> str:
    """The URN of a resource without a parent."""
    return f"urn:pulumi:{stack}::nationgraph-platform::{type_}::{name}"


def _attribute(reference: Ref) -> str:
    if reference.unknown:
        return UNKNOWN
    if reference.attribute == "arn":
        return f"arn:aws:sandbox:eu-central-1:123456789012:{reference.name}"
    return reference.name if reference.attribute in ("name", "bucket") else f"{reference.name}-{reference.attribute}"


def _resolve(value: Any, found: list[str]) -> Any:
    if isinstance(value, Ref):
        found.append(value.name)
        return _attribute(value)
    if isinstance(value, Mapping):
        return {key: _resolve(item, found) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_resolve(item, found) for item in value]
    return value


def as_resource_args(resource: Res) -> ResourceValidationArgs:
    """The resource as a resource policy receives it."""
    props = unknown_checking_proxy(_resolve(dict(resource.inputs), []))
    opts = options(protect=resource.protect)
    return ResourceValidationArgs(
        resource.type, props, urn_of(resource.type, resource.name), resource.name, opts, None, None, None
    )


def as_stack(resources: Sequence[Res]) -> list[PolicyResource]:
    """The resources as a stack policy receives them, with ids, parents and dependencies by property."""
    made: dict[str, PolicyResource] = {}
    edges: dict[str, dict[str, list[str]]] = {}
    for resource in resources:
        edges[resource.name] = {}
        props = {"id": f"{resource.name}-id"}
        for key, value in resource.inputs.items():
            found: list[str] = []
            props[key] = _resolve(value, found)
            edges[resource.name][key] = found
        opts = options(protect=resource.protect)
        urn = urn_of(resource.type, resource.name)
        made[resource.name] = PolicyResource(
            resource.type, unknown_checking_proxy(props), urn, resource.name, opts, None, None, [], {}
        )
    for resource in resources:
        target = made[resource.name]
        target.parent = made[resource.parent] if resource.parent else None
        target.property_dependencies = {key: [made[n] for n in names] for key, names in edges[resource.name].items()}
        target.dependencies = [made[n] for n in sorted({n for names in edges[resource.name].values() for n in names})]
    return list(made.values())


def clean(message: str) -> str:
    """The message without colour codes."""
    return re.sub(r"\x1b\[[0-9;]*m", "", message)
