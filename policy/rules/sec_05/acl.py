"""SEC-05: the tailnet's policy names who reaches what, and its tests would notice if it gave more."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import tailnet_policy, tailnet_tests
from policy.facts.props import UNKNOWN, Resource, get, raise_unknown

ACL = "tailscale:index/acl:Acl"


def check(resource: Resource) -> Iterator[str]:
    """No wildcard, and tests that accept and deny for everyone whom a rule names."""
    text = get(resource.props, "acl")
    if text is UNKNOWN:
        raise_unknown(resource, "acl")
    policy = tailnet_policy.read(text)
    if policy is None:
        yield "acl is absent or no policy file (HuJSON), must be the policy that models.access.tailscale compiles"
        return
    yield from policy.faults
    yield from tailnet_policy.wildcards(policy)
    yield from tailnet_tests.untested(policy)


RULE = Rule(
    clause="SEC-05",
    description="The tailnet's policy has no wildcard, and its tests accept and deny for everyone whom it names.",
    severity=Severity.CRITICAL,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),),
    remediation="Change catalog/access.yaml and let models.access.tailscale compile the policy.",
    types=frozenset({ACL}),
    check=check,
)
