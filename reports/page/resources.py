"""The resources of a previewed change, or of a state: by component, with what they need and what happens to them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lib import urn as urns
from lib.printable import one_line
from reports.change import Change
from reports.components import PREFIX, outermost
from reports.differences import Property, differences
from reports.events import Step
from reports.state import Entry

ALONE = "outside of components"
"""What stands for the component of a resource that has none."""
UNCHANGED = "same"
GRAVITY = ("delete", "replace", "update", "create", "import", "refresh", "read", UNCHANGED)
"""Operations, the gravest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """One resource; ``number`` is its own on the page. ``needs`` and ``needed_by`` are numbers of others."""

    number: int
    urn: str
    component: str
    operation: str
    protect: bool = False
    properties: Sequence[Property] = ()
    needs: list[int] = field(default_factory=list)
    needed_by: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its logical name, harmless to show."""
        return one_line(urns.name(self.urn))

    @property
    def kind(self) -> str:
        """Its type as people say it: ``ec2 Vpc``."""
        package, _, rest = one_line(urns.type_of(self.urn)).partition(":")
        service, name = rest.partition("/")[0], rest.rpartition(":")[2]
        return f"{service} {name}" if package == "aws" else name or package

    @property
    def changes(self) -> bool:
        """Whether anything happens to it."""
        return self.operation != UNCHANGED


@dataclass(frozen=True, kw_only=True, eq=False)
class Component:
    """The resources of an outermost component, what changes first. ``needs`` counts edges to other components."""

    number: int
    name: str
    resources: Sequence[Resource]
    needs: Mapping[int, int]

    @property
    def operations(self) -> dict[str, int]:
        """As the function."""
        return operations(self.resources)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Everything that a page shows of a stack's resources."""

    components: Sequence[Component]
    resources: Sequence[Resource]
    """By number."""


def operations(resources: Iterable[Resource]) -> dict[str, int]:
    """How many resources each operation changes, the gravest first; empty where none does."""
    counts = Counter(resource.operation for resource in resources)
    return {name: counts[name] for name in sorted(counts, key=_rank) if name != UNCHANGED}


def graph(change: Change) -> Graph:
    """The resources before and after, and those of the run's steps; providers and components themselves are none."""
    entries = {str(entry["urn"]): entry for side in (change.before, change.after) for entry in _standing(side)}
    steps = {step.urn: step for step in sorted(change.run.steps, key=lambda step: step.operation != UNCHANGED)}
    parents = {urn: entry.get("parent") or "" for urn, entry in entries.items()}
    parents |= {urn: parent for urn, parent in change.run.parents.items() if parent}
    urns_ = [urn for urn in dict.fromkeys([*entries, *steps]) if _listed(urn, entries.get(urn))]
    made = [
        _resource(number, urn, outermost(urn, parents) or ALONE, entries.get(urn), steps.get(urn))
        for number, urn in enumerate(urns_)
    ]
    _connect(made, entries, parents)
    return Graph(components=_components(made), resources=made)


def _standing(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if not entry.get("delete")]


def _listed(urn: str, entry: Entry | None) -> bool:
    kind = urns.type_of(urn)
    return not kind.startswith(("pulumi:", PREFIX)) and (entry is None or entry.get("custom") is not False)


def _resource(number: int, urn: str, component: str, entry: Entry | None, step: Step | None) -> Resource:
    operation = step.operation if step else UNCHANGED
    return Resource(
        number=number,
        urn=urn,
        component=component,
        operation=operation,
        protect=bool((entry or {}).get("protect") or (step and step.protect)),
        properties=differences(step) if step and operation != UNCHANGED else (),
    )


def _connect(resources: Sequence[Resource], entries: Mapping[str, Entry], parents: Mapping[str, str]) -> None:
    """Each resource's edges to those that it names, or lies in. What a component is named for counts as none."""
    numbers = {resource.urn: resource.number for resource in resources}
    for resource in resources:
        entry = entries.get(resource.urn) or {}
        by_property = (entry.get("propertyDependencies") or {}).values()
        named = [*(entry.get("dependencies") or ()), *(urn for urns_ in by_property for urn in urns_ or ())]
        ends = dict.fromkeys(numbers[urn] for urn in (*named, parents.get(resource.urn, "")) if urn in numbers)
        for end in sorted(ends):
            if end != resource.number:
                resource.needs.append(end)
                resources[end].needed_by.append(resource.number)


def _components(resources: Sequence[Resource]) -> list[Component]:
    groups: dict[str, list[Resource]] = {}
    for resource in sorted(resources, key=lambda one: (_rank(one.operation), one.name)):
        groups.setdefault(resource.component, []).append(resource)
    names = sorted(groups, key=lambda name: (_rank(groups[name][0].operation), name == ALONE, name))
    numbers = {name: number for number, name in enumerate(names)}
    return [
        Component(
            number=numbers[name],
            name=name,
            resources=groups[name],
            needs=Counter(
                numbers[resources[end].component]
                for resource in groups[name]
                for end in resource.needs
                if resources[end].component != name
            ),
        )
        for name in names
    ]


def _rank(operation: str) -> int:
    return GRAVITY.index(operation) if operation in GRAVITY else 0
