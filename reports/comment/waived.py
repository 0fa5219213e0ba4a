"""Which waivers a change makes use of, and how many days are left of each."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib import urn as urns
from models.roadmap.waiver import Waiver
from policy.facts import former_types
from reports.events import Finding

WAIVED = "rev-01-waived"
"""The policy that reports each violation which a waiver excuses."""


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A waiver in use, and the names of the resources that it excuses."""

    waiver: Waiver
    resources: Sequence[str]

    def days(self, today: dt.date) -> int:
        """How many days it holds yet, today not counted."""
        return (self.waiver.expires - today).days


def in_use(findings: Iterable[Finding], waivers: Sequence[Waiver], stack: str) -> tuple[list[Waived], list[Finding]]:
    """The waivers that findings report, those that end first leading; and the findings of which none is known."""
    used: dict[Waiver, dict[str, None]] = {}
    unknown = []
    for finding in findings:
        if finding.policy != WAIVED:
            continue
        name = urns.name(finding.urn)
        waiver = next((one for one in waivers if one.stack == stack and _reports(finding, one, name)), None)
        if waiver is None:
            unknown.append(finding)
        else:
            used.setdefault(waiver, {})[name] = None
    found = [Waived(waiver=waiver, resources=sorted(names)) for waiver, names in used.items()]
    return sorted(found, key=lambda one: (one.waiver.expires, one.waiver.policy)), unknown


def _reports(finding: Finding, waiver: Waiver, name: str) -> bool:
    """Whether the finding is of this waiver: it covers the resource, and its policy and last day lead the message."""
    covered = waiver.covers(former_types.current(urns.type_of(finding.urn)), name)
    return covered and f"{waiver.policy} is waived until {waiver.expires}: " in finding.message
