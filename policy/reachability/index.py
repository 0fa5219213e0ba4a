"""Resources by type and by what they are called, so that a reference is found at once however large the stack is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts.props import UNKNOWN, get, items

Text = str | None


class Index:
    """The resources of a stack. :func:`policy.facts.props.named_by` finds the same by search: here it is a look-up.

    ``guess`` says how to read what a preview cannot know: True where it may allow traffic, False where it may not.
    While it is read, ``unclear`` becomes True where that made a difference, and ``lost`` where a preview does not even
    show to what a property refers.
    """

    def __init__(self, resources: Sequence[PolicyResource], *, guess: bool = False) -> None:
        self.guess = guess
        self.unclear = False
        self.lost = False
        self._types: dict[str, list[PolicyResource]] = defaultdict(list)
        for resource in resources:
            self._types[resource.resource_type].append(resource)
        self._called: dict[str, dict[str, list[PolicyResource]]] = {}

    def of(self, *types: str) -> list[PolicyResource]:
        """The resources of these types, in the order of registration within each."""
        return [resource for type_ in types for resource in self._types.get(type_, ())]

    def _calls(self, type_: str) -> dict[str, list[PolicyResource]]:
        if type_ not in self._called:
            called = self._called[type_] = defaultdict(list)
            for resource in self._types.get(type_, ()):
                for name in set(_names(resource)):
                    called[name].append(resource)
        return self._called[type_]

    def named(self, source: PolicyResource, key: str, value: object, *types: str) -> list[PolicyResource]:
        """What ``value`` inside property ``key`` names; all of these types that ``key`` depends on where unknown."""
        if value is UNKNOWN:
            return [r for r in source.property_dependencies.get(key, []) if r.resource_type in types]
        if not isinstance(value, str) or not value:
            return []
        return [resource for type_ in types for resource in self._calls(type_).get(value, ())]

    def refs(self, source: PolicyResource, key: str, *types: str, values: Sequence[object] | None = None) -> list[Any]:
        """What a property, or ``values`` deeper inside it, names, each once: by value, else by dependency."""
        given = list(items(source.props, key)) if values is None else values
        found = {r.urn: r for value in given if value is not UNKNOWN for r in self.named(source, key, value, *types)}
        if UNKNOWN in given or (given and not found):
            traced = {r.urn: r for r in self.named(source, key, UNKNOWN, *types)}
            self.lost |= UNKNOWN in given and not traced
            found |= traced
        return list(found.values())

    def one(self, source: PolicyResource, key: str, *types: str, value: object = ...) -> PolicyResource | None:
        """The only resource that a property names; None where there is none, or where a preview shows several."""
        found = self.named(source, key, get(source.props, key) if value is ... else value, *types)
        return found[0] if len(found) == 1 else None

    def known(self, props: Mapping[str, Any], key: str, *, default: bool | None = None) -> bool:
        """A flag; where it is unknown, what ``guess`` says, or ``default``."""
        value = get(props, key)
        if value is UNKNOWN:
            self.unclear = True
            return self.guess if default is None else default
        return value is True

    def grouped(self, key: str, targets: Sequence[str], *types: str) -> Mapping[str, list[PolicyResource]]:
        """The resources of ``types`` by the URN of what their property ``key`` names among the types ``targets``."""
        found: dict[str, list[PolicyResource]] = defaultdict(list)
        for resource in self.of(*types):
            for target in self.refs(resource, key, *targets):
                found[target.urn].append(resource)
        return found


def _names(resource: PolicyResource) -> Iterator[str]:
    """As :mod:`policy.facts.props`: not every provider repeats the id among the outputs, but an ARN ends in it."""
    for field in ("id", "arn", "name", "bucket", "identifier"):
        value = get(resource.props, field)
        if isinstance(value, str) and value:
            yield str(value)
            if field == "arn":
                yield str(value).rpartition("/")[2]


def text(value: object) -> str:
    """A known text; empty for anything else."""
    return str(value) if isinstance(value, str) else ""
