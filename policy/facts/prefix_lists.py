"""The ranges that a managed prefix list stands for."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource

from policy.facts.props import UNKNOWN, attached, get, items, named_by, of_type, public_addresses

LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"


def _cidrs(prefix_list: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    inline = (get(entry, "cidr") for entry in items(prefix_list.props, "entries") if entry is not UNKNOWN)
    separate = (get(entry.props, "cidr") for entry in attached(prefix_list, "prefixListId", of_type(resources, ENTRY)))
    yield from (cidr for cidr in (*inline, *separate) if isinstance(cidr, str))


def ranges(
    source: PolicyResource, key: str, value: object, resources: Sequence[PolicyResource]
) -> tuple[str, ...] | None:
    """The CIDRs of the list that ``value`` inside property ``key`` names; None where the stack does not declare it.

    Where the value is unknown and the property depends on several lists, the narrowest counts:
    a preview accuses nobody wrongly.
    """
    lists = [tuple(_cidrs(found, resources)) for found in named_by(source, key, value, of_type(resources, LIST))]
    if not lists:
        return () if value is UNKNOWN else None
    return min(lists, key=lambda cidrs: sum(public_addresses(cidrs)))
