"""A finding as every report shows it: what the engine reported, with what pack and waivers say of it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lib import urn as urns
from lib.printable import one_line
from models.roadmap.waiver import Waiver, WaiverFile, load_waivers
from policy.core.guidance import WAIVED, WAIVERS, WAIVERS_FILE, guidance
from reports import events
from reports.components import outermost

LEVELS = ("mandatory", "advisory", "later", "waived")
"""Grave ones first: only a mandatory finding blocks; ``later`` is judged when values are known that are not yet."""
SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, whose path is that below the repository where it lies in it."""

    file: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, order=True)
class Exempt:
    """The waiver that excuses a finding: why, who answers for it, who approved it, and its last day."""

    reason: str
    owner: str
    approver: str
    expires: dt.date
    link: str = ""

    def days_left(self, today: dt.date) -> int:
        """Days until its last one; negative from the day after that."""
        return (self.expires - today).days


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding, its texts in one line each and without control characters, as its readers make them.

    ``resource`` is the name of what violates, ``component`` that of the outermost component in which it lies, ``place``
    where it is declared, ``seen`` in what it was found where there is a choice. ``fix`` and what follows are empty
    where the pack does not know the policy.
    """

    level: str
    policy: str
    message: str
    severity: str = ""
    resource: str = ""
    type: str = ""
    urn: str = ""
    component: str = ""
    place: Place | None = None
    seen: tuple[str, ...] = ()
    clause: str = ""
    frameworks: tuple[str, ...] = ()
    fix: str = ""
    link: str = ""
    exempt: Exempt | None = None

    @property
    def text(self) -> str:
        """What is wrong with what, in one line."""
        return ": ".join(filter(None, (str(self.place or ""), self.resource, self.message)))

    @property
    def blocks(self) -> bool:
        """Whether it stops a deployment."""
        return self.level == "mandatory"

    @property
    def rank(self) -> tuple[float, int, str, str, str]:
        """Where it stands in a list: by level, unknown ones after advisory, then by severity, policy and resource."""
        level = LEVELS.index(self.level) if self.level in LEVELS else 1.5
        severity = SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)
        return level, severity, self.policy, self.urn or self.text, self.message


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is known around findings: the parents of resources and the places that declare them, by URN; waivers."""

    parents: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    waivers: WaiverFile | None = None


def guided(finding: Finding) -> Finding:
    """The finding with what the pack knows of its policy."""
    known = guidance(finding.policy)
    if known is None:
        return finding
    return replace(
        finding,
        severity=finding.severity or known.severity,
        clause=known.clause,
        frameworks=known.frameworks,
        fix=finding.fix or known.remediation,
        link=known.url,
    )


def exempted(finding: Finding, waiver: Waiver) -> Finding:
    """The finding as what ``waiver`` excuses."""
    exempt = Exempt(waiver.reason, waiver.owner, waiver.approver, waiver.expires, waiver.link or "")
    return replace(finding, level="waived", policy=waiver.policy, exempt=exempt)


def merged(findings: Iterable[events.Finding], around: Surroundings | None = None) -> list[Finding]:
    """Findings, mandatory and grave ones first; what could not be judged yet is counted, not listed.

    Waivers are those of ``roadmap/waivers.yaml`` where ``around`` holds none.
    """
    around = around or Surroundings()
    waiting: dict[str, int] = {}
    known: list[Finding] = []
    waivers = around.waivers
    for finding in findings:
        if "can't run policy" in finding.message:
            waiting[finding.policy] = waiting.get(finding.policy, 0) + 1
            continue
        if waivers is None and finding.policy.startswith(WAIVERS):
            waivers = load_waivers()
        known.append(_known(finding, around, waivers or WaiverFile()))
    known += [
        guided(Finding(level="later", policy=policy, message=_later(number))) for policy, number in waiting.items()
    ]
    return sorted(known, key=lambda finding: finding.rank)


def _later(number: int) -> str:
    return f"{number} resources are judged during the update: a value is not known yet"


def _known(finding: events.Finding, around: Surroundings, waivers: WaiverFile) -> Finding:
    name = one_line(urns.name(finding.urn)) if finding.urn else ""
    made = Finding(
        level=finding.level,
        policy=finding.policy,
        message=finding.message.removeprefix(f"{name}: ") if name else finding.message,
        severity=finding.severity,
        resource=name,
        type=one_line(urns.type_of(finding.urn)),
        urn=one_line(finding.urn),
        component=outermost(finding.urn, around.parents),
        place=around.places.get(finding.urn),
    )
    if finding.policy == WAIVED:
        return guided(_exempt(made, waivers.waivers))
    return guided(_about_waivers(made, waivers) if finding.policy.startswith(WAIVERS) else made)


def _exempt(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    """What is waived as the finding that it would be; as it was reported where its waiver is not among ``waivers``."""
    for waiver in waivers:
        notice = one_line(waiver.notice)
        if waiver.stack == urns.stack(finding.urn) and finding.message.startswith(notice):
            # The severity that was reported is that of the report; the rule's own is in its guidance.
            violation = replace(finding, message=finding.message.removeprefix(notice).strip(), severity="")
            return exempted(violation, waiver)
    return replace(finding, level="waived")


def _about_waivers(finding: Finding, waivers: WaiverFile) -> Finding:
    """What is wrong with a waiver, at its line; it is said without the line, which every other edit moves."""
    places = {Place(waiver.file, line) for waiver in waivers.waivers for line in waiver.lines.values()}
    for place in places | {Place(problem.file, problem.line) for problem in waivers.problems}:
        start = f"{place}: "
        if finding.message.startswith(start):
            return replace(finding, message=finding.message.removeprefix(start), place=place)
    return replace(finding, place=Place(WAIVERS_FILE))
