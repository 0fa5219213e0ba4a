"""A finding as every report shows it: what the engine reported, with what the pack knows of the policy."""

from collections.abc import Iterable
from dataclasses import dataclass

from policy.core.guidance import guidance
from reports import events


@dataclass(frozen=True, order=True)
class Finding:
    """One finding as reports show it; ``fix`` and ``link`` are empty where the pack does not know the policy."""

    level: str
    policy: str
    message: str
    severity: str = ""
    fix: str = ""
    link: str = ""


def _known(finding: events.Finding) -> Finding:
    known = guidance(finding.policy)
    severity = finding.severity or (known.severity if known else "")
    return Finding(
        finding.level,
        finding.policy,
        finding.message,
        severity,
        known.remediation if known else "",
        known.url if known else "",
    )


def merged(findings: Iterable[events.Finding]) -> list[Finding]:
    """Findings, mandatory and grave ones first; what could not be judged yet is counted, not listed."""
    waiting: dict[str, int] = {}
    lines = []
    for finding in findings:
        if "can't run policy" in finding.message:
            waiting[finding.policy] = waiting.get(finding.policy, 0) + 1
        else:
            lines.append(_known(finding))
    order = {name: rank for rank, name in enumerate(("mandatory", "advisory"))}
    grave = {name: rank for rank, name in enumerate(("critical", "high", "medium", "low"))}
    later = [
        Finding("later", policy, f"{n} resources are judged during the update: a value is not known yet")
        for policy, n in waiting.items()
    ]
    return sorted(lines, key=lambda line: (order.get(line.level, 2), grave.get(line.severity, 4), line)) + sorted(later)
