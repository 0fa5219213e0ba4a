"""SEC-07, ENB-03: roles of people. They look; what changes goes through a pull request and the deploy role."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pulumi

from components.iam.permissions import rds_arns
from components.iam.roles import HOUR, AccessPolicies, IdentityRole, make_role
from components.iam.trust import Directory, people_trust
from components.shared.account import Account
from components.shared.platform import Platform
from components.shared.policy_documents import Document, allow, document

WORKDAY = 8 * HOUR


@dataclass(frozen=True, kw_only=True)
class PeopleGroup:
    """A group of people: which ``Role`` they have in the account, and whether they sign in to a database.

    They do so by IAM as the database user of the group's name, whose grants live in the database.
    """

    role: str
    signs_in: bool

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"role: {self.role!r} is none of {', '.join(ROLES)}")


@dataclass(frozen=True, kw_only=True)
class PeopleRolesArgs:
    """``groups`` are the groups of people by name. ``directory`` says where they sign in; they may assume the role that
    their tag ``group`` names.

    ``read_secrets`` lets readers of the account read the platform's secrets, as far as each secret's policy names them.
    """

    platform: Platform
    policies: AccessPolicies
    directory: Directory
    groups: Mapping[str, PeopleGroup]
    read_secrets: bool = False

    def __post_init__(self) -> None:
        self.directory.check(self.platform.account)


def _connect(account: Account, user: str) -> Document:
    """Sign in to PostgreSQL by IAM as one database user, whose grants live in the database."""
    return allow("Connect", "rds-db:connect", account.arn("rds-db", f"dbuser:*/{user}"))


def _logs(account: Account) -> list[Document]:
    read = [f"logs:{what}" for what in ("FilterLogEvents", "GetLogEvents", "GetQueryResults", "StartQuery")]
    return [
        allow("Logs", read, account.arn("logs", "log-group:*")),
        allow("StopQuery", "logs:StopQuery", "*"),  # no resource types
    ]


def _secrets(account: Account) -> list[Document]:
    """Every secret of the platform denies reading to all whom it does not name; keys open through Secrets Manager."""
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"}}
    return [
        allow("Secrets", "secretsmanager:GetSecretValue", account.arn("secretsmanager", "secret:nationgraph/*")),
        allow("SecretKeys", "kms:Decrypt", account.arn("kms", "key/*"), through),
    ]


def _incident(account: Account) -> list[Document]:
    """What calms an incident without changing what is declared: silence an alarm, reboot, snapshot."""
    alarms = [f"cloudwatch:{what}" for what in ("DisableAlarmActions", "EnableAlarmActions", "SetAlarmState")]
    rds = ["rds:CreateDBSnapshot", "rds:RebootDBInstance"]
    return [
        allow("Alarms", alarms, account.arn("cloudwatch", "alarm:*")),
        allow("Databases", rds, rds_arns(account)),
    ]


def _find(account: Account) -> list[Document]:
    """Where the databases answer."""
    return [allow("Find", "rds:DescribeDBInstances", account.arn("rds", "db:*"))]


@dataclass(frozen=True, kw_only=True)
class Role:
    """What people of one kind may do in the account, in sessions of so many seconds.

    ``configuration`` attaches the policy with which CI looks at the account; ``secrets`` adds what ``make env`` needs,
    where the environment lets people read secrets.
    """

    description: str
    session_seconds: int
    rights: Sequence[Callable[[Account], list[Document]]]
    configuration: bool = True
    secrets: bool = False


ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "reader": Role(
            description="Reads configuration and logs", session_seconds=WORKDAY, rights=[_logs], secrets=True
        ),
        "responder": Role(
            description="Reads, and calms an incident", session_seconds=4 * HOUR, rights=[_logs, _incident]
        ),
        "analyst": Role(
            description="Queries the analytics database", session_seconds=WORKDAY, rights=[_find], configuration=False
        ),
    }
)
"""By the ``account`` of a group in ``catalog/access.yaml``."""


def people_document(account: Account, name: str, group: PeopleGroup, *, read_secrets: bool = False) -> Document:
    """Everything that a group's people may do in the account, besides what all readers of its configuration may."""
    role = ROLES[group.role]
    rows = [row for rights in role.rights for row in rights(account)]
    rows += [_connect(account, name)] if group.signs_in else []
    rows += _secrets(account) if role.secrets and read_secrets else []
    return document(*rows)


class PeopleRoles(pulumi.ComponentResource):
    """Guarantees MFA, the right group, a bounded session and no way to change the platform.

    Creates ``{name}-{group}-role``, ``{name}-{group}-policy`` and attachments for each group. Does not manage people,
    groups or passwords: these live in the directory account.
    """

    def __init__(self, name: str, args: PeopleRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:PeopleRoles", name, {}, opts)
        account = args.platform.account
        self.arns: dict[str, pulumi.Output[str]] = {}
        for group, person in args.groups.items():
            role = IdentityRole(
                name=group,
                description=ROLES[person.role].description,
                trust=people_trust(account, args.directory, group, HOUR),
                session_seconds=ROLES[person.role].session_seconds,
                policies=args.policies.read if ROLES[person.role].configuration else {},
                own=people_document(account, group, person, read_secrets=args.read_secrets),
            )
            self.arns[group] = make_role(f"{name}-{group}", role, args.platform, self)
        self.register_outputs({"arns": self.arns})
