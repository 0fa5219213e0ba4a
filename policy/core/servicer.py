"""The servicer of the pack: it converts each resource once, and asks of it only the rules that are about its type.

The servicer of ``pulumi_policy`` 1.21 converts the properties of a request anew for each policy, 400 resources times 58
policies in a preview of the platform, and asks every policy of every resource. :func:`install` puts :class:`Servicer`
in its place, which answers the same (the tests hold the two equal).
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pulumi.runtime import proto
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyProviderResource,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import policy as sdk
from pulumi_policy.proxy import UnknownValueError

from policy.core.snapshot import properties
from policy.facts import former_types


class TypedPolicy(ResourceValidationPolicy):
    """A policy about resources of some types; of every type where ``types`` is empty."""

    def __init__(self, *, types: frozenset[str], **described: Any) -> None:
        super().__init__(**described)
        self.types = types


class Servicer(sdk._PolicyAnalyzerServicer):  # noqa: SLF001 - the SDK has no public way in
    """Answers the engine as the SDK's servicer does. It remembers what the program declares of each resource.

    A provider that is not configured yet, as that of a cluster which the same update makes, answers a preview with
    nothing at all: the stack would be judged as if its objects were empty. They are judged by what is declared.
    """

    def __init__(
        self, name: str, version: str, policies: list[Policy], enforcement_level: EnforcementLevel, *described: Any
    ) -> None:
        super().__init__(name, version, policies, enforcement_level, *described)
        self._pack = f"{name}@v{version}"
        self._named: dict[str, Any] = {"policyPackName": name, "policyPackVersion": version}
        self._about_resources: list[Any] = [one for one in policies if not isinstance(one, StackValidationPolicy)]
        self._about_stacks = [one for one in policies if isinstance(one, StackValidationPolicy)]
        self._by_type: dict[str, list[TypedPolicy]] = {}
        self._tags: Mapping[str, str] = {}
        self._declared: dict[str, Mapping[str, Any]] = {}
        self._providers: dict[str, tuple[Any, PolicyProviderResource]] = {}

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's name, as the ones below
        """Take the stack's tags."""
        self._tags = MappingProxyType(dict(request.tags))
        return super().ConfigureStack(request, context)

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Nothing: no rule changes a resource, and what the SDK converts to find that out is a tenth of the pack."""
        return proto.RemediateResponse()

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """What the policies about its type say of one resource, as the program declares it."""
        type_ = former_types.current(request.type)
        props = self._declared[request.urn] = properties(request.properties)
        about = (request.urn, request.name, self._get_resource_options(request), self._provider(request))
        response = proto.AnalyzeResponse()
        for policy in self._concerned(type_):
            config = self._get_policy_config(policy.name)
            args = ResourceValidationArgs(type_, props, *about, config, self._tags)
            self._judge(policy, policy.validate, args, response)
        return response

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """What the policies about stacks say of all resources, which they share."""
        resources = self._connected(request.resources)
        response = proto.AnalyzeResponse()
        for policy in self._about_stacks:
            args = StackValidationArgs(resources, self._get_policy_config(policy.name), self._tags)
            self._judge(policy, policy.validate, args, response)
        return response

    def _concerned(self, type_: str) -> list[TypedPolicy]:
        if type_ not in self._by_type:
            self._by_type[type_] = [p for p in self._about_resources if not p.types or type_ in p.types]
        return self._by_type[type_]

    def _judge(self, policy: Policy, validate: Callable[[Any, Any], object], args: Any, response: Any) -> None:
        """Add to ``response`` what a policy says, as the SDK's servicer does."""
        level = self._get_enforcement_level(policy)
        if level == EnforcementLevel.DISABLED:
            return
        if level == EnforcementLevel.REMEDIATE:
            level = EnforcementLevel.MANDATORY
        report = self._create_report_violation(response, policy.name, policy.description, level, policy.severity)
        try:
            validate(args, report)
        except UnknownValueError as error:
            response.diagnostics.append(
                proto.AnalyzeDiagnostic(
                    **self._named,
                    policyName=policy.name,
                    message=f"can't run policy '{policy.name}' from policy pack '{self._pack}' "
                    f"during preview: {error.message}",
                    description=policy.description,
                    enforcementLevel=proto.ADVISORY,
                )
            )

    def _connected(self, given: Iterable[Any]) -> list[PolicyResource]:
        """The resources of a stack, with those that they name in place of URNs."""
        resources = [self._resource(one) for one in given]
        by_urn = {resource.urn: resource for resource in resources}
        for one, resource in zip(given, resources, strict=True):
            resource.parent = by_urn.get(one.parent)
            resource.dependencies = [by_urn[urn] for urn in one.dependencies if urn in by_urn]
            resource.property_dependencies = {
                key: [by_urn[urn] for urn in named.urns if urn in by_urn]
                for key, named in one.propertyDependencies.items()
            }
        return resources

    def _resource(self, given: Any) -> PolicyResource:
        props = properties(given.properties)
        about = (given.urn, given.name, self._get_resource_options(given), self._provider(given))
        shown = props if len(props) else self._declared.get(given.urn, props)
        return PolicyResource(former_types.current(given.type), shown, *about, None, [], {})

    def _provider(self, request: Any) -> PolicyProviderResource | None:
        """The provider of a resource, which is nearly always that of the resource before it."""
        if not request.HasField("provider"):
            return None
        given = request.provider
        if self._providers.get(given.urn, (None,))[0] != given:
            made = PolicyProviderResource(given.type, properties(given.properties), given.urn, given.name)
            self._providers[given.urn] = given, made
        return self._providers[given.urn][1]


def install() -> None:
    """Let ``PolicyPack`` serve by :class:`Servicer`. Calling it again changes nothing.

    Raises:
        AttributeError: the SDK's ``PolicyPack`` serves by another class. Rules could not tell secrets then.

    """
    name = "_PolicyAnalyzerServicer"
    if name not in sdk.PolicyPack.__init__.__code__.co_names:
        raise AttributeError(f"pulumi_policy has no {name}: read its policy.py again, adapt policy/core/servicer.py")
    setattr(sdk, name, Servicer)
