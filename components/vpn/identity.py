"""Who a subnet router is: to AWS by a role, to Tailscale by a token of that role, and never by a secret."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.iam.instance_profile import InstanceProfile
from pulumi_aws.iam.role import Role
from pulumi_aws.iam.role_policy import RolePolicy
from pulumi_tailscale.federated_identity import FederatedIdentity

from components.shared.account import PATH
from components.shared.platform import Platform
from components.shared.policy_documents import allow, document

TOKEN_SECONDS: Final = 300
"""How long a token lives that Tailscale's client asks AWS for. Source: tailscale.com/wif."""


@dataclass(frozen=True, kw_only=True)
class RouterIdentityArgs:
    """The account's issuer of tokens; the tag that routers carry; the namespace of the metrics that they report.

    ``needs`` must be there first: Tailscale refuses a tag that its policy file does not define.
    """

    platform: Platform
    issuer: pulumi.Input[str]
    tag: str
    namespace: str
    needs: pulumi.Resource


class RouterIdentity(pulumi.ComponentResource):
    """A role for machines, and Tailscale's trust in it.

    Guarantees: the role can ask AWS for a token that names it, for Tailscale alone and five minutes; Tailscale takes it
    for nothing but making a device with the routers' tag. It can also report a metric, and nothing else.
    It lies under the path of identities, so that no role of the platform can change it or hand it to other code.

    Creates ``{name}-role``, ``{name}-profile``, ``{name}-trust`` and ``{name}-policy``. Does not manage the account's
    switch for such tokens.
    """

    def __init__(self, name: str, args: RouterIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:vpn:RouterIdentity", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        trust = {
            "Sid": "Machines",
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = Role(
            f"{name}-role",
            name="nationgraph-router",
            path=PATH,
            description="Subnet routers of the VPN",
            assume_role_policy=pulumi.Output.json_dumps(document(trust)),
            permissions_boundary=args.platform.boundary_arn,
            opts=child,
        )
        profile = InstanceProfile(f"{name}-profile", name="nationgraph-router", path=PATH, role=role.name, opts=child)
        federated = FederatedIdentity(
            f"{name}-trust",
            description="Subnet routers",
            issuer=args.issuer,
            subject=role.arn,
            scopes=["auth_keys"],
            tags=[args.tag],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.needs]),
        )
        policy = federated.audience.apply(lambda audience: _policy(args, audience))
        own = pulumi.Output.json_dumps(policy)
        granted = RolePolicy(f"{name}-policy", name="nationgraph-router", role=role.name, policy=own, opts=child)
        self.client_id: pulumi.Output[str] = federated.id
        self.audience: pulumi.Output[str] = federated.audience
        self.profile_arn: pulumi.Output[str] = profile.arn
        self.granted: pulumi.Resource = granted
        self.register_outputs({"client_id": self.client_id, "profile_arn": self.profile_arn})


def _policy(args: RouterIdentityArgs, audience: str) -> dict[str, object]:
    """Neither action knows a resource: conditions narrow them. Source: Service Authorization Reference."""
    return document(
        allow(
            "TokenForTailscale",
            "sts:GetWebIdentityToken",
            "*",
            {
                "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": audience},
                "NumericLessThanEquals": {"sts:DurationSeconds": str(TOKEN_SECONDS)},
            },
        ),
        allow("Metric", "cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": args.namespace}}),
    )
