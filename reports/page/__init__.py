"""A page to look at: what a change does to a stack, or what a stack is, in one file.

``render`` shows what the comment on a change says, and beside it the components and what they need, who can reach what,
and each resource with its properties before and after. ``render_state`` shows a state: who can reach what, and the
resources.
"""

from collections.abc import Sequence
from functools import cache

from markupsafe import Markup

from lib import urn as urns
from reports.change import Change
from reports.comment.model import Report
from reports.events import Run
from reports.html.parts import Tone, badge, paragraphs
from reports.html.shell import Assets, Section, page
from reports.html.templates import fragment
from reports.page import pictures, reachability, sections
from reports.page.marks import MARKS
from reports.page.resources import Graph, graph, operations
from reports.page.sections import HERE
from reports.reach import Row
from reports.state import Entry

LINKS = 12
"""Names of other resources in a line."""
PROPERTIES = 60
"""Properties of a resource in its table."""
UNFOLDED = 60
"""Changes that are unfolded from the beginning; of more, one opens what one wants to see."""
ARROWS = "An arrow leads from what is needed to what needs it; those that follow from others are left out."
NEW = "What new resources need is told when they have been made."
VERDICTS: dict[str, tuple[str, Tone]] = {
    "blocked": ("✗", "bad"),
    "ready": ("✓", "good"),
    "nothing changes": ("✓", "good"),
}
STATE = Run(preview=False, succeeded=True, seconds=0)


def render(change: Change, report: Report) -> str:
    """The page of a change, and of the report that a comment is made of."""
    shown = graph(change)
    numbers = {resource.urn: resource.number for resource in shown.resources}
    parts = [
        *sections.errors(change.run.errors),
        *sections.dangers("Dangerous", report.dangers, numbers),
        *sections.findings("Policy findings", report.findings, numbers, report.today),
        *sections.findings("Waived", report.waived, numbers, report.today),
        *sections.cost(report.cost),
        *sections.catalog(report.catalog),
        *sections.dangers("Dangerous, and pending without this change", report.pending_dangers, numbers),
        _components(shown),
        *([reachability.section(report.paths[1], report.paths[0])] if any(report.paths) else []),
        _resources(shown),
    ]
    return page(f"Preview of {change.stack}", parts, lead=_lead(report), facts=_facts(change, shown), assets=_assets())


def render_state(entries: Sequence[Entry], reach: Sequence[Row], against: Sequence[Row] | None = None) -> str:
    """The page of a state; ``against`` are the paths of another one."""
    stack = urns.stack(entries[0]["urn"]) if entries else ""
    shown = graph(Change(stack=stack, run=STATE, after=entries))
    parts = [reachability.section(reach, against), _components(shown), _resources(shown)]
    facts = {"Resources": str(len(shown.resources)), "Components": str(len(shown.components))}
    return page(f"Who can reach what in {stack or 'a stack'}", parts, facts=facts, assets=_assets())


@cache
def _assets() -> Assets:
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return Assets(style=style, script=script)


def _lead(report: Report) -> Markup:
    """The verdict, why, and counts."""
    symbol, tone = VERDICTS.get(report.verdict.word, ("", "plain"))
    why = f"{report.verdict.why}. " if report.verdict.why else " "
    said = f"{why}{' '.join([report.summary, *report.notes])}"
    return Markup("{}{}").format(badge(f"{symbol} {report.verdict.word}", tone), said)


def _facts(change: Change, shown: Graph) -> dict[str, str]:
    changes = {f"{MARKS[name].symbol} {MARKS[name].word}": n for name, n in operations(shown.resources).items()}
    unchanged = sum(not resource.changes for resource in shown.resources)
    skipped = {"lines of the log skipped": change.run.skipped} if change.run.skipped else {}
    return {name: f"{number:,}" for name, number in {**changes, "unchanged": unchanged, **skipped}.items()}


def _components(shown: Graph) -> Section:
    """The pictures: of the whole, and of what changes."""
    if not shown.components:
        return Section("Components", paragraphs("There are none."))
    new = any(resource.operation == "create" and not resource.needs for resource in shown.resources)
    changes = pictures.of_changes(shown.resources)
    heading = Markup("<h3>What changes, and what needs it</h3>") if changes else Markup()
    content = pictures.of_components(shown.components) + paragraphs(ARROWS, NEW if new else "") + heading + changes
    return Section("Components", content, str(len(shown.components)))


def _resources(shown: Graph) -> Section:
    changed = sum(resource.changes for resource in shown.resources)
    content = fragment(
        HERE,
        "resources.html",
        components=shown.components,
        resources=shown.resources,
        changes=changed,
        marks=MARKS,
        most=LINKS,
        longest=PROPERTIES,
        pictures=pictures,
        unfold=changed <= UNFOLDED,
    )
    number = len(shown.resources)
    return Section("Resources", content, f"{changed} of {number} change" if changed else str(number))
