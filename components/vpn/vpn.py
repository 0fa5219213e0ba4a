"""SEC-05: nobody reaches what is internal but over the VPN, and over the VPN only what the access model grants."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_tailscale.acl import Acl
from pulumi_tailscale.dns_preferences import DnsPreferences
from pulumi_tailscale.dns_split_nameservers import DnsSplitNameservers
from pulumi_tailscale.tailnet_settings import TailnetSettings

from components.shared.platform import Platform
from components.vpn.identity import RouterIdentity, RouterIdentityArgs
from components.vpn.routers import NAMESPACE, Forward, Routers, RoutersArgs

KEY_DAYS: Final = 30
"""After so many days a person signs in anew on a device: Tailscale's default is 180."""


@dataclass(frozen=True, kw_only=True)
class VpnArgs:
    """A tailnet and its way into one network.

    ``policy`` is the policy file as text, ``policy_link`` where it is kept. ``routes`` are the ranges behind the
    routers, ``forwards`` the ports that they may reach there. ``resolver`` answers for ``private_domains`` and lies in
    one of the routes.
    """

    platform: Platform
    issuer: pulumi.Input[str]
    policy: str
    policy_link: str
    router_tag: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    zones: Sequence[str]
    router_count: int
    routes: Sequence[str]
    forwards: Sequence[Forward]
    resolver: str
    private_domains: Sequence[str]
    hostname: str

    def __post_init__(self) -> None:
        address = ipaddress.IPv4Address(self.resolver)
        if not any(address in ipaddress.IPv4Network(route) for route in self.routes):
            raise ValueError(
                f"resolver: {self.resolver} lies in none of the routes {', '.join(self.routes)}, so no device would "
                "reach it; use the zone whose subnet begins the VPC"
            )


class Vpn(pulumi.ComponentResource):
    """The tailnet of one environment, and the routers that lead from it into the environment's network.

    Guarantees: the policy file is the compiled one and cannot be edited elsewhere; devices and people are approved
    before they join and sign in anew every 30 days; names of private services resolve over the VPN; no key or secret
    of Tailscale's exists here, in the state or on a machine (see ``identity``). What routers guarantee is in
    ``routers``.

    Creates ``{name}-policy``, ``{name}-settings``, ``{name}-names``, for each private domain ``{name}-dns-{domain}``,
    and the components ``{name}-identity`` and ``{name}-routers``. Does not manage people, their sign-in, or devices.
    """

    def __init__(self, name: str, args: VpnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:vpn:Vpn", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        platform = args.platform
        policy = Acl(
            f"{name}-policy",
            acl=args.policy,
            reset_acl_on_destroy=not platform.protect,
            opts=platform.stateful(self),
        )
        TailnetSettings(
            f"{name}-settings",
            acls_externally_managed_on=True,
            acls_external_link=args.policy_link,
            devices_approval_on=True,
            devices_auto_updates_on=True,
            devices_key_duration_days=KEY_DAYS,
            https_enabled=True,
            users_approval_on=True,
            users_role_allowed_to_join_external_tailnet="none",
            opts=child,
        )
        names = DnsPreferences(f"{name}-names", magic_dns=True, opts=child)
        for domain in args.private_domains:
            DnsSplitNameservers(
                f"{name}-dns-{domain}",
                domain=domain,
                nameservers=[args.resolver],
                opts=pulumi.ResourceOptions(parent=self, depends_on=[names]),
            )
        group_name = f"nationgraph-{name}-routers"
        identity = RouterIdentity(
            f"{name}-identity",
            RouterIdentityArgs(
                platform=platform,
                issuer=args.issuer,
                tag=args.router_tag,
                namespace=NAMESPACE,
                needs=policy,
            ),
            child,
        )
        routers = Routers(
            f"{name}-routers",
            RoutersArgs(
                platform=platform,
                vpc_id=args.vpc_id,
                subnet_ids=args.subnet_ids,
                zones=args.zones,
                count=args.router_count,
                routes=args.routes,
                forwards=args.forwards,
                tag=args.router_tag,
                hostname=args.hostname,
                group_name=group_name,
                # The interface endpoint of STS stands in the private tier and answers whatever else is down.
                probe_host=f"sts.{platform.account.region}.amazonaws.com",
                probe_port=443,
            ),
            identity,
            child,
        )
        self.router_security_group_id: pulumi.Output[str] = routers.security_group_id
        self.register_outputs({"router_security_group_id": self.router_security_group_id})
