"""Findings as JUnit: a case for each, which fails where the finding blocks, and one for each policy without any."""

from reports import junit
from reports.findings.lines import waiver
from reports.findings.model import Finding
from reports.findings.report import Report

FINDINGS, CLEAN = "findings", "policies without a finding"
"""The two suites."""


def document(report: Report) -> str:
    """The file. An advisory finding passes and says so; what waits or is waived is skipped."""
    fired = {finding.policy for finding in report.findings}
    silent = [policy for policy in report.policies if policy not in fired]
    clean = [junit.Case(name=f"{policy} allows {report.stack}", group=policy) for policy in silent]
    found = [_case(finding, report) for finding in report.findings]
    return junit.document([junit.Suite(name=FINDINGS, cases=found), junit.Suite(name=CLEAN, cases=clean)], report.at)


def _case(finding: Finding, report: Report) -> junit.Case:
    excuse = "; ".join(waiver(finding, report.today))
    fix = [f"fix: {finding.fix}", finding.link] if finding.fix else []
    skipped = finding.level in ("later", "waived")
    properties = {
        "level": finding.level,
        "severity": finding.severity,
        "clause": finding.clause,
        "frameworks": ", ".join(finding.frameworks),
        "component": finding.component,
        "urn": finding.urn,
        "seen": ", ".join(finding.seen),
    }
    return junit.Case(
        name=finding.text,
        group=finding.policy,
        failure=[finding.text, *fix] if finding.blocks else (),
        kind=finding.level,
        skipped=(excuse or finding.message or finding.level) if skipped else "",
        output="" if finding.blocks or skipped else " ".join([f"{finding.level}: {finding.message}", *fix]),
        properties={name: value for name, value in properties.items() if value},
    )
