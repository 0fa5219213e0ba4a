"""The report of a preview: what it rests on is had while the engine works, and the run adds the rest.

Its imports take longer than those of the command, which has begun the engine before it loads them.
"""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import RenderableType

from cli.target import ROOT
from lib.problems import FileError
from models.roadmap.waiver import load_waivers
from reports import events, page, pods, reach, rule_change
from reports.catalog.changes import changes
from reports.change import Change, change
from reports.comment import build
from reports.comment.markdown import MOST, markdown
from reports.comment.model import Paths
from reports.comment.terminal import terminal
from reports.reach import Row
from reports.state import Entry
from stacks.files import read
from toolchain.helm import UnavailableError

ALL = 1 << 40
"""Bytes of a report that is not cut."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """A report in each form: the comment, which is empty where nothing changes, with nothing cut, and the page.

    ``rules`` is for the terminal too: what the rules that a change brings would find.
    """

    terminal: RenderableType
    rules: Sequence[RenderableType]
    comment: str
    whole: str
    page: str


@dataclass(frozen=True, kw_only=True)
class Basis:
    """All but the run: the stack before it, the preview of the base branch, and who reaches what without the change."""

    stack: str
    before: Sequence[Entry]
    base: Change | None
    reached: Sequence[Row]
    around: build.Around

    def texts(self, run: events.Run, tried: Sequence[events.Run] | None) -> Texts:
        """The report of a run; ``tried`` is the same preview by the rules that the change brings, where it does."""
        head = change(self.stack, run, self.before)
        around = replace(self.around, paths=self._paths(head.after))
        report = build.report(head, self.base, around)
        waivers = around.waivers or load_waivers()
        rules = [] if tried is None else [rule_change.rule_change(run, tried, waivers=(waivers, load_waivers()))]
        own = "".join(map(rule_change.markdown, rules))
        comment, whole = (
            (markdown(report, most - len(own.encode())) if report.changes else "") + own for most in (MOST, ALL)
        )
        return Texts(
            terminal=terminal(report),
            rules=[*map(rule_change.terminal, rules)],
            comment=comment,
            whole=whole,
            page=page.render(head, report),
        )

    def _paths(self, after: Sequence[Entry]) -> Paths:
        """Who can reach what before and after the change."""
        before = build.before(self.before, self.base)
        if not before:
            return (), ()
        if after == before:  # the paths of an unchanged stack are found once
            return self.reached, self.reached
        rows = self.reached, reach.rows_of(after)
        if any(reach.difference(*rows)):  # seldom, and then it is worth the rendering
            with suppress(FileError, UnavailableError):  # the checks of charts and catalog say so themselves
                services = pods.deployed(after)
                rows = reach.rows_of(before, services), reach.rows_of(after, services)
        return rows


def basis(stack: str, before: Sequence[Entry], against: Path | None, rules: Path) -> Basis:
    """What a report of ``stack`` rests on; ``rules`` is the tree by whose waivers the pack judges.

    Raises:
        RuntimeError: the file ``against`` holds no preview.

    """
    base, today = _base(against, stack, before), dt.datetime.now(dt.UTC).date()
    around = build.Around(
        today=today,
        region=read(ROOT / "stacks" / f"Pulumi.{stack}.yaml").config.get("aws:region"),
        # What the files that people edit say otherwise than those of the base branch, where its checkout is there.
        catalog=changes(against, ROOT, today) if against and against.is_dir() else [],
        waivers=load_waivers(rules / "roadmap" / "waivers.yaml"),
    )
    reached = reach.rows_of(build.before(before, base))
    return Basis(stack=stack, before=before, base=base, reached=reached, around=around)


def _base(against: Path | None, stack: str, before: Sequence[Entry]) -> Change | None:
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
