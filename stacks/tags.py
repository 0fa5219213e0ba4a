"""The tag vocabulary, applied once to everything that can carry tags."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.vocabulary import (
    COST_CENTRE,
    DATA_CLASSIFICATION,
    ENVIRONMENT,
    MANAGED_BY,
    OVERRIDABLE_TAG_KEYS,
    OWNER,
    REQUIRED_TAG_KEYS,
    SERVICE,
    fault,
)

_OWN_FORM: Final = frozenset(
    {"aws:autoscaling/group:Group", "aws:devopsguru/resourceCollection:ResourceCollection"},
)
"""The only resources of pulumi-aws 7.51.1 whose ``tags`` are something else than a map from key to value."""


@dataclass(frozen=True, kw_only=True)
class Tags:
    """One value for each key of the vocabulary. Raises ``ValueError`` with every value that is refused."""

    owner: str
    environment: str
    cost_centre: str
    data_classification: str
    service: str = "platform"
    managed_by: str = "pulumi"

    def __post_init__(self) -> None:
        faults = _faults(self.as_dict())
        if faults:
            raise ValueError("; ".join(faults))

    def as_dict(self) -> dict[str, str]:
        """The tags under the keys that AWS sees."""
        return {
            OWNER: self.owner,
            ENVIRONMENT: self.environment,
            SERVICE: self.service,
            COST_CENTRE: self.cost_centre,
            DATA_CLASSIFICATION: self.data_classification,
            MANAGED_BY: self.managed_by,
        }


def register(tags: Tags) -> None:
    """Give every AWS resource declared from now on the vocabulary and, as ``Name``, its own name.

    A resource's own tags stay. Where it sets a key of the vocabulary, the vocabulary wins, except for the keys in
    ``OVERRIDABLE_TAG_KEYS``. Call it before the first resource. Raises ``ValueError``, naming the resource, where one
    overrides a key with a value that is no value.
    """
    import pulumi  # noqa: PLC0415 - slow to import, and whoever only checks settings does without

    vocabulary = tags.as_dict()

    def apply(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not can_carry_tags(args.type_, args.props) or args.opts.id is not None:  # with an id it is read, not made
            return None
        own = args.props["tags"]

        def merge(given: Mapping[str, Any] | None) -> dict[str, Any]:
            return merged(args.name, given or {}, vocabulary)

        # A map is merged at once: its keys stay known in a preview, and an error is raised where the resource is made.
        if own is None or isinstance(own, Mapping):
            final: pulumi.Input[dict[str, Any]] = merge(own)
        else:
            final = pulumi.Output.from_input(own).apply(merge)
        return pulumi.ResourceTransformationResult(props={**args.props, "tags": final}, opts=args.opts)

    pulumi.runtime.register_stack_transformation(apply)


def can_carry_tags(type_: str, props: Mapping[str, Any]) -> bool:
    """Whether a resource has a map of tags: the SDK's classes pass every input they know, unset ones as None."""
    return type_.startswith("aws:") and type_ not in _OWN_FORM and "tags" in props


def merged(name: str, own: Mapping[str, Any], vocabulary: Mapping[str, str]) -> dict[str, Any]:
    """A resource's own tags under the vocabulary. Raises ``ValueError`` where a required one is then no value."""
    from pulumi import Output  # noqa: PLC0415 - as above

    overrides = {key: own[key] for key in OVERRIDABLE_TAG_KEYS if key in own}
    tags = {"Name": name, **own, **vocabulary, **overrides}
    # Values that are outputs are judged by the policy pack, which sees them once they are known.
    faults = _faults(tags, {key for key, value in tags.items() if isinstance(value, Output)})
    if faults:
        raise ValueError(f"{name}: {'; '.join(faults)}")
    return tags


def _faults(tags: Mapping[str, Any], left_out: Collection[str] = ()) -> list[str]:
    return [why for key in REQUIRED_TAG_KEYS if key not in left_out and (why := fault(key, tags.get(key)))]
