"""SEC-06: strangers have no way to a data store, not even through a load balancer or a host that faces them."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.reachability.places import STORE
from policy.reachability.read import read_stack
from policy.reachability.who import describe, path_from_internet


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """The shortest way to each data store. What a preview cannot know lets nothing through; the update knows it."""
    here = read_stack(resources)
    for store in here.topology.endpoints:
        if store.kind == STORE and (path := path_from_internet(here, store)):
            yield here.resources[store.urn], f"is reached from the internet, must not be: {describe(path)}"


RULE = Rule(
    clause="SEC-06",
    description="No path leads from the internet to a data store.",
    severity=Severity.CRITICAL,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="2.3.3"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Close the last hop that the path names; `make reach` prints every path of the stack.",
    check_stack=check_stack,
)
