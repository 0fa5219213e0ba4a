"""A finding for a person: lines of a terminal, an item of a list in Markdown."""

import datetime as dt

from rich.text import Text

from reports.findings.model import Finding
from reports.markdown import code

STYLES = {"mandatory": "red", "waived": "dim"}


def waiver(finding: Finding, today: dt.date | None = None) -> list[str]:
    """Until when a finding is excused, with the days left from ``today``, by whom and why; nothing where it is not."""
    exempt = finding.exempt
    if exempt is None:
        return []
    left = f", {_days(exempt.days_left(today))}" if today else ""
    people = f"owner {exempt.owner}, approved by {exempt.approver}"
    return [f"waived until {exempt.expires}{left}", people, *filter(None, [exempt.reason, exempt.link])]


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'} left" if number >= 0 else f"ended {-number} days ago"


def terminal(finding: Finding, today: dt.date | None = None) -> list[Text]:
    """A finding at a terminal: what is wrong, by which clause and how grave, then what to do and where that stands."""
    grave = ", ".join(filter(None, [finding.clause, finding.severity, " and ".join(finding.seen)]))
    said = Text(f"{finding.level:9} {finding.policy}: {finding.text}{f' ({grave})' if grave else ''}")
    said.style = STYLES.get(finding.level, "")
    more = [" ".join([f"fix: {finding.fix}", finding.link])] if _fixable(finding) else []
    more += ["; ".join(excuse)] if (excuse := waiver(finding, today)) else []
    return [said, *(Text(f"{'':9} {line}", style="dim") for line in more)]


def markdown(finding: Finding, today: dt.date | None = None) -> str:
    """A finding as an item of a list in Markdown."""
    told = f"- **{finding.level}** {code(finding.policy)}: {code(finding.text)}"
    more = [finding.clause, finding.severity, " and ".join(finding.seen)]
    more += [f"fix: {code(finding.fix)}, [rule]({finding.link})"] if _fixable(finding) else []
    more += [code(part) for part in waiver(finding, today)]
    return f"{told} ({'; '.join(filter(None, more))})" if any(more) else told


def _fixable(finding: Finding) -> bool:
    """Whether there is something to do: what waits or is waived is left as it is."""
    return bool(finding.fix) and finding.level not in ("later", "waived")
