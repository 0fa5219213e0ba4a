"""The layer of secrets: what watches them, and what tells workloads that one was renewed."""

from dataclasses import dataclass
from typing import Final

import pulumi

from components.iam.documents import WORKLOAD_PATH, Account
from components.secret_watch import SecretWatch, SecretWatchArgs
from stacks import lambdas
from stacks.foundation import Foundation
from stacks.settings import Settings

STORE_ROLE: Final = f"role{WORKLOAD_PATH}external-secrets"
"""The role under which the cluster will read secrets; the cluster makes it, and until then nobody has it."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What the layers above build on: the rotation event, and the role that reads for workloads."""

    watch: SecretWatch
    store_role_arn: str


def build(settings: Settings, foundation: Foundation) -> Secrets:
    """The watch over all secrets of the account."""
    account = Account(id=settings.account_id, region=settings.region)
    watch = SecretWatch(
        "secret-watch",
        SecretWatchArgs(
            code=lambdas.code("secret_watch"),
            handler=lambdas.handler("secret_watch"),
            account=account,
            permissions_boundary_arn=foundation.boundary_arn,
            alarm_topic_arn=foundation.alerts.arn,
            log_retention_days=settings.environment.flow_log_retention_days,
            protect=settings.environment.protect,
        ),
    )
    return Secrets(watch=watch, store_role_arn=account.iam(STORE_ROLE))


def export(secrets: Secrets) -> None:
    """What the cluster needs to read secrets and to refresh them, and what people look for."""
    pulumi.export("secretStoreRoleArn", secrets.store_role_arn)
    pulumi.export("secretRotationTopicArn", secrets.watch.topic_arn)
