"""SEC-07: every resource that can carry tags says whose it is, what it is for and how sensitive it is."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from lib.vocabulary import REQUIRED_TAG_KEYS, fault
from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, get
from policy.facts.taggable import taggable_types


def check(resource: Resource) -> Iterator[str]:
    """Each required tag has a value that the vocabulary allows."""
    tags = get(resource.props, "tags", default={})
    if tags is UNKNOWN:
        return
    if not isinstance(tags, Mapping):
        yield f"tags is {type(tags).__name__}, must be a mapping"
        return
    for key in REQUIRED_TAG_KEYS:
        value = get(tags, key)
        wrong = None if value is UNKNOWN else fault(key, value)
        if wrong:
            yield f"tags: {wrong}"


RULE = Rule(
    clause="SEC-07",
    description="Resources carry tags: owner, environment, service, cost centre, data classification, managed by.",
    severity=Severity.MEDIUM,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="Tagging"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
    ),
    remediation="Deploy it in a stack whose program calls stacks.tags, which tags every resource; set nothing by hand.",
    types=taggable_types(),
    check=check,
)
