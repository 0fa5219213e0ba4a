"""What the rules, due dates and waivers that a change brings would find, beside those that judge it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from models.roadmap.waiver import WaiverFile
from reports import events
from reports.findings import lines
from reports.findings.model import Finding, Surroundings, merged
from reports.markdown import code, fitting

TITLE = "This change brings other rules"
SILENT = "the policy pack did not start; `make preview` without POLICY shows why"
PART_BYTES = 5_000
"""Of each list in the comment, which has more to say."""
NONE = "They would change no finding of this stack."
UNSEEN = "The preview stopped early: they would change no finding of what it came to."
LAW = "It is judged by the rules of the branch that it goes to; its own hold once they are merged and deployed."


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    """Findings that appear and disappear by the new rules; ``failed`` says why these could not judge.

    ``whole`` is False where one of the two previews stopped early, so that neither saw all resources.
    """

    appear: Sequence[Finding] = ()
    disappear: Sequence[Finding] = ()
    failed: Sequence[str] = ()
    whole: bool = True


def rule_change(
    judged: events.Run, tried: Sequence[events.Run], waivers: tuple[WaiverFile, WaiverFile] | None = None
) -> RuleChange:
    """The difference between a preview by the rules that count and the same preview by those that the change brings.

    ``tried`` is empty, or its run has no policies, where the pack does not start. ``waivers`` are those of both.
    """
    if not tried or not tried[-1].policies:
        return RuleChange(failed=tuple(error for run in tried for error in run.errors) or (SILENT,))
    around = [Surroundings(waivers=file) for file in waivers or (None, None)]
    old, new = (merged(run.findings, one) for run, one in zip((judged, tried[-1]), around, strict=True))
    return RuleChange(
        appear=[finding for finding in new if finding not in old],
        disappear=[finding for finding in old if finding not in new],
        whole=not any(run.errors for run in (judged, tried[-1])),
    )


def _parts(change: RuleChange) -> list[tuple[str, Sequence[Finding]]]:
    return [("They would find:", change.appear), ("They would no longer find:", change.disappear)]


def terminal(change: RuleChange) -> RenderableType:
    """For a person at a terminal."""
    parts = [Text(f"{TITLE}. {LAW}", style="yellow")]
    parts += [Text(f"They do not run: {error}", style="red") for error in change.failed]
    for title, findings in _parts(change):
        if findings:
            parts += [Text(title), *(text for finding in findings for text in lines.terminal(finding))]
    return Group(*parts, *([] if _says_something(change) else [Text(_silence(change))]))


def markdown(change: RuleChange) -> str:
    """For the comment on the pull request."""
    said = ["", f"### {TITLE}", "", LAW]
    if change.failed:
        said += ["", "They do not run:", "", *fitting([f"- {code(error)}" for error in change.failed], PART_BYTES)]
    for title, findings in _parts(change):
        entries = [lines.markdown(finding) for finding in findings]
        kept = fitting(entries, PART_BYTES)
        rest = len(entries) - len(kept)
        said += ["", title, "", *kept, *([f"- {rest} more"] if rest else [])] if entries else []
    return "\n".join([*said, *([] if _says_something(change) else ["", _silence(change)])]) + "\n"


def _silence(change: RuleChange) -> str:
    return NONE if change.whole else UNSEEN


def _says_something(change: RuleChange) -> bool:
    return bool(change.failed or change.appear or change.disappear)
