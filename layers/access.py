"""The layer of access: who may do and reach what, and the VPN over which people do."""

from dataclasses import dataclass
from typing import Final

import pulumi

from components.iam import PeopleGroup, PeopleRoles, PeopleRolesArgs
from components.vpn import Forward, Vpn, VpnArgs
from layers.foundation import Foundation
from lib.problems import FileError
from lib.repository import without_ids
from models.access import tailscale
from models.access.loader import load_access
from models.access.model import ROUTER_TAG, Access
from stacks.settings import Settings

PRIVATE_DOMAINS: Final = ("rds", "eks")
"""Services whose names lead to private addresses: a resolver at home may drop such answers, and that of EKS is known
inside the VPC only."""


@dataclass(frozen=True, kw_only=True)
class AccessLayer:
    """What the layers above need: the model of this environment, people's roles, each tier's CIDRs, and the VPN."""

    model: Access
    people: PeopleRoles
    cidrs: dict[str, tuple[str, ...]]
    vpn: Vpn


def build(settings: Settings, foundation: Foundation) -> AccessLayer:
    """The access model of the stack's environment, compiled for its account and tailnet, and put in force."""
    model = _model(settings.stack)
    people = _people(settings, foundation, model)
    network = foundation.network
    cidrs = {tier: tuple(network.tiers[tier].cidrs) for tier in tailscale.ROUTED_TIERS}
    policy = tailscale.policy(model, cidrs, resolver=network.resolver)
    vpn = Vpn(
        "vpn",
        VpnArgs(
            platform=foundation.platform,
            issuer=foundation.token_issuer,
            policy=tailscale.render(policy),
            policy_link=policy_link(settings.github_repository),
            router_tag=ROUTER_TAG,
            vpc_id=network.vpc_id,
            subnet_ids=network.public.subnet_ids,
            zones=network.public.zones,
            router_count=settings.environment.router_count,
            routes=[cidr for tier in cidrs.values() for cidr in tier],
            forwards=list(_forwards(model, cidrs)),
            resolver=network.resolver,
            private_domains=[f"{settings.region}.{service}.amazonaws.com" for service in PRIVATE_DOMAINS],
            hostname=f"router-{settings.stack}",
        ),
    )
    return AccessLayer(model=model, people=people, cidrs=cidrs, vpn=vpn)


def _people(settings: Settings, foundation: Foundation, model: Access) -> PeopleRoles:
    """A role in the account for each group that the model gives one."""
    groups = {
        name: PeopleGroup(role=group.account, signs_in=model.signs_in(name))
        for name, group in model.groups.items()
        if group.account
    }
    return PeopleRoles(
        "people",
        PeopleRolesArgs(
            platform=foundation.platform,
            policies=foundation.policies,
            directory=foundation.directory,
            groups=groups,
            read_secrets=settings.environment.people_read_secrets,
        ),
    )


def policy_link(repository: str) -> str:
    """Where people edit the access model."""
    return f"https://github.com/{without_ids(repository)}/blob/main/catalog/access.yaml"


def _model(stack: str) -> Access:
    """The model as the environment sees it. A ``RunError`` makes the engine print its problems without a traceback."""
    try:
        return load_access().for_environment(stack)
    except FileError as error:
        raise pulumi.RunError(str(error)) from error


def _forwards(model: Access, cidrs: dict[str, tuple[str, ...]]) -> list[Forward]:
    """The ports that are reached through routers, by tier; HTTPS is open to them as it is."""
    ports: dict[str, set[int]] = {}
    for grant in model.grants:
        resource = model.resources[grant.resource]
        if resource.reached == "router" and model.groups[grant.group].on_tailnet:
            ports.setdefault(resource.tier, set()).update(grant.ports)
    return [Forward(cidrs=cidrs[tier], ports=sorted(numbers)) for tier, numbers in sorted(ports.items())]
