"""SEC-02: no schedule lets a secret grow older than 90 days, not even by the length of its window."""

from collections.abc import Iterator

from pulumi_policy import Severity

from lib.rotation import MAX_DAYS
from lib.shapes import mapping
from policy.core.engine import Framework, Rule
from policy.facts import schedules
from policy.facts.props import UNKNOWN, Resource, flag, get, number, raise_unknown, shape, shown

ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
RULES = "rotationRules"


def check(resource: Resource) -> Iterator[str]:
    """The longest gap that the schedule allows, windows included."""
    days = get(resource.props, RULES, "automaticallyAfterDays")
    schedule = get(resource.props, RULES, "scheduleExpression")
    duration = get(resource.props, RULES, "duration")
    if flag(get(resource.props, "rotationEnabled")) is False:
        yield "rotationEnabled is False, must be True or left out"
    if UNKNOWN in (days, schedule, duration) or get(resource.props, RULES) is UNKNOWN:
        raise_unknown(resource, RULES)
        _raise_unknown_rule(resource)
        return
    if (days is None) == (schedule is None):
        both = "both" if days is not None else "none"
        yield f"{RULES} hold {both} of automaticallyAfterDays and scheduleExpression, must hold one of them"
        return
    said = f"automaticallyAfterDays is {shown(days)}" if schedule is None else f"scheduleExpression is {schedule!r}"
    window = None if duration is None else str(duration)
    try:
        gap = (
            schedules.every_days(_whole(days), window)
            if schedule is None
            else schedules.longest_gap(str(schedule), window)
        )
    except ValueError as error:
        yield f"{RULES}: {error}"
        return
    hours = int(gap.total_seconds() // 3600)
    if hours > MAX_DAYS * 24:
        more = f" and {hours % 24} hours" if hours % 24 else ""
        yield f"{said}: up to {hours // 24} days{more} between rotations, must be at most {MAX_DAYS} days"


def _whole(days: object) -> int:
    found = number(days)
    if found is None:
        raise schedules.ScheduleError(f"automaticallyAfterDays is {shape(days)}, must be a number of days")
    return int(found)


def _raise_unknown_rule(resource: Resource) -> None:
    """Raise for an unknown value inside the rules."""
    rules = mapping(resource.props[RULES])
    for key in ("automaticallyAfterDays", "scheduleExpression", "duration"):
        rules.get(key)


RULE = Rule(
    clause="SEC-02",
    description="Rotation schedules leave at most 90 days between two rotations, the window included.",
    severity=Severity.HIGH,
    frameworks=(
        Framework(name="AWS Foundational Security Best Practices", version="1.0.0", reference="SecretsManager.4"),
        Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),
        Framework(name="NIST SP 800-53", version="5", reference="IA-5(1)"),
    ),
    remediation="Declare the secret with components.secrets.RotatedSecret, or set schedule_expression='rate(30 days)'.",
    types=frozenset({ROTATION}),
    check=check,
)
