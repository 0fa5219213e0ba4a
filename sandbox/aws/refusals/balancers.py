"""Elastic Load Balancing: the subnets of a load balancer."""

from botocore.exceptions import ClientError

from sandbox.aws.refusals.check import Account, Params, refuse, refuses, subnets

ZONES = 2
"""Zones of an application load balancer at least. Source: its user guide, "Subnets for your load balancer"."""


@refuses("elbv2", "CreateLoadBalancer", "SetSubnets")
def _subnets(api: Account, params: Params) -> None:
    wanted = params.get("Subnets") or [mapping["SubnetId"] for mapping in params.get("SubnetMappings") or ()]
    try:
        zones = [subnet["AvailabilityZone"] for subnet in subnets(api, wanted)]
    except ClientError:
        refuse("SubnetNotFound", f"One or more of the subnets {', '.join(wanted)} do not exist")
    if len({*zones}) < len(zones):
        refuse("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same zone")
    if params.get("Type", "application") == "application" and "Name" in params and len(zones) < ZONES:
        refuse("ValidationError", "At least two subnets in two different Availability Zones must be specified")
