"""Findings as SARIF, each at the line that declares what violates, waived ones suppressed with their justification."""

import hashlib
import json
import re
from typing import Any

from policy.core.guidance import SOURCE, guidance
from reports import sarif
from reports.findings import places
from reports.findings.lines import waiver
from reports.findings.model import Finding
from reports.findings.report import Report

TOOL = "nationgraph-policies"
LEVELS: dict[str, sarif.Level] = {"mandatory": "error", "advisory": "warning", "later": "note", "waived": "note"}
SCORES = {"critical": 9.5, "high": 8.0, "medium": 5.5, "low": 3.0}
"""In the middle of what GitHub shows as a word: above 9, from 7, from 4, below."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def document(report: Report) -> dict[str, Any]:
    """The file; its category, by which GitHub closes what is gone, is the kind of report and the stack."""
    names = sorted({*report.policies, *(finding.policy for finding in report.findings)})
    category = "/".join(part.lower().replace(" ", "-") for part in (report.title, report.stack) if part)
    about = {"summary": report.summary, "blocking": report.blocking, "findings": len(report.findings)}
    results = [_result(finding, report) for finding in report.findings]
    tool = sarif.Tool(name=TOOL, version="", uri=SOURCE)
    return sarif.document(tool, map(_rule, names), results, category=category, about=about)


def fingerprint(finding: Finding) -> str:
    """What stays equal while it is the same finding: policy, resource and message without dates; no line, no level."""
    what = finding.urn or (finding.place.file if finding.place else "")
    parts = [finding.policy, what, _DATE.sub("", finding.message)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _rule(policy: str) -> sarif.Rule:
    known = guidance(policy)
    if known is None:
        unknown = f"{policy or 'a policy without a name'} is no policy of this pack."
        return sarif.Rule(id=policy or "unknown", title=unknown, about=unknown, help=unknown, uri=SOURCE)
    clause = f"Clause {known.clause} of the roadmap; severity {known.severity}."
    frameworks = f"Also required by {', '.join(known.frameworks)}." if known.frameworks else ""
    return sarif.Rule(
        id=policy,
        title=known.description,
        about=f"{known.description} {clause}",
        help="\n\n".join(filter(None, [known.description, f"Fix: {known.remediation}", clause, frameworks])),
        uri=known.url,
        tags=("security", known.clause, known.severity, *known.frameworks),
        score=SCORES.get(known.severity),
    )


def _result(finding: Finding, report: Report) -> sarif.Result:
    place, rule = places.of(finding), places.rule(finding.policy)
    shown = ": ".join(filter(None, (finding.resource, finding.message))) or finding.policy or "no message"
    fix = f". Fix: {finding.fix}" if finding.fix else ""
    properties = {
        "level": finding.level,
        "severity": finding.severity,
        "clause": finding.clause,
        "remediation": finding.fix,
        "component": finding.component,
        "resourceType": finding.type,
        "seen": list(finding.seen),
    }
    return sarif.Result(
        rule=finding.policy or "unknown",
        level=LEVELS.get(finding.level, "warning"),
        message=f"{shown}{fix}",
        location=sarif.Location(path=place.file, line=place.line, logical=finding.urn, kind="resource"),
        related=[sarif.Location(path=rule.file, line=rule.line, says="The rule")] if rule else (),
        fingerprint=fingerprint(finding),
        justification="; ".join(waiver(finding, report.today)) or ("waived" if finding.level == "waived" else ""),
        properties=tuple((name, value) for name, value in properties.items() if value),
    )
