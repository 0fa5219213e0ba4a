"""A comment on a pull request, within what GitHub takes: verdict, dangers, what blocks, and all else after it."""

from reports.comment.blocks import Block, Changed, Listed, Pending, fit, size
from reports.comment.danger_block import Dangerous
from reports.comment.model import Report
from reports.comment.parts import parts
from reports.log import skipped_lines
from reports.markdown import code

MOST = 64_000
"""Bytes: GitHub refuses comments of more than 65,536 characters, and the workflow adds two lines of its own."""


def markdown(report: Report, most: int = MOST) -> str:
    """The comment in ``most`` bytes. What does not fit is counted; of dangers nothing gives way to anything else."""
    said = [report.summary, skipped_lines(report.run.skipped), *report.notes]
    head = [f"## Preview of {code(report.stack)}: {report.verdict}", "", " ".join(filter(None, said))]
    blocks: list[Block] = []
    blocks += [Dangerous(report)] if report.dangers or report.pending_dangers else []
    blocks += map(Listed, parts(report))
    blocks += [Changed(report)] if report.own else []
    blocks += [Pending(report)] if report.pending else []
    return "\n".join([*head, *fit(blocks, most - size(head))]).rstrip() + "\n"
