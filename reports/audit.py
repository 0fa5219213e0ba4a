"""What the policies say of what is deployed: of the state, and of the account as a refresh finds it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from policy.core.engine import load_rules
from policy.core.guidance import WAIVER_POLICIES
from reports.drift import Drift, summary
from reports.events import Run
from reports.findings.model import Finding, Surroundings, merged
from reports.findings.places import declared
from reports.findings.report import Report
from reports.log import skipped_lines
from reports.state import Entry

TITLE = "Audit"


def report(stack: str, at: dt.datetime, entries: Sequence[Entry], judged: Mapping[str, Run], drift: Drift) -> Report:
    """The audit of a stack's resources.

    ``judged`` holds what the policies said of each view, such as ``state`` and ``account``; a finding tells in which of
    them it stands.
    """
    parents = {str(entry["urn"]): str(entry.get("parent") or "") for entry in entries}
    around = Surroundings(parents=parents, places=declared(entries))
    views = {view: merged(run.findings, around) for view, run in judged.items()}
    return Report(
        title=TITLE,
        stack=stack,
        at=at,
        resources=sum(map(_counts, entries)),
        policies=(*load_rules(), *WAIVER_POLICIES),
        findings=tuple(_with_views(views)),
        notes=tuple(_notes(stack, entries, drift)),
    )


def _counts(entry: Entry) -> bool:
    return bool(entry.get("custom")) and not entry.get("external") and not str(entry["type"]).startswith("pulumi:")


def _with_views(views: Mapping[str, Iterable[Finding]]) -> list[Finding]:
    """Each finding once, with the views in which it stands."""
    stands: dict[Finding, list[str]] = {}
    for view, findings in views.items():
        for finding in findings:
            stands.setdefault(finding, []).append(view)
    found = [replace(finding, seen=tuple(seen)) for finding, seen in stands.items()]
    return sorted(found, key=lambda finding: finding.rank)


def _notes(stack: str, entries: Sequence[Entry], drift: Drift) -> Iterable[str]:
    if not entries:
        yield f"Nothing is deployed in {stack}, so that nothing was judged; deploy it with `make up STACK={stack}`."
        return
    yield f"{summary(drift)}{f'; `make drift STACK={stack}` lists what' if drift.changed else ''}."
    if read := sum(bool(entry.get("external")) for entry in entries):
        yield f"Not judged, because the stack only reads them: {read} resource{'' if read == 1 else 's'}."
    if drift.skipped:
        yield skipped_lines(drift.skipped)
