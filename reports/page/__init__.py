"""A page to look at: what a change does to a stack, or what a stack is, in one file.

``render`` shows a previewed change: its dangers and findings first, then the components and what they need, who can
reach what, and each resource with its properties before and after. ``render_state`` shows a state: who can reach what,
and the resources.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup

from lib import urn as urns
from reports.change import Change
from reports.dangers.model import Danger
from reports.events import Run
from reports.findings.model import Finding, merged
from reports.html.parts import Tone, badge, link, paragraphs
from reports.html.shell import Assets, Section, page
from reports.html.templates import fragment
from reports.page import pictures, reachability
from reports.page.marks import MARKS
from reports.page.resources import Graph, graph, operations
from reports.reach import Row
from reports.state import Entry

HERE = Path(__file__).parent
LINKS = 12
"""Names of other resources in a line."""
PROPERTIES = 60
"""Properties of a resource in its table."""


class _Tones(dict[str, Tone]):
    def __missing__(self, _: str) -> Tone:
        return "plain"


DANGERS = _Tones({"critical": "bad", "high": "bad", "medium": "warn", "low": "info"})
FINDINGS = {"tones": _Tones({"mandatory": "bad", "advisory": "warn"}), "link": link, "most": 10}
ARROWS = "An arrow leads from what is needed to what needs it; those that follow from others are left out."
NEW = "What new resources need is told when they have been made."
UNFOLDED = 60
"""Changes that are unfolded from the beginning; of more, one opens what one wants to see."""
STATE = Run(preview=False, succeeded=True, seconds=0)


def render(
    change: Change,
    *,
    dangers: Sequence[Danger] = (),
    reach: tuple[Sequence[Row], Sequence[Row]] | None = None,
    more: Sequence[Section] = (),
) -> str:
    """The page of a change.

    Args:
        change: The previewed run, with the resources before and after.
        dangers: In order.
        reach: The paths before and after it.
        more: Sections to show behind the findings, as one about cost.

    """
    found, shown = merged(change.run.findings), graph(change)
    numbers = {resource.urn: resource.number for resource in shown.resources}
    sections = [
        *_list("Errors", change.run.errors),
        *_cards("Dangerous", "dangers.html", len(dangers), dangers=dangers, tones=DANGERS, numbers=numbers),
        *_cards("Policy findings", "findings.html", len(found), findings=_by_policy(found), **FINDINGS),
        *more,
        _components(shown),
        *([reachability.section(reach[1], reach[0])] if reach else []),
        _resources(shown),
    ]
    return page(
        f"Preview of {change.stack}",
        sections,
        lead=_verdict(change.run, shown),
        facts=_facts(change, shown),
        assets=_assets(),
    )


def render_state(entries: Sequence[Entry], reach: Sequence[Row], against: Sequence[Row] | None = None) -> str:
    """The page of a state; ``against`` are the paths of another one."""
    stack = urns.stack(entries[0]["urn"]) if entries else ""
    shown = graph(Change(stack=stack, run=STATE, after=entries))
    sections = [reachability.section(reach, against), _components(shown), _resources(shown)]
    facts = {"Resources": str(len(shown.resources)), "Components": str(len(shown.components))}
    return page(f"Who can reach what in {stack or 'a stack'}", sections, facts=facts, assets=_assets())


@cache
def _assets() -> Assets:
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return Assets(style=style, script=script)


def _verdict(run: Run, shown: Graph) -> Markup:
    """The outcome in a line, in a word first."""
    counts = ", ".join(f"{number} {MARKS[kind].word}" for kind, number in operations(shown.resources).items())
    if run.errors or not (run.succeeded or run.blocking):
        return badge("✗ failed", "bad") + Markup(" The preview did not come to its end.")
    if run.blocking:
        number = len(run.blocking)
        rest = f"{number} finding{'' if number == 1 else 's'} must be dealt with first; {counts or 'nothing changes'}."
        return badge("✗ blocked", "bad") + Markup(" {}").format(rest)
    if not counts:
        return badge("✓ nothing changes", "good")
    return badge("✓ ready", "good") + Markup(" {}.").format(counts)


def _facts(change: Change, shown: Graph) -> dict[str, str]:
    unchanged = sum(not resource.changes for resource in shown.resources)
    facts = {"Stack": change.stack, "Unchanged": str(unchanged), "Policies": str(len(change.run.policies))}
    return facts | ({"Lines of the log skipped": str(change.run.skipped)} if change.run.skipped else {})


def _by_policy(findings: Iterable[Finding]) -> list[tuple[Finding, list[str]]]:
    """Each policy's messages, with the first of its findings for what they have in common."""
    groups: dict[tuple[str, str], tuple[Finding, list[str]]] = {}
    for finding in findings:
        groups.setdefault((finding.level, finding.policy), (finding, []))[1].append(finding.message)
    return list(groups.values())


def _list(title: str, texts: Sequence[str]) -> list[Section]:
    return [Section(title, paragraphs(*texts), str(len(texts)))] if texts else []


def _cards(title: str, template: str, number: int, **values: object) -> list[Section]:
    return [Section(title, fragment(HERE, template, **values), str(number))] if number else []


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
    return Section(
        "Resources", content, f"{changed} of {len(shown.resources)} change" if changed else str(len(shown.resources))
    )
