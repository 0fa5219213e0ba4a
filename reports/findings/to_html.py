"""Findings as a page: one table a level, grave ones first."""

from markupsafe import Markup

from reports.findings.lines import waiver
from reports.findings.model import Finding
from reports.findings.report import Report
from reports.html.parts import Tone, badge, code, link, paragraphs, table
from reports.html.shell import Section, page

TONES: dict[str, Tone] = {"critical": "grave", "high": "bad", "medium": "warn", "low": "info"}
MEANING = {
    "mandatory": "They stop a deployment.",
    "advisory": "They stop none yet: the quarter in which their clause is due has not begun.",
    "later": "A value is not known before the update has run; they are judged then.",
    "waived": "Somebody answers for them until a day.",
}


def document(report: Report) -> str:
    """The whole page."""
    sections = [
        Section(level.capitalize(), _level(report, level), str(number))
        for level, number in report.counts.items()
        if number
    ]
    if report.notes:
        sections.append(Section("Notes", paragraphs(*report.notes)))
    tone: Tone = "bad" if report.blocking else "good"
    facts = {
        "Stack": report.stack,
        "Judged": f"{report.resources} resources by {len(report.policies)} policies",
        "At": f"{report.at:%F %R %Z}",
    }
    lead = Markup("{} {}").format(badge(report.verdict, tone), report.summary)
    return page(f"{report.title} of {report.stack}", sections, lead=lead, facts=facts)


def _level(report: Report, level: str) -> Markup:
    found = [finding for finding in report.findings if finding.level == level]
    headings = ("Severity", "Policy", "Clause", "Resource", "Finding", "Fix")
    rows = [_row(finding, report) for finding in found]
    return paragraphs(MEANING.get(level, "")) + table(headings, rows, f"{level} findings")


def _row(finding: Finding, report: Report) -> list[str | Markup]:
    resource = code(finding.resource) if finding.resource else ""
    component = f"in {finding.component}" if finding.component else ""
    clause = ", ".join(filter(None, [finding.clause, *finding.frameworks]))
    said = [finding.message, *waiver(finding, report.today)]
    return [
        badge(finding.severity, TONES.get(finding.severity, "plain")) if finding.severity else "",
        link(finding.policy, finding.link),
        clause,
        paragraphs(resource, component, finding.type, str(finding.place or ""), *finding.seen),
        paragraphs(*said),
        finding.fix,
    ]
