"""The account that a stack lives in, and its fixed names, so that ARNs are known before there are resources."""

import re
from dataclasses import dataclass

from lib.identities import BOUNDARY, FUNCTION_PREFIX, PATH, STATE_ALIAS

__all__ = ["BOUNDARY", "FUNCTION_PREFIX", "PATH", "STATE_ALIAS"]

WORKLOAD_PATH = "/nationgraph/workload/"
"""IAM path of the roles that services of the platform assume."""
FUNCTION_NAMES = f"{FUNCTION_PREFIX}*"
"""The Lambda functions that the platform deploys; a function by any other name is none of its own."""
FUNCTION_ROLE_PREFIX = "function-"
FUNCTION_ROLES = f"{WORKLOAD_PATH}{FUNCTION_ROLE_PREFIX}*"
"""Their roles, the only ones that may be handed to Lambda: whoever deploys a function acts as its role. What follows
the prefixes is the function's own name: ``components.functions.names``."""
NODE_ROLE_PREFIX = "node-"
NODE_ROLES = f"{WORKLOAD_PATH}{NODE_ROLE_PREFIX}*"
"""Roles of the nodes of clusters, the only ones that may be handed to EC2."""
SERVICES_ROLE = f"{WORKLOAD_PATH}services"
"""The role as which pods of the services read their secrets, each those of its own namespace."""
MIGRATIONS_ROLE = f"{WORKLOAD_PATH}migrations"
"""The role as which migrations of databases read theirs, likewise; the secret itself says which role may."""
STATE_EXPORTS = "exports/"
"""Below it the state's bucket keeps an export of each state before and after a deployment."""
BREAK_GLASS_RULE = "nationgraph-break-glass"
"""The event rule that hears of each use of break-glass."""

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""By the beginning of their regions' names; all others are ``aws``. Source: AWS General Reference, "ARN format"."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One AWS account and region. Names are fixed, so that ARNs are known before the resources exist.

    Raises ValueError for an ``id`` that is not 12 digits or a ``region`` that is not an AWS region name.
    """

    id: str
    region: str

    def __post_init__(self) -> None:
        require_account_id("account id", self.id)
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region):
            raise ValueError(f"region: {self.region!r} is no AWS region; give one such as 'eu-central-1'")

    @property
    def partition(self) -> str:
        """The partition of AWS that the region belongs to: each has accounts, names and ARNs of its own."""
        return next((name for start, name in _PARTITIONS.items() if self.region.startswith(start)), "aws")

    def arn(self, service: str, resource: str) -> str:
        """A resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def iam(self, resource: str) -> str:
        """An IAM resource of this account; IAM is global."""
        return f"arn:{self.partition}:iam::{self.id}:{resource}"

    def bucket(self, name: str) -> str:
        """A bucket, or with a slash and a key objects in it; names of buckets are those of the whole partition."""
        return f"arn:{self.partition}:s3:::{name}"

    def identity_role(self, name: str) -> str:
        """The ARN of a role of people, CI or emergencies: ``deploy``, ``preview``, the name of a group, ..."""
        return self.iam(f"role{PATH}nationgraph-{name}")

    @property
    def boundary(self) -> str:
        """The ARN of the permissions boundary."""
        return self.iam(f"policy{PATH}{BOUNDARY}")

    @property
    def administrators(self) -> list[str]:
        """ARN patterns of those who administer the account and are not under the boundary.

        AWS alone makes these two names: Organizations in an account that it creates, and IAM Identity Center under its
        reserved path. No role of the platform can: the boundary lets it create roles below ``/nationgraph/`` only.
        """
        return [
            self.iam("role/OrganizationAccountAccessRole"),
            self.iam("role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*"),
        ]

    @property
    def state_bucket(self) -> str:
        """The name of the state bucket; the account id makes it unique in AWS."""
        return f"nationgraph-state-{self.id}-{self.region}"


def require_account_id(what: str, value: str) -> None:
    """Raise ValueError unless ``value`` is an AWS account id."""
    if not re.fullmatch(r"\d{12}", value, re.ASCII):
        raise ValueError(f"{what}: {value!r} is no AWS account id; give its 12 digits as a string")
