"""What stands above the pictures: errors, dangers, findings, waivers, cost, and what the catalog says otherwise."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from lib import urn as urns
from reports.catalog.changes import Said
from reports.cost.model import Difference
from reports.cost.output import money, unknown_lines, verdict
from reports.dangers import Danger
from reports.findings.lines import waiver
from reports.findings.model import Finding
from reports.html.parts import Tone, code, link, paragraphs, table
from reports.html.shell import Section
from reports.html.templates import fragment
from reports.markdown import Code

HERE = Path(__file__).parent
MESSAGES = 10
"""Findings of a policy that are shown at once; the others unfold."""


class Tones(dict[str, Tone]):
    """Tones by word, plain where it has none."""

    def __missing__(self, _: str) -> Tone:
        """The tone of every other word."""
        return "plain"


DANGERS = Tones({"critical": "bad", "high": "bad", "medium": "warn", "low": "info"})
LEVELS = Tones({"mandatory": "bad", "advisory": "warn", "waived": "info"})


def errors(texts: Sequence[str]) -> list[Section]:
    """What the engine, a provider or the program says."""
    return [Section("Errors", paragraphs(*texts), str(len(texts)))] if texts else []


def dangers(title: str, found: Sequence[Danger], numbers: Mapping[str, int]) -> list[Section]:
    """Each with its property, and a link to its resource, whose number is looked up by URN."""
    if not found:
        return []
    content = fragment(HERE, "dangers.html", dangers=found, tones=DANGERS, numbers=numbers)
    return [Section(title, content, str(len(found)))]


def findings(title: str, found: Sequence[Finding], numbers: Mapping[str, int], today: dt.date) -> list[Section]:
    """Those of a policy together, with what to do once."""
    if not found:
        return []
    content = fragment(
        HERE,
        "findings.html",
        findings=_by_policy(found),
        tones=LEVELS,
        numbers=numbers,
        link=link,
        most=MESSAGES,
        waiver=lambda finding: "; ".join(waiver(finding, today)),
    )
    return [Section(title, content, str(len(found)))]


def _by_policy(found: Iterable[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        groups.setdefault((finding.level, finding.policy), []).append(finding)
    return list(groups.values())


def cost(difference: Difference | None) -> list[Section]:
    """What a month costs before and after, by resource, and what is not priced; none where nothing differs."""
    if difference is None or not (difference.resources or difference.unknown):
        return []
    rows = [
        (moved.component, code(urns.name(moved.urn)), *map(money, (moved.before, moved.after)))
        for moved in difference.resources
    ]
    headings = ("component", "resource", "before", "after")
    sums = table(headings, rows, "Cost a month by resource", numbers=headings[2:]) if rows else paragraphs()
    unpriced = paragraphs(*(f"Not priced: {line}" for line in unknown_lines(difference.unknown)))
    return [Section("Cost", paragraphs(f"{verdict(difference)}.") + sums + unpriced, money(difference.by, signed=True))]


def catalog(said: Sequence[Said]) -> list[Section]:
    """What the files of people say otherwise, in words."""
    lines = [
        Markup().join(code(part.text) if isinstance(part, Code) else part for part in one.sentence) for one in said
    ]
    return [Section("Catalog", paragraphs(*lines), str(len(lines)))] if lines else []
