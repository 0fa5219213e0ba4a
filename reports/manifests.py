"""What the policies say of plain manifests, such as rendered charts."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from models.roadmap.waiver import CHARTS, WaiverFile, load_waivers
from policy.core import isolation
from policy.core.due import load_due_dates
from policy.core.engine import Ledger, Rule, enforcement, load_rules
from policy.core.waivers import Exceptions
from policy.facts import manifests
from policy.facts.manifests import Manifest
from policy.facts.plaintext import redactor
from reports.events import Finding
from reports.findings import lines as shown
from reports.findings.model import merged
from reports.markdown import fitting
from stacks.environments import ENVIRONMENTS

PREFIXES = ("inf-", "sec-01-", "sec-03-", "sec-07-")
"""Of the rules that can say something of a manifest; the others know resources of AWS alone."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one run has judged and said."""

    objects: int
    rules: int
    findings: Sequence[Finding]
    waived: int

    @property
    def blocking(self) -> bool:
        """Whether a finding is mandatory today."""
        return any(finding.level == "mandatory" for finding in self.findings)

    @property
    def summary(self) -> str:
        """Counts in one line."""
        mandatory = sum(finding.level == "mandatory" for finding in self.findings)
        rest = len(self.findings) - mandatory
        counted = f"{self.objects} objects, {self.rules} rules: {mandatory} mandatory findings, {rest} advisory"
        return f"{counted}, {self.waived} waived"


def judge(
    found: Sequence[Manifest],
    *,
    ledger: Ledger,
    waivers: WaiverFile,
    today: dt.date,
) -> Verdict:
    """The same rules, isolation, enforcement dates and waivers as in the engine, without the engine."""
    rules = {name: rule for name, rule in load_rules().items() if name.startswith(PREFIXES)}
    exceptions = Exceptions(waivers, load_rules(), ENVIRONMENTS, today)
    places = {id(manifest.resource): manifest for manifest in found}
    findings: list[Finding] = []
    waived = 0
    for name, rule in rules.items():
        level = enforcement(rule, ledger, today).value
        own = exceptions.for_rule(name)
        for resource, said in _said(rule, found):
            message = redactor([resource])(said)
            stack = resource.urn.split(":")[2]
            matching = [w for w in own if w.stack == stack and w.covers(resource.resource_type, resource.name)]
            if exceptions.waive(matching, resource, message):
                waived += 1
                continue
            kind = resource.resource_type.rpartition(":")[2]
            text = f"{places[id(resource)].place}: {kind} {resource.name}: {message}"
            findings.append(
                Finding(policy=name, level=level, message=text, urn=resource.urn, severity=rule.severity.value)
            )
    return Verdict(objects=len(found), rules=len(rules), findings=findings, waived=waived)


def _said(rule: Rule, found: Sequence[Manifest]) -> Iterator[isolation.Found]:
    resources = [manifest.resource for manifest in found]
    if rule.check_stack is not None:
        yield from isolation.of_stack(rule.check_stack, resources)
        return
    for resource in resources:
        if rule.check is not None and (not rule.types or resource.resource_type in rule.types):
            yield from isolation.of_resource(rule.check, resource)


def terminal(verdict: Verdict) -> RenderableType:
    """For a person: each finding with what to do, grave ones first."""
    parts = [text for line in merged(verdict.findings) for text in shown.terminal(line)]
    return Group(*parts, Text(verdict.summary))


def markdown(verdict: Verdict) -> str:
    """For a comment on a pull request."""
    entries = [shown.markdown(line) for line in merged(verdict.findings)]
    kept = fitting(entries)
    more = ["", f"{len(entries) - len(kept)} more."] if len(entries) > len(kept) else []
    heading = f"### Policies on charts: {'blocked' if verdict.blocking else 'ready'}"
    return "\n".join([heading, "", f"{verdict.summary}.", *([""] if kept else []), *kept, *more]) + "\n"


def as_json(verdict: Verdict) -> str:
    """For machines."""
    lines = merged(verdict.findings)
    return json.dumps({"summary": verdict.summary, "findings": [asdict(line) for line in lines]}, indent=2) + "\n"


def judged(path: Path, environment: str, today: dt.date) -> Verdict:
    """What the ledger's rules say today of a file or folder, as the charts of ``environment``.

    FileError where a file cannot be read.
    """
    found = manifests.load(manifests.files(path), f"{CHARTS}{environment}")
    return judge(found, ledger=load_due_dates(), waivers=load_waivers(), today=today)
