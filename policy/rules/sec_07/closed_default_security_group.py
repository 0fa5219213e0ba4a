"""SEC-07: whatever forgets to name a security group gets one that lets nothing in or out."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts import ingress
from policy.facts.props import UNKNOWN, attached, get, items, named_by, of_type, undecided

VPCS = ("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
SEPARATE_RULES = (
    *(ingress.RULE, ingress.INGRESS_RULE),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
)


def _opens(rule: PolicyResource, group: PolicyResource, vpc: PolicyResource) -> bool:
    value = get(rule.props, "securityGroupId")
    if value is UNKNOWN:  # Vpc.default_security_group_id is the only group that an edge to a VPC can mean
        return bool(named_by(rule, "securityGroupId", value, [group, vpc]))
    return value in (get(group.props, "id"), get(vpc.props, "defaultSecurityGroupId"))


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each VPC has one DefaultSecurityGroup, without rules of its own and without separate ones."""
    defaults = of_type(resources, DEFAULT_GROUP)
    for vpc in of_type(resources, *VPCS):
        own = attached(vpc, "vpcId", defaults)
        if not own and not undecided("vpcId", defaults):
            yield vpc, "has no DefaultSecurityGroup of its own, must have one: AWS's lets members reach each other"
        for group in own:
            for key in ("ingress", "egress"):
                count = sum(rule is not UNKNOWN for rule in items(group.props, key))
                if count:
                    yield group, f"{key} holds {count} rules, must be absent or []"
            for rule in of_type(resources, *SEPARATE_RULES):
                if _opens(rule, group, vpc):
                    yield rule, f"securityGroupId is the default security group of {vpc.name}, which must have no rules"


RULE = Rule(
    clause="SEC-07",
    description="The default security group of each VPC has no rules.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="5.4"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.6"),
    ),
    remediation="Declare the VPC with components.network.network.Network, which closes it.",
    check_stack=check_stack,
)
