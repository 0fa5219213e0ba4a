"""what would change in STACK, by component, danger first, with policy findings; also as .sandbox/preview.md"""

from contextlib import suppress

from cli import gate, plan, repair
from cli.options import SANDBOX, Place, Policy, Stack
from cli.output import say, show
from cli.run import operation, resources
from cli.signals import CUT_SHORT
from cli.target import ROOT, Target, working
from lib.problems import FileError
from reports import pods, reach
from reports import preview as report
from reports import rule_change as rule_report
from reports.rule_change import rule_change
from reports.state import planned
from toolchain.helm import UnavailableError

GROUP = "Look"


def run(stack: Stack = SANDBOX, place: Place = "", policy: Policy = "") -> int:
    """The command."""
    with working("preview", stack, place, falls_back=True) as target:
        return preview(target, policy)


def preview(target: Target, policy: str = "") -> int:
    """What ``up`` would change, as text here and as Markdown for the pull request; 1 where a finding blocks it."""
    if not repair.settled(target):
        return 1
    pack = gate.pack(target, policy)
    tried = operation(target, "preview", *gate.pack(target, ""))[1] if gate.brings_rules(pack) else []
    code, runs = operation(target, "preview", *pack)
    if code in CUT_SHORT:
        return code
    for done in runs:
        show(report.terminal(done, changes=True))
        path = target.folder.parent / "preview.md"
        rules = [rule_change(done, trial) for trial in tried]
        show(*map(rule_report.terminal, rules))
        parts = [report.markdown(done, target.stack), *map(rule_report.markdown, rules), _reach(target)]
        path.write_text("".join(parts), encoding="utf-8")
        plan.keep(target, done, pack, whole=code == 0 and done.succeeded and not done.blocking)
        say(f"Markdown: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return code or any(bool(done.blocking) for done in runs)


def _reach(target: Target) -> str:
    """Who can reach what after the previewed change and could not before, or the other way round; Markdown."""
    before = resources(target)
    if not before:
        return ""
    with (target.folder / "events.jsonl").open(errors="replace") as log:
        after = planned(before, log)
    rows = reach.rows_of(before), reach.rows_of(after)
    if any(reach.difference(*rows)):  # seldom, and then it is worth the rendering
        with suppress(FileError, UnavailableError):  # the checks of charts and catalog say so themselves
            services = pods.deployed(after)
            rows = reach.rows_of(before, services), reach.rows_of(after, services)
    for line in reach.change_lines(*rows):
        show(line)
    lines = reach.changes(*rows)
    return "\n".join(["", *lines, ""]) if lines else ""
