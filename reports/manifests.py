"""What the policies say of plain manifests, such as rendered charts."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lib import urn as urns
from lib.printable import one_line
from models.roadmap.waiver import CHARTS, WaiverFile, load_waivers
from policy.core import isolation
from policy.core.due import load_due_dates
from policy.core.engine import Ledger, Rule, enforcement, load_rules
from policy.core.waivers import Exceptions
from policy.facts import manifests
from policy.facts.manifests import Manifest
from policy.facts.plaintext import redactor
from reports.findings.model import Finding, Place, exempted, guided
from reports.findings.report import Report
from stacks.environments import ENVIRONMENTS

PREFIXES = ("inf-", "sec-01-", "sec-03-", "sec-07-")
"""Of the rules that can say something of a manifest; the others know resources of AWS alone."""


def judge(
    found: Sequence[Manifest],
    *,
    ledger: Ledger,
    waivers: WaiverFile,
    today: dt.date,
) -> Report:
    """The same rules, isolation, enforcement dates and waivers as in the engine, without the engine."""
    rules = {name: rule for name, rule in load_rules().items() if name.startswith(PREFIXES)}
    exceptions = Exceptions(waivers, load_rules(), ENVIRONMENTS, today)
    places = {id(manifest.resource): Place(manifest.file, manifest.line) for manifest in found}
    findings: list[Finding] = []
    for name, rule in rules.items():
        level = enforcement(rule, ledger, today).value
        own = exceptions.for_rule(name)
        for resource, said in _said(rule, found):
            message = redactor([resource])(said)
            finding = guided(
                Finding(
                    level=level,
                    policy=name,
                    message=one_line(message),
                    resource=one_line(f"{resource.resource_type.rpartition(':')[2]} {resource.name}"),
                    type=one_line(resource.resource_type),
                    urn=one_line(resource.urn),
                    place=places[id(resource)],
                )
            )
            stack = urns.stack(resource.urn)
            matching = [w for w in own if w.stack == stack and w.covers(resource.resource_type, resource.name)]
            excused = exceptions.waive(matching, resource, message)
            findings.append(exempted(finding, excused) if excused else finding)
    return Report(
        title="Policies on charts",
        stack=next((urns.stack(manifest.resource.urn) for manifest in found), ""),
        at=dt.datetime.combine(today, dt.time(), dt.UTC),
        resources=len(found),
        policies=tuple(rules),
        findings=tuple(sorted(findings, key=lambda finding: finding.rank)),
    )


def _said(rule: Rule, found: Sequence[Manifest]) -> Iterator[isolation.Found]:
    resources = [manifest.resource for manifest in found]
    if rule.check_stack is not None:
        yield from isolation.of_stack(rule.check_stack, resources)
        return
    for resource in resources:
        if rule.check is not None and (not rule.types or resource.resource_type in rule.types):
            yield from isolation.of_resource(rule.check, resource)


def judged(path: Path, environment: str, now: dt.datetime) -> Report:
    """What the ledger's rules say today of a file or folder, as the charts of ``environment``.

    FileError where a file cannot be read.
    """
    found = manifests.load(manifests.files(path), f"{CHARTS}{environment}")
    report = judge(found, ledger=load_due_dates(), waivers=load_waivers(), today=now.date())
    subjects = tuple(dict.fromkeys(service_of(Path(manifest.file)) for manifest in found))
    return replace(report, stack=f"{CHARTS}{environment}", at=now, subjects=subjects)


def service_of(path: Path) -> str:
    """Whose a file of rendered charts is: ``python -m reports.charts`` names each after its service."""
    return path.stem
