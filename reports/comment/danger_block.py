"""The dangers of a comment: each by itself while they fit, then equal ones together, then counted by kind."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.comment.blocks import MORE, size
from reports.comment.model import Report, counted
from reports.comment.parts import NAMES, danger, line
from reports.dangers import Danger
from reports.markdown import Code

ROOM = 40_000
"""Bytes that dangers have for themselves: nothing else of a comment takes from them."""
HEAD = ["", "### Dangerous", ""]


@dataclass(frozen=True)
class Dangerous:
    """Those of the change, then those that are pending on the base branch."""

    report: Report

    def fitted(self, room: int) -> list[str]:
        """Never more than ``ROOM``, and never less for the sake of what follows."""
        own, pending = self.report.dangers, self.report.pending_dangers
        single = [*(danger(one).markdown for one in own), *(danger(one, pending=True).markdown for one in pending)]
        left = min(room, ROOM) - size(HEAD)
        if size(single) <= left:
            return [*HEAD, *single]
        together = [*_together(own, pending=False), *_together(pending, pending=True)]
        lines = [text for text, _ in together]
        return [*HEAD, *(lines if size(lines) <= left else _counted(together, left))]


Together = tuple[str, Sequence[Danger]]


def _together(dangers: Sequence[Danger], *, pending: bool) -> Iterator[Together]:
    """A line for each danger that is alone in its kind, and one for all that differ by the resource alone."""
    groups: dict[tuple[str, ...], list[Danger]] = {}
    for one in dangers:
        groups.setdefault((one.severity, one.kind, one.type, one.property, one.before, one.after, one.why), []).append(
            one
        )
    for group in groups.values():
        first = danger(group[0], pending=pending)
        others = [part for one in group[1 : NAMES + 1] for part in (", ", Code(one.resource))][1:]
        more = f" and {len(group) - NAMES - 1:,} more {MORE}" if len(group) > NAMES + 1 else ""
        rest = line("the same of ", *others, more).markdown[2:] if others else ""
        yield "; ".join(filter(None, (first.markdown, rest))), group


def _counted(together: Sequence[Together], room: int) -> list[str]:
    """The gravest lines, and of the rest how many there are of each severity and kind."""
    room -= size(_rest([one for _, group in together for one in group]))
    kept = 0
    for text, _ in together:
        room -= size([text])
        if room < 0:
            break
        kept += 1
    return [*(text for text, _ in together[:kept]), *_rest([one for _, group in together[kept:] for one in group])]


def _rest(dangers: Sequence[Danger]) -> list[str]:
    numbers = Counter((one.severity, one.kind) for one in dangers)
    return [
        f"- **{severity}** {kind}: {counted(number, 'danger')} more {MORE}."
        for (severity, kind), number in numbers.items()
    ]
