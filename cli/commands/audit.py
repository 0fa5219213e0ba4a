"""what the policies say of STACK's state and account; FORMAT=markdown, json, sarif, junit, html, all; OUTPUT"""

import datetime as dt
from dataclasses import replace

from cli import deployed
from cli.findings import Form, Output, deliver
from cli.options import SANDBOX, Place, Stack
from cli.output import show
from cli.run import export
from cli.signals import CUT_SHORT
from cli.target import Target, working
from reports import audit as report
from reports import drift, preview
from reports.findings.report import Report
from reports.state import resources

GROUP = "Look"


def run(stack: Stack = SANDBOX, place: Place = "", form: Form = "table", output: Output = None) -> int:
    """The command; 1 where a mandatory finding stands in state or account, the engine's code where neither is read."""
    with working("audit", stack, place) as target:
        code, found = audit(target)
        emulated = target.name == "sandbox"
    return code if found is None else deliver(replace(found, emulated=emulated), form, output)


def audit(target: Target) -> tuple[int, Report | None]:
    """The report; without one, the code of the refresh that failed, which has said why."""
    at = dt.datetime.now(dt.UTC)
    state = export(target)
    entries = resources(state)
    if not entries:
        return 0, report.report(target.stack, at, (), {}, drift.Drift())
    code, runs = deployed.refreshed(target)
    if code or not runs:
        show(*(preview.terminal(done, changes=True) for done in runs if code not in CUT_SHORT))
        return code or 1, None
    views = {"state": deployed.managed(state), "account": deployed.as_seen(state, runs[-1])}
    judged = {"state": deployed.judged(target, views["state"])}
    same = views["account"] == views["state"]
    judged["account"] = judged["state"] if same else deployed.judged(target, views["account"])
    return 0, report.report(target.stack, at, entries, judged, drift.read(runs[-1], entries))
