"""SEC-07, ENB-03: roles of people. They look; what changes goes through a pull request and the deploy role."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.iam.permissions import rds_arns
from components.iam.roles import HOUR, AccessPolicies, IdentityRole, make_role
from components.iam.trust import Directory, people_trust
from components.shared.account import Account
from components.shared.platform import Platform
from components.shared.policy_documents import Document, allow, document

WORKDAY = 8 * HOUR


@dataclass(frozen=True, kw_only=True)
class PeopleRolesArgs:
    """``directory`` says where people sign in; they may assume the role that their tag ``group`` names.

    ``read_secrets`` lets engineers read the platform's secrets, as far as each secret's own policy names them.
    """

    platform: Platform
    policies: AccessPolicies
    directory: Directory
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


def engineer_document(account: Account, *, read_secrets: bool = False) -> Document:
    """Logs, the database as ``engineer``, and with ``read_secrets`` what ``make env`` needs."""
    return document(*_logs(account), _connect(account, "engineer"), *(_secrets(account) if read_secrets else ()))


def _secrets(account: Account) -> list[Document]:
    """Every secret of the platform denies reading to all whom it does not name; keys open through Secrets Manager."""
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{account.region}.amazonaws.com"}}
    return [
        allow("Secrets", "secretsmanager:GetSecretValue", account.arn("secretsmanager", "secret:nationgraph/*")),
        allow("SecretKeys", "kms:Decrypt", account.arn("kms", "key/*"), through),
    ]


def on_call_document(account: Account) -> Document:
    """Logs, and what calms an incident without changing what is declared: silence an alarm, reboot, snapshot."""
    alarms = [f"cloudwatch:{what}" for what in ("DisableAlarmActions", "EnableAlarmActions", "SetAlarmState")]
    rds = ["rds:CreateDBSnapshot", "rds:RebootDBInstance"]
    return document(
        *_logs(account),
        _connect(account, "oncall"),
        allow("Alarms", alarms, account.arn("cloudwatch", "alarm:*")),
        allow("Databases", rds, rds_arns(account)),
    )


def analyst_document(account: Account) -> Document:
    """Find the analytics database and sign in as ``analyst``, a user that exists nowhere else."""
    return document(allow("Find", "rds:DescribeDBInstances", account.arn("rds", "db:*")), _connect(account, "analyst"))


class PeopleRoles(pulumi.ComponentResource):
    """Guarantees MFA, the right group, a bounded session and no way to change the platform.

    Creates ``{name}-{role}-role``, ``{name}-{role}-policy`` and attachments for ``engineer``, ``on-call`` and
    ``analyst``. Does not manage people, groups or passwords: these live in the directory account.
    """

    def __init__(self, name: str, args: PeopleRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:PeopleRoles", name, {}, opts)
        account, read = args.platform.account, args.policies.read
        engineer = engineer_document(account, read_secrets=args.read_secrets)
        rows: tuple[tuple[str, str, int, Document, Mapping[str, pulumi.Output[str]]], ...] = (
            ("engineer", "Reads configuration and logs", WORKDAY, engineer, read),
            ("on-call", "Reads, and calms an incident", 4 * HOUR, on_call_document(account), read),
            ("analyst", "Queries the analytics database", WORKDAY, analyst_document(account), {}),
        )
        self.arns: dict[str, pulumi.Output[str]] = {}
        for group, description, seconds, own, shared in rows:
            role = IdentityRole(
                name=group,
                description=description,
                trust=people_trust(account, args.directory, group, HOUR),
                session_seconds=seconds,
                policies=shared,
                own=own,
            )
            self.arns[group] = make_role(f"{name}-{group}", role, args.platform, self)
        self.register_outputs({"arns": self.arns})
