"""Drive compiled policies as the engine does: protobuf requests into the SDK's own servicer, diagnostics out of it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pulumi
from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, PolicyResource
from pulumi_policy.deserialize import SPECIAL_ARCHIVE_SIG, SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from models.roadmap.loader import load_ledger
from models.roadmap.model import Ledger
from models.roadmap.waiver import WaiverFile
from policy.core import pack, servicer, snapshot
from policy.core.engine import Rule
from stacks.environments import ENVIRONMENTS
from tests.support.resources import Res, as_stack, urn_of

STACKS = tuple(ENVIRONMENTS)
AFTER_ALL = dt.date(2030, 1, 1)
"""A day on which every clause is due."""


def wire(value: Any) -> Any:
    """A property as the engine sends it: secrets under its signature, unknown values as its sentinels."""
    if isinstance(value, snapshot.SecretText):
        return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": str(value)}
    if isinstance(value, Mapping):
        # A proxy raises where a value is unknown, and hands out what it wraps under this key.
        raw = value if isinstance(value, dict) else value["__target"]
        return {key: wire(item) for key, item in raw.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        raw = value if isinstance(value, list | tuple) else value["__target"]  # type: ignore[call-overload]
        return [wire(item) for item in raw]
    if isinstance(value, pulumi.FileArchive):
        return {SPECIAL_SIG_KEY: SPECIAL_ARCHIVE_SIG, "path": value.path}
    return value


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(props)
    return struct


def _options(resource: PolicyResource) -> Any:
    return proto.AnalyzerResourceOptions(protect=resource.opts.protect)


def requests(resources: Sequence[PolicyResource]) -> tuple[list[Any], Any]:
    """The Analyze requests (inputs, so without id) and the AnalyzeStack request of a program."""
    single = []
    whole = []
    for resource in resources:
        props = wire(resource.props)
        common = {"type": resource.resource_type, "urn": resource.urn, "name": resource.name}
        inputs = _struct({key: value for key, value in props.items() if key != "id"})
        single.append(proto.AnalyzeRequest(properties=inputs, options=_options(resource), **common))
        edges = {
            key: proto.AnalyzerPropertyDependencies(urns=[target.urn for target in targets])
            for key, targets in resource.property_dependencies.items()
            if targets
        }
        whole.append(
            proto.AnalyzerResource(
                properties=_struct(props),
                options=_options(resource),
                parent=resource.parent.urn if resource.parent else "",
                dependencies=[target.urn for target in resource.dependencies],
                propertyDependencies=edges,
                **common,
            )
        )
    return single, proto.AnalyzeStackRequest(resources=whole)


class Pack:
    """Rules compiled with waivers for a day, behind the servicer that the engine talks to."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        *,
        waivers: WaiverFile | None = None,
        today: dt.date = AFTER_ALL,
        ledger: Ledger | None = None,
    ) -> None:
        servicer.install()
        self.policies = pack.build(rules, ledger or load_ledger(), waivers or WaiverFile(), today, stacks=STACKS)
        self.servicer = servicer.Servicer(pack.NAME, "0.1.0", self.policies, EnforcementLevel.MANDATORY)

    def run(self, resources: Iterable[Res], *, stack: str = "production") -> list[Any]:
        """The diagnostics of one preview or update, in the engine's order: each resource, then the stack."""
        made = as_stack(list(resources))
        for resource in made:
            resource.urn = urn_of(resource.resource_type, resource.name, stack)
        return self.send(*requests(made))

    def send(self, single: Sequence[Any], whole: Any) -> list[Any]:
        """The diagnostics of these requests."""
        found = [d for request in single for d in self.servicer.Analyze(request, None).diagnostics]
        return [*found, *self.servicer.AnalyzeStack(whole, None).diagnostics]


def of(name: str, diagnostics: Iterable[Any]) -> list[Any]:
    """The diagnostics of one policy."""
    return [diagnostic for diagnostic in diagnostics if diagnostic.policyName == name]
