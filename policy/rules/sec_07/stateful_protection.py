"""SEC-07: what holds data is not lost to one wrong command."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts import dangers
from policy.facts.props import Resource, stack_of

REQUIREMENTS = dangers.table("stateful_protection")
OPTION = "option protect"
SWITCHES = ("deletionProtection", "deletionProtectionEnabled", "terminationProtectionEnabled")
DISPOSABLE = "sandbox"
"""The stack that `make down` must be able to destroy: its resources may lack deletion protection and protect."""


def check(resource: Resource) -> Iterator[str]:
    """As the table demands: deletion needs two deliberate steps, and leaves a way back."""
    rows = REQUIREMENTS[resource.resource_type]
    is_disposable = stack_of(resource.urn) == DISPOSABLE
    if not is_disposable and not resource.opts.protect and any(row.path == OPTION for row in rows):
        yield f"{OPTION} is {resource.opts.protect!r}, must be True outside {DISPOSABLE}"
    dropped = (OPTION, *SWITCHES) if is_disposable else (OPTION,)
    yield from dangers.findings(resource, [row for row in rows if row.path not in dropped])


RULE = Rule(
    clause="SEC-07",
    description="Databases, caches, keys, secrets and buckets are protected from deletion and can be restored.",
    severity=Severity.HIGH,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="A1.2"),),
    remediation="Pass protect=True and deletion_protection=True to the component; backups are kept 7 to 35 days.",
    types=frozenset(REQUIREMENTS),
    check=check,
)
