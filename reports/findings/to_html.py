"""Findings as a page: one table a level, grave ones first."""

from urllib.parse import quote

from markupsafe import Markup

from policy.core.guidance import SOURCE
from reports.findings.lines import waiver
from reports.findings.model import Finding, Place
from reports.findings.report import Report
from reports.html.parts import Tone, badge, code, link, paragraphs, table
from reports.html.shell import Assets, Section, page

TONES: dict[str, Tone] = {"critical": "grave", "high": "bad", "medium": "warn", "low": "info"}
STYLE = "td:nth-child(2) { min-width: 20rem } td p { margin: 0 0 .3rem }"
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
    lead = Markup("{} {}").format(badge(report.verdict, tone), report.summary)
    return page(f"{report.title} of {report.stack}", sections, lead=lead, assets=Assets(style=STYLE))


def _level(report: Report, level: str) -> Markup:
    found = [finding for finding in report.findings if finding.level == level]
    headings = ("Severity", "Finding", "Where", "Policy")
    rows = [_row(finding, report) for finding in found]
    return paragraphs(MEANING.get(level, "")) + table(headings, rows, f"{level} findings")


def _row(finding: Finding, report: Report) -> list[str | Markup]:
    resource = code(finding.resource) if finding.resource else ""
    fix = f"Fix: {finding.fix}" if finding.fix else ""
    return [
        badge(finding.severity, TONES.get(finding.severity, "plain")) if finding.severity else "",
        paragraphs(resource, finding.message, *waiver(finding, report.today), fix),
        paragraphs(finding.component, finding.type, _place(finding.place), " and ".join(finding.seen)),
        paragraphs(link(finding.policy, finding.link), finding.clause, *finding.frameworks),
    ]


def _place(place: Place | None) -> str | Markup:
    """Linked where it lies in the repository."""
    if place is None:
        return ""
    ours = not place.file.startswith(("/", "."))
    return link(str(place), f"{SOURCE}/{quote(place.file)}#L{place.line}" if ours else "")
