"""How much the rules say, and how much of it is excused: where most is, rule or reality is wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reports.findings.report import Report

NOISY_SHARE: Final = 0.5
NOISY_LEAST: Final = 2
"""Findings, of which so large a share is waived, make a rule noisy."""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """One policy over all reports."""

    policy: str
    findings: int
    waived: int

    @property
    def share(self) -> float:
        """The part that is waived; 0 without findings."""
        return self.waived / self.findings if self.findings else 0.0

    @property
    def noisy(self) -> bool:
        """Whether rule or reality has to be mended."""
        return self.findings >= NOISY_LEAST and self.share >= NOISY_SHARE


def noise(reports: Iterable[Report]) -> tuple[Noise, ...]:
    """Every policy that judged something, those with most findings first; what waits for an update is no finding."""
    judged, found, waived = set[str](), Counter[str](), Counter[str]()
    for report in reports:
        if not report.resources:
            continue
        judged.update(report.policies)
        found.update(finding.policy for finding in report.findings if finding.level != "later")
        waived.update(finding.policy for finding in report.findings if finding.level == "waived")
    return tuple(sorted(_all(judged | found.keys(), found, waived), key=lambda one: (-one.findings, one.policy)))


def _all(policies: Iterable[str], found: Counter[str], waived: Counter[str]) -> Iterator[Noise]:
    for policy in policies:
        yield Noise(policy=policy, findings=found[policy], waived=waived[policy])
