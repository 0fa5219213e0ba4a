"""SEC-07: who talked to whom is on record, also what the firewall let through."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, attached, get, of_type, undecided

VPCS = ("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")
FLOW_LOG = "aws:ec2/flowLog:FlowLog"


def _flaws(log: PolicyResource) -> Iterator[str]:
    traffic = get(log.props, "trafficType")
    if traffic not in ("ALL", UNKNOWN):
        yield f"trafficType is {traffic!r}, must be 'ALL'"
    if not get(log.props, "logDestination"):
        yield "logDestination is absent, must be the ARN of a log group or bucket"


def check_stack(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    """Each VPC has a flow log of all its traffic; one of a subnet or interface does not stand in for it."""
    logs = of_type(resources, FLOW_LOG)
    for vpc in of_type(resources, *VPCS):
        own = attached(vpc, "vpcId", logs)
        if not own and not undecided("vpcId", logs):
            yield vpc, "has no FlowLog, must have one with trafficType ALL and a logDestination"
        if own and all(list(_flaws(log)) for log in own):
            yield from ((log, flaw) for log in own for flaw in _flaws(log))


RULE = Rule(
    clause="SEC-07",
    description="Each VPC records all its traffic in a flow log.",
    severity=Severity.MEDIUM,
    frameworks=(
        Framework(name="CIS AWS Foundations Benchmark", version="3.0.0", reference="3.7"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC7.2"),
    ),
    remediation="Declare the VPC with components.network.network.Network, which records its traffic.",
    check_stack=check_stack,
)
