"""Parts of a comment that fit into the room they get; what is left out is counted."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from lib.printable import one_line
from reports.comment import changed
from reports.comment.model import Report, counted
from reports.comment.parts import Part
from reports.comment.parts import line as written
from reports.events import Step
from reports.markdown import LONGEST, Code, row

ROW = ("change", "resource", "property", "before", "after")
MORE = "in the artifact `preview`"
SHARE = 2_200
"""Bytes that each part may have, however long those before it are."""


class Block(Protocol):
    """Something that can be written in more room or less."""

    def fitted(self, room: int) -> list[str]:
        """Lines of Markdown of at most ``room`` bytes."""


def size(lines: Sequence[str]) -> int:
    """Bytes, line ends included."""
    return sum(len(line.encode()) + 1 for line in lines)


@dataclass(frozen=True)
class Listed:
    """A heading and as many lines of a list as fit."""

    part: Part

    def fitted(self, room: int) -> list[str]:
        """The first lines, and how many are left out."""
        head = ["", f"### {self.part.title}", "", *([self.part.intro, ""] if self.part.intro else [])]
        lines = [line.markdown for line in self.part.lines]
        return [*head, *first(lines, room - size(head))]


def first(lines: Sequence[str], room: int) -> list[str]:
    """As many lines as fit, and how many do not."""
    if size(lines) <= room:
        return list(lines)
    left = room - size([f"- {len(lines):,} more {MORE}."])
    kept: list[str] = []
    for line in lines:
        left -= size([line])
        if left < 0:
            break
        kept.append(line)
    return [*kept, f"- {len(lines) - len(kept):,} more {MORE}."]


@dataclass(frozen=True)
class Changed:
    """The changes by component, each folded; the counts are outside of what is folded."""

    report: Report

    def fitted(self, room: int) -> list[str]:
        """Every component with its counts, and rows as they fit, a fair share for each."""
        groups = changed.components(self.report, self.report.own)
        head = ["", "### Changes", "", f"{changed.counts(self.report.own)}.", ""]
        left = room - size(head) - size([_rest(self.report.own)])
        shown: list[changed.Component] = []
        for group in groups:
            least = size(_folded(group, ["-"], len(group.steps)))
            if left < least:
                break
            left -= least
            shown.append(group)
        made: list[str] = []
        for index, group in enumerate(shown):
            rows, omitted = _fitting(group, left // (len(shown) - index))
            left -= size(rows)
            made += _folded(group, rows, omitted)
        unseen = [step for group in groups[len(shown) :] for step in group.steps]
        return [*head, *made, *([_rest(unseen)] if unseen else [])]


def _rest(steps: Sequence[Step]) -> str:
    return f"{counted(len(steps), 'change')} of other components {MORE}: {changed.counts(steps)}."


def _folded(group: changed.Component, rows: Sequence[str], omitted: int) -> list[str]:
    """GitHub reads Markdown inside of HTML after a blank line."""
    name = html.escape(one_line(group.name)[:LONGEST])
    more = [f"{counted(omitted, 'change')} more {MORE}.", ""] if omitted else []
    table = [f"| {' | '.join(ROW)} |", f"|{'---|' * len(ROW)}", *rows, ""] if rows else []
    summary = f"<details><summary><code>{name}</code>: {group.counts}</summary>"
    return [summary, "", *table, *more, "</details>", ""]


def _fitting(group: changed.Component, room: int) -> tuple[list[str], int]:
    """The rows of as many resources as fit, and how many resources do not."""
    rows: list[str] = []
    for index, step in enumerate(group.steps):
        own = list(_rows(step))
        room -= size(own)
        if room < 0:
            return rows, len(group.steps) - index
        rows += own
    return rows, 0


def _rows(step: Step) -> Iterator[str]:
    """A row a property; what is new, or goes, has one."""
    found, more = changed.properties(step)
    first = (step.operation, changed.title(step))
    if not found:
        yield row((*first, "", "", ""))
    for index, one in enumerate(found):
        path = f"{one.path} (forces replacement)" if one.forces else one.path
        yield row((*(first if index == 0 else ("", "")), path, one.before or "", one.after or ""))
    if more:
        yield row(("", "", f"{more} more properties", "", ""))


@dataclass(frozen=True)
class Pending:
    """What the base branch would change as well, folded into one line."""

    report: Report

    def fitted(self, room: int) -> list[str]:
        """The steps that fit, and how many do not."""
        steps = self.report.pending
        summary = f"Already pending on the base branch: {counted(len(steps), 'change')} ({changed.counts(steps)})"
        head = ["", f"<details><summary>{summary}</summary>", ""]
        tail = ["", "</details>"]
        names = [written(f"{step.operation} ", Code(changed.title(step))).markdown for step in steps]
        return [*head, *first(names, room - size(head) - size(tail)), *tail]


def fit(blocks: Sequence[Block], room: int) -> list[str]:
    """The blocks in ``room`` bytes: each may have ``SHARE``, and what one leaves goes to those after it."""
    shares = [min(SHARE, size(block.fitted(SHARE))) for block in blocks]
    made: list[str] = []
    for index, block in enumerate(blocks):
        lines = block.fitted(room - sum(shares[index + 1 :]))
        room -= size(lines)
        made += lines
    return made
