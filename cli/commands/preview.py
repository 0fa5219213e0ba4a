"""what would change in STACK, danger first, as a comment says it; AGAINST=checkout of the base branch, or its events"""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from cli import gate, plan, repair
from cli.options import SANDBOX, Place, Policy, Stack
from cli.output import say, show
from cli.run import operation, resources
from cli.signals import CUT_SHORT
from cli.target import ROOT, Target, working
from lib.problems import FileError
from models.roadmap.waiver import WaiverFile, load_waivers
from reports import events, page, pods, reach, rule_change
from reports.catalog.changes import Said, changes
from reports.change import Change, change
from reports.comment import build
from reports.comment.markdown import MOST, markdown
from reports.comment.model import Paths, Report
from reports.comment.terminal import terminal
from reports.plan import written
from reports.state import Entry
from stacks.files import read
from toolchain.helm import UnavailableError

GROUP = "Look"
WRITTEN = ("preview.md", "preview-whole.md", "preview.html")
"""What a run leaves behind, beside the folder of its stack: one that does not get so far leaves nothing."""
ALL = 1 << 40
"""Bytes of a report that is not cut."""
Against = Annotated[
    Path | None,
    typer.Option(
        "--against", envvar="AGAINST", help="A checkout of the base branch, or the events.jsonl of its preview."
    ),
]


def run(stack: Stack = SANDBOX, place: Place = "", against: Against = None, policy: Policy = "") -> int:
    """The command."""
    with working("preview", stack, place, falls_back=True) as target:
        return preview(target, against, policy)


def preview(target: Target, against: Path | None = None, policy: str = "") -> int:
    """What ``up`` would change, as text here and as Markdown for the pull request; 1 where a finding blocks it.

    ``preview.md`` is the comment, empty where nothing changes; ``preview-whole.md`` is it with nothing cut, and
    ``preview.html`` a page to look at.
    """
    folder = target.folder.parent
    for path in (plan.path_of(target), *(folder / name for name in WRITTEN)):
        path.unlink(missing_ok=True)
    if not repair.settled(target):
        return 1
    pack = gate.pack(target, policy)
    tried = operation(target, "preview", *gate.pack(target, ""))[1] if gate.brings_rules(pack) else None
    code, runs = operation(target, "preview", *pack)
    if code in CUT_SHORT or not runs:
        return code
    if code == 0 and not runs[-1].blocking:
        plan.path_of(target).write_text(written(plan.of(target, runs[-1], pack)), encoding="utf-8")
    head, report = _reported(target, runs[-1], against, pack)
    show(terminal(report))
    rules = (
        [] if tried is None else [rule_change.rule_change(runs[-1], tried, waivers=(_waivers(pack), load_waivers()))]
    )
    show(*map(rule_change.terminal, rules))
    own = "".join(map(rule_change.markdown, rules))
    texts = [(markdown(report, most - len(own.encode())) if report.changes else "") + own for most in (MOST, ALL)]
    for name, text in zip(WRITTEN, (*texts, page.render(head, report)), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    where = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    said = f"Comment: {where / WRITTEN[0]}" if texts[0] else "Nothing to comment on"
    say(f"{said}. Page: {where / WRITTEN[2]}")
    return code or bool(report.run.blocking)


def _reported(target: Target, done: events.Run, against: Path | None, pack: Sequence[str]) -> tuple[Change, Report]:
    before = resources(target)
    head = change(target.stack, done, before)
    base, today = _base(against, target.stack, before), dt.datetime.now(dt.UTC).date()
    around = build.Around(
        today=today,
        region=read(ROOT / "stacks" / f"Pulumi.{target.stack}.yaml").config.get("aws:region"),
        paths=_paths(build.before(head, base), head.after),
        catalog=_catalog(against, today),
        waivers=_waivers(pack),
    )
    return head, build.report(head, base, around)


def _waivers(pack: Sequence[str]) -> WaiverFile:
    """Those by which a pack judges."""
    return load_waivers(Path(pack[-1]).parent / "roadmap" / "waivers.yaml")


def _base(against: Path | None, stack: str, before: list[dict[str, object]]) -> Change | None:
    """The preview of the base branch. RuntimeError where the file that is named holds none."""
    if against is None:
        return None
    path = against / ".sandbox" / stack / "events.jsonl" if against.is_dir() else against
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    except OSError as error:
        if against.is_dir():
            return None
        raise RuntimeError(
            f"AGAINST={against}: cannot be read ({error.strerror}); name the events.jsonl of a preview"
        ) from None
    found = [run for run in events.parse(lines) if run.preview]
    if not found:
        raise RuntimeError(f"AGAINST={against}: holds no preview; name the events.jsonl that one has written")
    return change(stack, found[-1], before)


def _catalog(against: Path | None, today: dt.date) -> list[Said]:
    """What the files that people edit say otherwise than those of the base branch, where its checkout is there."""
    return changes(against, ROOT, today) if against and against.is_dir() else []


def _paths(before: Sequence[Entry], after: Sequence[Entry]) -> Paths:
    """Who can reach what before and after the change."""
    if not before:
        return (), ()
    was = reach.rows_of(before)
    if after == before:  # the paths of an unchanged stack are found once
        return was, was
    rows = was, reach.rows_of(after)
    if any(reach.difference(*rows)):  # seldom, and then it is worth the rendering
        with suppress(FileError, UnavailableError):  # the checks of charts and catalog say so themselves
            services = pods.deployed(after)
            rows = reach.rows_of(before, services), reach.rows_of(after, services)
    return rows
