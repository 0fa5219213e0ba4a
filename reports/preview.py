"""What a run changes, grouped by component, what is dangerous first, with the policies' findings."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lib import urn as urns
from lib.printable import one_line
from policy.core.guidance import guidance
from reports.events import Finding, Run, Step
from reports.log import skipped_lines

SYMBOLS = {
    "create": "+",
    "update": "~",
    "replace": "±",
    "delete": "-",
    "refresh": "↻",
    "read": ">",
    "import": "=",
    "same": " ",
}
STYLES = {"create": "green", "update": "yellow", "replace": "bold red", "delete": "bold red"}
STATEFUL = (
    "aws:rds/instance",
    "aws:rds/cluster",
    "aws:kms/key",
    "aws:s3/bucket:",
    "aws:secretsmanager/secret:",
    "aws:dynamodb",
    "aws:eks/cluster:",
)
LIMIT = 60
"""Lines of ordinary changes in Markdown."""
LONGEST = 500
"""Characters of one text in Markdown."""
PART_BYTES = 14_000
"""Of each of the four parts of the Markdown: GitHub refuses comments of more than 65,536 characters."""


def component_of(run: Run, urn: str) -> str:
    """The outermost component that a resource belongs to; ``-`` where it has none."""
    last, current, passed = "-", urn, set[str]()
    while current and current not in passed and urns.type_of(current) != "pulumi:pulumi:Stack":
        if urns.type_of(current).startswith("nationgraph:"):
            last = one_line(urns.name(current))
        passed.add(current)  # a damaged log may name a resource as its own ancestor
        current = run.parents.get(current, "")
    return last


def short(type_: str) -> str:
    """``aws:ec2/vpc:Vpc`` as ``ec2 Vpc``."""
    package, _, rest = type_.partition(":")
    service, name = rest.partition("/")[0], type_.rpartition(":")[2]
    return f"{service} {name}" if package == "aws" else name


def dangers(run: Run) -> list[str]:
    """Deletions, replacements and what happens to protected or stateful resources, one line each."""
    lines = []
    for step in run.steps:
        stateful = step.type.startswith(STATEFUL)
        if step.operation not in ("replace", "delete"):
            continue
        why = f", forced by {', '.join(step.forcing)}" if step.forcing else ""
        kind = " PROTECTED" if step.protect else ""
        kind += " STATEFUL" if stateful else ""
        lines.append((not step.protect, not stateful, f"{step.operation}{kind}: {step.name} ({short(step.type)}){why}"))
    return [line for *_, line in sorted(lines)]


def grouped(run: Run) -> list[tuple[str, list[Step]]]:
    """The changing steps by component, components and names in order."""
    groups: dict[str, list[Step]] = {}
    for step in run.steps:
        if step.operation != "same":
            groups.setdefault(component_of(run, step.urn), []).append(step)
    return [(name, sorted(steps, key=lambda step: step.name)) for name, steps in sorted(groups.items())]


@dataclass(frozen=True, order=True)
class Line:
    """One finding as reports show it; ``fix`` and ``link`` are empty where the pack does not know the policy."""

    level: str
    policy: str
    message: str
    severity: str = ""
    fix: str = ""
    link: str = ""


def _line(finding: Finding) -> Line:
    known = guidance(finding.policy)
    severity = finding.severity or (known.severity if known else "")
    return Line(
        finding.level,
        finding.policy,
        finding.message,
        severity,
        known.remediation if known else "",
        known.url if known else "",
    )


def merged(findings: Iterable[Finding]) -> list[Line]:
    """Findings, mandatory and grave ones first; what could not be judged yet is counted, not listed."""
    waiting: dict[str, int] = {}
    lines = []
    for finding in findings:
        if "can't run policy" in finding.message:
            waiting[finding.policy] = waiting.get(finding.policy, 0) + 1
        else:
            lines.append(_line(finding))
    order = {name: rank for rank, name in enumerate(("mandatory", "advisory"))}
    grave = {name: rank for rank, name in enumerate(("critical", "high", "medium", "low"))}
    later = [
        Line("later", policy, f"{n} resources are judged during the update: a value is not known yet")
        for policy, n in waiting.items()
    ]
    return sorted(lines, key=lambda line: (order.get(line.level, 2), grave.get(line.severity, 4), line)) + sorted(later)


def summary(run: Run) -> str:
    """Counts in one line."""
    parts = [f"{number} {kind}" for kind, number in run.counts().items()]
    return ", ".join(parts) or "no resources"


def terminal(run: Run, *, changes: bool) -> RenderableType:
    """For a person at a terminal; ``changes`` lists them resource by resource, else only counts by component."""
    parts: list[RenderableType] = [Text(line, style="bold red") for line in dangers(run)]
    table = Table(title="Preview" if run.preview else "Result", title_justify="left", box=None)
    for heading in (
        ("component", "change", "resource", "properties") if changes else ("component", "resources", "changes")
    ):
        table.add_column(heading, overflow="fold")
    if changes:
        for name, steps in grouped(run):
            for index, step in enumerate(steps):
                mark = Text(
                    f"{SYMBOLS.get(step.operation, '?')} {step.operation}", style=STYLES.get(step.operation, "")
                )
                resource = Text.assemble(step.name, " ", (short(step.type), "dim"))
                table.add_row(Text(name if index == 0 else ""), mark, resource, Text(", ".join(step.keys)))
    else:
        for name, total, changed in _by_component(run):
            table.add_row(Text(name), str(total), changed)
    parts += [table, Text(f"{summary(run)}; {len(run.policies)} policies, {len(run.findings)} findings")]
    parts += [text for line in merged(run.findings) for text in finding_lines(line)]
    parts += [Text(f"error: {error}", style="red") for error in run.errors]
    return Group(*parts, *([Text(skipped_lines(run.skipped), style="yellow")] if run.skipped else []))


def finding_lines(line: Line) -> list[Text]:
    """A finding at a terminal: what is wrong and how grave it is, then what to do and where the rule stands."""
    grave = f" ({line.severity})" if line.severity else ""
    style = "red" if line.level == "mandatory" else ""
    said = [Text(f"{line.level:9} {line.policy}: {line.message}{grave}", style=style)]
    return [*said, Text(f"{'':9} fix: {line.fix} {line.link}", style="dim")] if line.fix else said


def _by_component(run: Run) -> list[tuple[str, int, str]]:
    rows: dict[str, list[Step]] = {}
    for step in run.steps:
        rows.setdefault(component_of(run, step.urn), []).append(step)
    made = []
    for name, steps in sorted(rows.items()):
        resources = [step for step in steps if not step.type.startswith("nationgraph:")]
        kinds = {kind: sum(step.operation == kind for step in resources) for kind in SYMBOLS if kind != "same"}
        changed = ", ".join(f"{n} {kind}" for kind, n in kinds.items() if n) or "unchanged"
        made.append((name, len(resources), changed))
    return made


def markdown(run: Run, stack: str) -> str:
    """For a comment on a pull request. Danger and findings come first, and each part has its own share of the comment:
    what a run says a thousand times cannot push out what it says once.
    """
    verdict = "blocked" if run.blocking or not run.succeeded else "ready"
    findings = [finding_entry(line) for line in merged(run.findings)]
    steps = [(name, step) for name, group in grouped(run) for step in group]
    rows = [_row(name, step) for name, step in steps[:LIMIT]]
    counted = f"{summary(run)}; {len(run.policies)} policies. {skipped_lines(run.skipped)}".rstrip()
    lines = [f"## Preview of {code(stack)}: {verdict}", "", counted]
    parts = [
        (["### Dangerous", ""], [f"- {code(line)}" for line in dangers(run)]),
        (["### Errors", ""], [f"- {code(error)}" for error in run.errors]),
        (["### Policy findings", ""], findings),
        (["| component | change | resource | properties |", "|---|---|---|---|"], rows),
    ]
    for heading, entries in parts:
        kept = fitting(entries)
        rest = (len(steps) if entries is rows else len(entries)) - len(kept)
        more = ["", f"{rest} more; `make preview STACK={stack}` lists them."] if rest else []
        lines += ["", *heading, *kept, *more] if entries else []
    return "\n".join(lines) + "\n"


def finding_entry(line: Line) -> str:
    """A finding as an item of a list in Markdown."""
    told = f"- **{line.level}** {code(line.policy)}: {code(line.message)}"
    more = [line.severity, f"fix: {code(line.fix)}, [rule]({line.link})" if line.fix else ""]
    return f"{told} ({'; '.join(filter(None, more))})" if any(more) else told


def _row(component: str, step: Step) -> str:
    cells = (component, step.operation, f"{step.name} ({short(step.type)})", ", ".join(step.keys))
    return "| " + " | ".join(code(cell).replace("|", "\\|") for cell in cells) + " |"


def code(text: str) -> str:
    """Text from programs and accounts as a code span in one line: no markup, mention or link in it takes effect."""
    line = one_line(text)
    line = line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
    fence = "`" * (1 + max((len(ticks) for ticks in re.findall("`+", line)), default=0))
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def fitting(lines: Sequence[str], most: int = PART_BYTES) -> list[str]:
    """The first lines that fit into one part."""
    kept, size = [], 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > most:
            break
        kept.append(line)
    return kept
