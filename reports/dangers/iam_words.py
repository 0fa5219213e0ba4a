"""Grants of IAM in words: ``s3:GetObject on all buckets``, and how grave each is."""

from collections.abc import Iterable, Sequence

from policy.facts import escalations, iam
from policy.facts.iam import Condition, Statement
from reports.dangers.model import Severity
from reports.dangers.statements import EVERYBODY, Grant, Part, looser_denial
from reports.dangers.words import said, several

ALL = {
    "dynamodb": "tables",
    "ecr": "repositories",
    "iam": "identities and policies",
    "kms": "keys",
    "lambda": "functions",
    "logs": "log groups",
    "rds": "databases",
    "s3": "buckets",
    "secretsmanager": "secrets",  # pragma: allowlist secret
    "sns": "topics",
    "sqs": "queues",
    "ssm": "parameters and documents",
    "sts": "roles",
}
"""What a service has, by its prefix in actions and ARNs."""
SPELLED = {
    name.lower(): name
    for name in (
        *(
            f"{kind}{negated}{test}"
            for kind in ("String", "Arn")
            for negated in ("", "Not")
            for test in ("Equals", "Like")
        ),
        *("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "Bool", "Null", "IpAddress", "NotIpAddress"),
        *(f"{kind}{test}" for kind in ("Numeric", "Date") for test in ("Equals", "LessThan", "LessThanEquals")),
        *(f"{kind}{test}" for kind in ("Numeric", "Date") for test in ("GreaterThan", "GreaterThanEquals")),
        *(
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgPaths",
            "aws:PrincipalArn",
            "aws:PrincipalAccount",
            "aws:PrincipalTag",
        ),
        *("aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce"),
        *("aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:RequestedRegion"),
        *("aws:ResourceAccount", "aws:ResourceOrgID", "aws:PrincipalIsAWSService", "aws:ViaAWSService", "aws:TagKeys"),
        *("iam:PassedToService", "iam:PermissionsBoundary", "kms:ViaService", "kms:CallerAccount", "sts:ExternalId"),
    )
}
"""IAM ignores the case of operators and keys; a sentence writes them as AWS does."""
_ALONE = frozenset(action.lower() for action in escalations.ALONE)


def _service(grant: Grant, arn: str) -> str:
    found = arn.split(":")
    if len(found) > 2 and not iam.is_pattern(found[2]):
        return found[2]
    named = grant.action.patterns[0].partition(":")[0]
    return "" if grant.action.but or iam.is_pattern(named) else named


def place(grant: Grant) -> str:
    """Where a grant holds."""
    if grant.resource.but:
        return f"everything but {several([said(arn) for arn in grant.resource.patterns])}"
    arn = grant.resource.patterns[0]
    if iam.pins_resource(arn):
        return said(arn)
    service = _service(grant, arn)
    return f"all {ALL.get(service, f'of {said(service)}')}" if service else "everything"


def actions(part: Part) -> str:
    """What a grant lets do."""
    if part.but:
        return f"every action but {several([said(action) for action in part.patterns])}"
    return "every action" if part.patterns == ("*",) else said(part.patterns[0])


def _spelled(name: str) -> str:
    """An operator or key as AWS writes it, where it is one of those that ``SPELLED`` lists."""
    end = "IfExists" if name.endswith("ifexists") else ""
    start = next((one for one in ("ForAnyValue:", "ForAllValues:") if name.startswith(one.lower())), "")
    core = name[len(start) : len(name) - len(end)]
    return f"{start}{SPELLED.get(core, core)}{end}"


def condition(line: Condition) -> str:
    """A condition in one line."""
    shown = several([said(value, line.key) for value in line.values])
    return f"{said(_spelled(line.operator))} {said(_spelled(line.key))} {shown}"


def conditions(lines: Iterable[Condition]) -> str:
    """Several, in a fixed order."""
    return " and ".join(sorted(condition(line) for line in lines))


def undenied(grants: Sequence[Grant], after: Sequence[Statement]) -> tuple[str, str, str]:
    """What is denied no more, or to fewer, to be put before the phrase and behind it, and the field of what was."""
    was = conditions(grants[0].conditions)
    now = looser_denial(grants[0], after)
    where = f", where {was}" if was else ""
    if now is None:
        return "no longer", where, where
    return "only under other conditions", f": {was or 'always'} -> {conditions(now)}", where


def summed(found: Sequence[Grant]) -> list[tuple[str, list[Grant]]]:
    """Grants as few phrases, each with those that it sums up: the same actions on several resources are one."""
    by_place: dict[str, list[Grant]] = {}
    for grant in found:
        by_place.setdefault(place(grant), []).append(grant)
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for where, group in by_place.items():
        by_actions.setdefault(tuple(dict.fromkeys(actions(grant.name) for grant in group)), []).append(where)
    return [
        (f"{several([*named])} on {several(places, 3)}", [grant for where in places for grant in by_place[where]])
        for named, places in by_actions.items()
    ]


def severity(grant: Grant) -> Severity:
    """Critical: everything, a whole service, or rights to raise one's own, wherever. High: what a wildcard widens."""
    pinned = not grant.resource.but and iam.pins_resource(grant.resource.patterns[0])
    action = grant.action.patterns[0]
    whole = grant.action.but or iam.is_whole_service(action)
    raises = not grant.action.but and (bool(iam.privileges(action)) or action in _ALONE)
    if (whole or raises) and not pinned:
        return Severity.CRITICAL
    unlimited = not pinned and (iam.is_pattern(action) or iam.supports_resources(action))
    return Severity.HIGH if whole or raises or unlimited else Severity.MEDIUM


def gravest(found: Iterable[Grant]) -> Severity:
    """Of several grants."""
    order = list(Severity)
    return min((severity(grant) for grant in found), key=order.index, default=Severity.MEDIUM)


def who(principal: tuple[str, str]) -> str:
    """A principal in a sentence."""
    kind, name = principal
    if name == "*" or principal == EVERYBODY:
        return "everybody"
    if kind == "service":
        return f"the service {said(name)}"
    if kind == "aws" and iam.account_of(name) == name:
        return f"account {name}"
    return said(name)
