"""The layer under everything: identities, network, state and the alarm topic of one account."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.alerts.alerts import AlertTopic, AlertTopicArgs
from components.iam import (
    AccessPolicies,
    AccessPoliciesArgs,
    AccountBaseline,
    BreakGlass,
    BreakGlassArgs,
    Directory,
    GithubRoles,
    GithubRolesArgs,
    PermissionsBoundary,
    PermissionsBoundaryArgs,
    StateBucket,
    StateBucketArgs,
)
from components.network.network import Network, NetworkArgs
from components.shared.account import Account
from components.shared.platform import Platform, Site
from lib.repository import CHARTS
from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the layers above build on. ``identities`` are the ARNs of the roles of pipeline and emergencies, by name."""

    platform: Platform
    network: Network
    policies: AccessPolicies
    directory: Directory
    state: StateBucket
    identities: Mapping[str, pulumi.Output[str]]
    token_issuer: pulumi.Output[str]


def build(settings: Settings) -> Foundation:
    """Identity, network and the alarm topic of one account."""
    environment = settings.environment
    site = Site(
        account=Account(id=settings.account_id, region=settings.region),
        tags=settings.tags.as_dict(),
        log_retention_days=environment.log_retention_days,
        protect=environment.protect,
    )
    alerts = AlertTopic("alerts", AlertTopicArgs(site=site, email=settings.alert_email))
    boundary = PermissionsBoundary("boundary", PermissionsBoundaryArgs(site=site))
    platform = site.platform(boundary_arn=boundary.arn, alarm_topic_arn=alerts.arn)
    network = Network(
        "network",
        NetworkArgs(
            platform=platform,
            cidr=settings.cidr,
            zones=settings.zones,
            nat_per_zone=environment.nat_per_zone,
        ),
    )
    policies = AccessPolicies("access", AccessPoliciesArgs(site=platform))
    directory = Directory(account_id=settings.directory_account_id, organization_id=settings.organization_id)
    state = StateBucket("state", StateBucketArgs(site=platform))
    return Foundation(
        platform=platform,
        network=network,
        policies=policies,
        directory=directory,
        state=state,
        identities=_identities(settings, platform, policies, directory, state),
        token_issuer=AccountBaseline("account").issuer,
    )


def _identities(
    settings: Settings, platform: Platform, policies: AccessPolicies, directory: Directory, state: StateBucket
) -> Mapping[str, pulumi.Output[str]]:
    """Roles of the pipeline and of emergencies, and the state that they may reach."""
    github = GithubRoles(
        "github",
        GithubRolesArgs(
            platform=platform,
            policies=policies,
            github_repository=settings.github_repository,
            github_environment=settings.stack,
            charts_repository=CHARTS,
            state_bucket_arn=state.bucket_arn,
            state_key_arn=state.key_arn,
        ),
    )
    break_glass = BreakGlass(
        "break-glass",
        BreakGlassArgs(
            platform=platform,
            policies=policies,
            directory=directory,
            state_bucket_arn=state.bucket_arn,
            state_key_arn=state.key_arn,
        ),
    )
    return {
        "deploy": github.deploy_role_arn,
        "preview": github.preview_role_arn,
        "verdicts": github.verdicts_role_arn,
        "break-glass": break_glass.role_arn,
    }


def export(foundation: Foundation) -> None:
    """Where the other layers' resources stand, where alarms ring, and where the state lies."""
    pulumi.export("vpcId", foundation.network.vpc_id)
    pulumi.export("privateSubnetIds", foundation.network.private.subnet_ids)
    pulumi.export("alertTopicArn", foundation.platform.alarm_topic_arn)
    pulumi.export("stateBucket", foundation.state.bucket)
