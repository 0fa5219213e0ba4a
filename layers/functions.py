"""The layer of functions: every Lambda function of the platform, one row each, and those that run by the clock.

A row and the folder ``lambdas/<key>`` are all that there is to say of a function: names, package, role and rights, log
group, alarm and the right of the pipeline to deploy it are derived.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from components.argocd.alarms import SCHEDULE
from components.functions.functions import Program
from components.functions.names import FunctionNames
from components.functions.scheduled import ScheduledFunction, ScheduledFunctionArgs
from components.shared.account import Account
from components.shared.policy_documents import allow
from layers import lambdas
from layers.foundation import Foundation

Rights = Callable[[Account], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class FunctionRow:
    """One function, whose code is the folder of its key.

    ``schedule`` is an expression of EventBridge: such a function is deployed once, as ``nationgraph-<key>`` with
    dashes, and may do what ``rights`` say. Without one it renews secrets: ``components.secrets`` deploys it for each,
    with rights on that one. ``layer`` names another layer that deploys it, because it needs what is made there.
    ``requires`` are the distributions of its zip, with all that they need; boto3 comes with
    Lambda's runtime. ``runbook`` is the page of ``docs/runbooks`` that the alarm on its errors links. ``waits_for``
    says why no stack deploys it yet.
    """

    description: str
    runbook: str
    schedule: str | None = None
    layer: str = ""
    rights: Rights = lambda _: ()
    requires: tuple[str, ...] = ()
    timeout_seconds: int = 60
    memory_mib: int = 256
    waits_for: str = ""


def _dates_of_secrets(account: Account) -> list[Mapping[str, Any]]:
    """Names and dates, and no value."""
    return [
        allow("List", "secretsmanager:ListSecrets", "*"),  # no resource types
        allow("Dates", "secretsmanager:ListSecretVersionIds", account.arn("secretsmanager", "secret:*")),
    ]


FUNCTIONS: Final[Mapping[str, FunctionRow]] = MappingProxyType(
    {
        "argocd_token": FunctionRow(
            description="Makes the token with which Argo CD reads its repository",
            schedule=SCHEDULE,
            layer="argocd",
            runbook="argocd-token",
        ),
        "rotate_api_token": FunctionRow(
            description="Renews a token at its issuer",
            memory_mib=128,
            runbook="secret-rotation",
            waits_for="a layer that holds a token of Tailscale or PagerDuty",
        ),
        "rotate_postgres": FunctionRow(
            description="Renews the password of a login role of PostgreSQL",
            requires=("asn1crypto", "pg8000", "python-dateutil", "scramp", "six"),
            runbook="secret-rotation",
        ),
        "secret_watch": FunctionRow(
            description="Measures the age of every secret and how long rotations have been open",
            schedule="rate(6 hours)",  # four looks in a day, so that one that fails leaves no alarm without data
            rights=_dates_of_secrets,
            runbook="secret-rotation",
        ),
    }
)
"""By the folder in ``lambdas/``."""


def package(folder: str) -> bytes:
    """The zip of a function."""
    return lambdas.build(folder, FUNCTIONS[folder].requires)


@cache
def program(folder: str) -> Program:
    """What runs, as the row says."""
    row = FUNCTIONS[folder]
    return Program(
        code=lambdas.archive(folder, package(folder)),
        handler=lambdas.handler(folder),
        timeout_seconds=row.timeout_seconds,
        memory_mib=row.memory_mib,
        runbook=row.runbook,
    )


def build(foundation: Foundation) -> None:
    """Every function with a schedule, but those that another layer deploys."""
    platform = foundation.platform
    for folder, row in FUNCTIONS.items():
        if row.schedule is not None and not row.layer:
            names = FunctionNames(account=platform.account, name=folder.replace("_", "-"))
            args = ScheduledFunctionArgs(
                platform=platform,
                names=names,
                description=row.description,
                program=program(folder),
                statements=row.rights(platform.account),
                schedule=row.schedule,
            )
            ScheduledFunction(names.name, args)
