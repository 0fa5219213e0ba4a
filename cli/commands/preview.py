"""what would change in STACK, danger first, as a comment says it; AGAINST=checkout of the base branch, or its events"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import gate, plan, repair
from cli.options import SANDBOX, Place, Policy, Stack, names_base_branch
from cli.output import say, show
from cli.run import operation
from cli.signals import CUT_SHORT
from cli.target import ROOT, Target, working
from reports.plan import written

if TYPE_CHECKING:
    from cli import preview_report

GROUP = "Look"
WRITTEN = ("preview.md", "preview-whole.md", "preview.html")
"""What a run leaves behind, beside the folder of its stack: one that does not get so far leaves nothing."""
Against = Annotated[
    Path | None,
    typer.Option(
        "--against", envvar="AGAINST", help="A checkout of the base branch, or the events.jsonl of its preview."
    ),
]


def run(stack: Stack = SANDBOX, place: Place = "", against: Against = None, policy: Policy = "") -> int:
    """The command."""
    names_base_branch(against)
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
    held = repair.settled(target)
    if held is None:
        return 1
    pack = gate.pack(target, policy)
    rules = Path(pack[-1]).parent
    tried = operation(target, "preview", *gate.pack(target, ""))[1] if gate.brings_rules(pack) else None

    @cache
    def prepared() -> "tuple[plan.Origin, preview_report.Basis]":
        from cli import preview_report  # noqa: PLC0415 - slow to import, and the engine works meanwhile

        origin = plan.origin(target, rules)
        return origin, preview_report.basis(target.stack, held.get("resources") or [], against, rules)

    code, runs = operation(target, "preview", *pack, meanwhile=prepared)
    if code in CUT_SHORT or not runs:
        return code
    run = runs[-1]
    origin, basis = prepared()
    if code == 0 and not run.blocking:
        plan.path_of(target).write_text(written(plan.of(target.stack, run, origin)), encoding="utf-8")
    texts = basis.texts(run, tried)
    show(texts.terminal)
    show(*texts.rules)
    for name, text in zip(WRITTEN, (texts.comment, texts.whole, texts.page), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    where = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    said = f"Comment: {where / WRITTEN[0]}" if texts.comment else "Nothing to comment on"
    say(f"{said}. Page: {where / WRITTEN[2]}")
    return code or bool(run.blocking)
