"""what would change in STACK, by component, danger first, with policy findings; also as .sandbox/preview.md"""

from cli import repair
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import operation, resources
from cli.signals import CUT_SHORT
from cli.target import PACK, ROOT, Target, working
from reports import preview as report
from reports import reach
from reports.state import planned

GROUP = "Look"


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The command."""
    with working("preview", stack, place, falls_back=True) as target:
        return preview(target)


def preview(target: Target) -> int:
    """What ``up`` would change, as text here and as Markdown for the pull request; 1 where a finding blocks it."""
    if not repair.settled(target):
        return 1
    code, runs = operation(target, "preview", *PACK)
    if code in CUT_SHORT:
        return code
    for done in runs:
        show(report.terminal(done, changes=True))
        path = target.folder.parent / "preview.md"
        path.write_text(report.markdown(done, target.stack) + _reach(target), encoding="utf-8")
        say(f"Markdown: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    return code or any(bool(done.blocking) for done in runs)


def _reach(target: Target) -> str:
    """Who can reach what after the previewed change and could not before, or the other way round; Markdown."""
    before = resources(target)
    if not before:
        return ""
    with (target.folder / "events.jsonl").open(errors="replace") as log:
        rows = reach.rows_of(before), reach.rows_of(planned(before, log))
    for line in reach.change_lines(*rows):
        show(line)
    lines = reach.changes(*rows)
    return "\n".join(["", *lines, ""]) if lines else ""
