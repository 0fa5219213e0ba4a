"""The ways from a VPC to AWS services that do not cross the internet, open to this account's principals only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws.ec2.security_group import SecurityGroup, SecurityGroupIngressArgsDict
from pulumi_aws.ec2.vpc_endpoint import VpcEndpoint

from components.shared.account import Account
from components.shared.platform import Platform

INTERFACE_SERVICES: Final = ("secretsmanager", "sts", "ecr.api", "ecr.dkr", "logs", "kms")
OWN_RESOURCES_ONLY: Final = ("s3", "secretsmanager", "sts", "logs", "kms")
"""Services whose endpoint also checks whose resource it is, so that no role carries data out to another account. Not
ECR, because images of AWS's own add-ons lie in AWS's registries."""


def endpoint_policy(service: str, account: Account) -> str:
    """The policy document of an endpoint. ``Principal`` must be ``*`` on gateway endpoints; the conditions decide.

    Two kinds of call carry no principal of the account and are let through by resource instead: image layers, which ECR
    hands out as presigned URLs of its own bucket, and the exchange of a web identity token for a role of this account.
    Sources: ECR user guide, "Minimum Amazon S3 bucket permissions"; ``vpc_endpoint_policies`` in
    github.com/aws-samples/data-perimeter-policy-examples.
    """
    mine = {"aws:ResourceAccount": account.id}
    caller = {"aws:PrincipalAccount": account.id, **(mine if service in OWN_RESOURCES_ONLY else {})}
    statements = [_allow("ThisAccount", f"{service.partition('.')[0]}:*", "*", caller)]
    if service == "s3":
        layers = account.bucket(f"prod-{account.region}-starport-layer-bucket/*")
        statements.append(_allow("EcrLayers", "s3:GetObject", layers, {}))
    if service == "sts":
        roles = account.iam("role/*")
        statements.append(_allow("WebIdentity", "sts:AssumeRoleWithWebIdentity", roles, mine))
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(sid: str, action: str, resource: str, equals: dict[str, str]) -> dict[str, Any]:
    statement = {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return {**statement, "Condition": {"StringEquals": equals}} if equals else statement


@dataclass(frozen=True, kw_only=True)
class EndpointsArgs:
    """The VPC and its CIDR; the subnets that hold the interfaces; the route tables that lead to S3."""

    platform: Platform
    vpc_id: pulumi.Input[str]
    cidr: str
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_ids: Sequence[pulumi.Input[str]]


class Endpoints(pulumi.ComponentResource):
    """Guarantees that calls to the listed AWS services stay inside AWS's network and come from this account.

    Creates ``{name}-security-group``, which admits HTTPS from the VPC alone, ``{name}-s3`` (gateway), and ``{name}-``
    with the name of each of ``INTERFACE_SERVICES``, a dot as a dash. Does not manage who may do what: IAM decides.
    """

    def __init__(self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:endpoints:Endpoints", name, {}, opts)
        child, account = pulumi.ResourceOptions(parent=self), args.platform.account
        https: SecurityGroupIngressArgsDict = {
            "description": "HTTPS from the VPC",
            "protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
            "cidr_blocks": [args.cidr],
        }
        group = SecurityGroup(
            f"{name}-security-group",
            description="Interface endpoints: HTTPS from the VPC",
            vpc_id=args.vpc_id,
            ingress=[https],
            egress=[],
            opts=child,
        )
        VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{account.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=args.route_table_ids,
            policy=endpoint_policy("s3", account),
            opts=child,
        )
        for service in INTERFACE_SERVICES:
            VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=args.vpc_id,
                service_name=f"com.amazonaws.{account.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=args.subnet_ids,
                security_group_ids=[group.id],
                policy=endpoint_policy(service, account),
                opts=child,
            )
        self.security_group_id: pulumi.Output[str] = group.id
        self.register_outputs({"security_group_id": self.security_group_id})
