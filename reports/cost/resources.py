"""A stack's resources as prices need them: values read with care, and who belongs to whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final

from lib.shapes import mapping
from reports.components import PREFIX, outermost
from reports.state import Entry
from reports.values import UNKNOWN, properties

_LARGEST: Final = Decimal(10**9)
"""No count or size of a resource is larger; what is was not meant."""


def amount(value: Any) -> Decimal | None:
    """A count or a size; None where it is none, or is not known yet."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= _LARGEST else None


def true(value: Any) -> bool:
    """Whether a switch is on; launch templates hold theirs as text."""
    return value is True or value == "true"


def items(value: Any) -> list[Any] | None:
    """A list, whatever may be known of its elements; None where it is not known itself."""
    return None if value == UNKNOWN else list(value) if isinstance(value, list | tuple) else []


@dataclass(frozen=True)
class Resource:
    """One of them; ``values`` are its inputs, and what the provider added where an input is absent."""

    entry: Entry

    @property
    def urn(self) -> str:
        """Its URN."""
        return str(self.entry.get("urn") or "")

    @property
    def type(self) -> str:
        """Its type."""
        return str(self.entry.get("type") or "")

    @property
    def id(self) -> str:
        """What the provider calls it; empty before it is made."""
        return str(self.entry.get("id") or "")

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Inputs over outputs; marks of outputs are taken off, secrets are not read."""
        values = {**mapping(self.entry.get("outputs")), **mapping(self.entry.get("inputs"))}
        return properties(values, marks_only=True)

    def text(self, key: str) -> str | None:
        """A value that is text; None where it is absent, or not known yet."""
        value = self.values.get(key)
        return value if isinstance(value, str) and value != UNKNOWN else None


class Resources:
    """All of a stack, with the ways from one to another that prices need."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        held = [entry for entry in entries if not entry.get("delete")]
        self._parents = {str(entry.get("urn") or ""): str(entry.get("parent") or "") for entry in held}
        self._all = [Resource(entry) for entry in held if not entry.get("external")]
        self._regions = {
            resource.urn: resource.text("region") for resource in self._all if resource.type == "pulumi:providers:aws"
        }

    def charged(self) -> Iterator[Resource]:
        """Those that a provider makes."""
        for resource in self._all:
            if resource.entry.get("custom") is not False and not resource.type.startswith((PREFIX, "pulumi:")):
                yield resource

    def component(self, urn: str) -> str:
        """The outermost component that a resource belongs to; ``-`` where it has none."""
        return outermost(urn, self._parents) or "-"

    def region(self, resource: Resource, default: str | None) -> str | None:
        """Where it is: its own word, its provider's, or ``default``."""
        provider = str(resource.entry.get("provider") or "").rpartition("::")[0]
        return resource.text("region") or self._regions.get(provider) or default

    @cached_property
    def _templates(self) -> list[Resource]:
        return [resource for resource in self._all if resource.type == "aws:ec2/launchTemplate:LaunchTemplate"]

    def template(self, of: Resource, reference: Mapping[str, Any]) -> Resource | None:
        """The launch template that ``of`` names: by id, name or dependency; before it has any, its only neighbour."""
        edges = mapping(of.entry.get("propertyDependencies")).get("launchTemplate") or ()
        for template in self._templates:
            names = (template.id, template.text("name"))
            if template.urn in edges or {reference.get("id"), reference.get("name")} & {name for name in names if name}:
                return template
        beside = [one for one in self._templates if self._parents.get(one.urn) == self._parents.get(of.urn)]
        return beside[0] if len(beside) == 1 and UNKNOWN in reference.values() else None

    @cached_property
    def metrics(self) -> Mapping[tuple[Any, ...], str]:
        """Each metric of our own that an alarm watches, with the URN of the first of its alarms."""
        first: dict[tuple[Any, ...], str] = {}
        for alarm in self._all:
            if alarm.type == "aws:cloudwatch/metricAlarm:MetricAlarm" and (key := own_metric(alarm)):
                first[key] = min(alarm.urn, first.get(key, alarm.urn))
        return first


def own_metric(alarm: Resource) -> tuple[Any, ...] | None:
    """The metric that an alarm watches, where AWS does not send it by itself; ``AWS/`` is the namespace of its own."""
    namespace, name = alarm.text("namespace"), alarm.text("metricName")
    if not namespace or not name or namespace.startswith("AWS/"):
        return None
    return (
        namespace,
        name,
        tuple(sorted((key, str(value)) for key, value in mapping(alarm.values.get("dimensions")).items())),
    )
