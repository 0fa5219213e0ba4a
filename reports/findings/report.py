"""Findings together with what was judged: what every format shows."""

import datetime as dt
from dataclasses import dataclass

from reports.findings.model import LEVELS, Finding


@dataclass(frozen=True, kw_only=True)
class Report:
    """What policies said in one run.

    ``title`` names the kind of run, ``resources`` counts what was judged, ``policies`` are the names of all that
    judged, ``notes`` what a reader has to know beside: they are no findings. ``subjects`` are the services whose charts
    were judged, empty where a stack was. ``emulated`` tells an account of the sandbox from AWS.
    """

    title: str
    stack: str
    at: dt.datetime
    resources: int
    policies: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    emulated: bool = False

    @property
    def blocking(self) -> bool:
        """Whether a mandatory finding stands."""
        return any(finding.blocks for finding in self.findings)

    @property
    def verdict(self) -> str:
        """``blocked`` or ``ready``."""
        return "blocked" if self.blocking else "ready"

    @property
    def today(self) -> dt.date:
        """The day from which the days of waivers are counted, in UTC."""
        return self.at.astimezone(dt.UTC).date()

    @property
    def counts(self) -> dict[str, int]:
        """Findings by level, grave ones first; levels that the engine alone knows come last."""
        others = sorted({finding.level for finding in self.findings} - {*LEVELS})
        return {level: sum(finding.level == level for finding in self.findings) for level in (*LEVELS, *others)}

    @property
    def summary(self) -> str:
        """What was judged, when, and how many findings there are, in one line."""
        found = ", ".join(
            f"{number} {level}" for level, number in self.counts.items() if number or level in ("mandatory", "advisory")
        )
        at = f"{self.at.astimezone(dt.UTC):%F %R} UTC"
        return f"{found}; {self.resources} resources judged by {len(self.policies)} policies on {at}"
