"""The parts of a comment, in their order: each a title and lines, of which every line is text for both outputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from lib import urn as urns
from lib.printable import one_line
from reports import reach
from reports.comment.model import Report, counted
from reports.cost.model import Difference
from reports.cost.output import money, unknown_lines, verdict
from reports.dangers import Danger
from reports.findings import lines as findings
from reports.findings.model import Finding
from reports.markdown import Code, plain, written

NAMES = 20
"""Of resources in one line."""


@dataclass(frozen=True)
class Line:
    """One item of a list: Markdown, and the lines of a terminal that say the same."""

    markdown: str
    terminal: Sequence[Text]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A title and its lines; ``intro`` is a sentence of ours before them."""

    title: str
    lines: Sequence[Line]
    intro: str = ""


def line(*parts: str | Code, style: str = "") -> Line:
    """A line of our words, which are plain, and texts of others."""
    return Line(f"- {written(parts)}", [Text(plain(parts), style=style)])


def parts(report: Report) -> list[Part]:
    """Every part that has something to say, dangers and changes of resources apart, which have forms of their own."""
    made = [
        Part(title="Errors", lines=[line(Code(_reason(error)), style="red") for error in report.run.errors]),
        Part(title="Policy findings", lines=[_finding(report, one) for one in report.findings]),
        Part(title="Waivers in use", lines=[_finding(report, one) for one in report.waived]),
        _cost(report.cost),
        Part(title="What depends on it", lines=list(_dependants(report))),
        Part(title="Who can reach what", lines=list(_paths(report))),
        Part(title="Catalog", lines=[line(*one.sentence) for one in report.catalog]),
    ]
    return [part for part in made if part.lines]


def _reason(error: str) -> str:
    """An error without the frames of the program that raised it, which its log holds."""
    return error.partition("Traceback (most recent call last)")[0].strip() or error


def danger(one: Danger, *, pending: bool = False) -> Line:
    """A danger: the sentence, and of its parts what the sentence does not say."""
    left = [(f"{name}: ", text) for name, text in _details(one) if text and text not in one.sentence]
    more = [part for label, text in left for part in ("; ", label, Code(text))]
    note = " (pending on the base branch)" if pending else ""
    made = line(Code(one.sentence), *more, note, style="bold red")
    mark = f"**{one.severity}** "
    return Line(
        f"- {mark}{made.markdown[2:]}", [Text.assemble((f"{one.severity}: ", "bold"), text) for text in made.terminal]
    )


def _details(one: Danger) -> Iterator[tuple[str, str]]:
    yield "resource", one.resource
    yield "property", one.property
    yield "before", one.before
    yield "after", one.after
    yield "because", one.why


def _finding(report: Report, one: Finding) -> Line:
    return Line(findings.markdown(one, report.today), findings.terminal(one, report.today))


def _cost(cost: Difference | None) -> Part:
    """By resource, the largest difference first; nothing where no sum differs and nothing new is unpriced."""
    title = "Cost per month"
    if cost is None or not (cost.resources or cost.unknown):
        return Part(title=title, lines=())
    rows = [
        line(
            Code(f"{moved.component}: {one_line(urns.name(moved.urn))}"),
            f" {money(moved.before)} before, {money(moved.after)} after ({money(moved.by, signed=True)})",
        )
        for moved in cost.resources
    ]
    left = [line("not priced: ", Code(text)) for text in unknown_lines(cost.unknown)]
    return Part(title=title, intro=f"{verdict(cost)}.", lines=[*rows, *left])


def _dependants(report: Report) -> Iterator[Line]:
    found = report.dependants
    if found.components:
        counts = [part for name, n in found.components.items() for part in (", ", Code(name), f" {n:,}")][1:]
        total = counted(sum(found.components.values()), "resource that stays", "resources that stay")
        yield line(f"{total}, directly or through others: ", *counts)
    for step, depend in found.direct:
        named = [part for urn in depend[:NAMES] for part in (", ", Code(urns.name(urn)))][1:]
        more = f" and {len(depend) - NAMES:,} more" if len(depend) > NAMES else ""
        yield line(f"{step.operation} of ", Code(step.name), ": on it depend ", *named, more)


def _paths(report: Report) -> Iterator[Line]:
    """What can be reached that could not be before, what no grant names first; and what no longer can be."""
    added, removed = reach.difference(*report.paths)
    for row in sorted(added, key=lambda row: row.granted != "no"):
        ungranted = ", which no grant names" if row.granted == "no" else ""
        reaches = (Code(row.who), " newly reaches ", Code(row.ports), " of ", Code(row.target), ungranted)
        yield line(*reaches, ": ", *_hops(row.path), style="yellow")
    for row in removed:
        yield line(Code(row.who), " no longer reaches ", Code(row.ports), " of ", Code(row.target), style="green")


def _hops(path: str) -> Iterator[str | Code]:
    """Each hop whole: what is long is cut."""
    for index, hop in enumerate(path.split(" -> ")):
        yield from (*((" → ",) if index else ()), Code(hop))
