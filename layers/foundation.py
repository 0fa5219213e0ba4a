"""The layer under everything: who may do what, where packets may go, and who is told."""

from dataclasses import dataclass

import pulumi

from components.alerts.alerts import AlertTopic, AlertTopicArgs
from components.iam import (
    AccessPolicies,
    AccessPoliciesArgs,
    Account,
    AccountBaseline,
    BreakGlass,
    BreakGlassArgs,
    Directory,
    Foundations,
    GithubRoles,
    GithubRolesArgs,
    PeopleRoles,
    PeopleRolesArgs,
    PermissionsBoundary,
    PermissionsBoundaryArgs,
    StateBucket,
    StateBucketArgs,
)
from components.network.network import Network, NetworkArgs
from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the layers above build on."""

    account: Account
    boundary_arn: pulumi.Output[str]
    network: Network
    alerts: AlertTopic
    state: StateBucket
    token_issuer: pulumi.Output[str]


def build(settings: Settings) -> Foundation:
    """Identity, network and the alarm topic of one account."""
    environment = settings.environment
    account = Account(id=settings.account_id, region=settings.region)
    alerts = AlertTopic(
        "alerts",
        AlertTopicArgs(email=settings.alert_email, account_id=settings.account_id, protect=environment.protect),
    )
    boundary = PermissionsBoundary("boundary", PermissionsBoundaryArgs(account=account))
    network = Network(
        "network",
        NetworkArgs(
            cidr=settings.cidr,
            region=settings.region,
            zones=settings.zones,
            nat_per_zone=environment.nat_per_zone,
            flow_log_retention_days=environment.log_retention_days,
            account_id=settings.account_id,
            permissions_boundary_arn=boundary.arn,
            protect=environment.protect,
        ),
    )
    return Foundation(
        account=account,
        boundary_arn=boundary.arn,
        network=network,
        alerts=alerts,
        state=_identity(settings, account, boundary, alerts),
        token_issuer=AccountBaseline("account").issuer,
    )


def _identity(settings: Settings, account: Account, boundary: PermissionsBoundary, alerts: AlertTopic) -> StateBucket:
    """Roles of the pipeline, of people and of emergencies, and the state that they may reach."""
    state = StateBucket("state", StateBucketArgs(account=account, protect=settings.environment.protect))
    policies = AccessPolicies("access", AccessPoliciesArgs(account=account))
    foundations = Foundations(account=account, boundary_arn=boundary.arn, policies=policies)
    directory = Directory(account_id=settings.directory_account_id, organization_id=settings.organization_id)
    GithubRoles(
        "github",
        GithubRolesArgs(
            foundations=foundations,
            github_repository=settings.github_repository,
            github_environment=settings.stack,
            state_bucket_arn=state.bucket_arn,
            state_key_arn=state.key_arn,
        ),
    )
    PeopleRoles(
        "people",
        PeopleRolesArgs(
            foundations=foundations,
            directory=directory,
            read_secrets=settings.environment.people_read_secrets,
        ),
    )
    BreakGlass(
        "break-glass",
        BreakGlassArgs(
            foundations=foundations,
            directory=directory,
            alarm_topic_arn=alerts.arn,
            state_bucket_arn=state.bucket_arn,
            state_key_arn=state.key_arn,
        ),
    )
    return state
