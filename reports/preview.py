"""What a run of the engine did or would do, by component, with the policies' findings, for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.components import outermost
from reports.events import Run, Step
from reports.findings import lines as shown
from reports.findings.model import merged
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


def component_of(run: Run, urn: str) -> str:
    """The outermost component that a resource belongs to; ``-`` where it has none."""
    return outermost(urn, run.parents) or "-"


def short(type_: str) -> str:
    """``aws:ec2/vpc:Vpc`` as ``ec2 Vpc``."""
    package, _, rest = type_.partition(":")
    service, name = rest.partition("/")[0], type_.rpartition(":")[2]
    return f"{service} {name}" if package == "aws" else name


def grouped(run: Run) -> list[tuple[str, list[Step]]]:
    """The changing steps by component, components and names in order."""
    groups: dict[str, list[Step]] = {}
    for step in run.steps:
        if step.operation != "same":
            groups.setdefault(component_of(run, step.urn), []).append(step)
    return [(name, sorted(steps, key=lambda step: step.name)) for name, steps in sorted(groups.items())]


def summary(run: Run) -> str:
    """Counts in one line."""
    parts = [f"{number} {kind}" for kind, number in run.counts().items()]
    return ", ".join(parts) or "no resources"


def terminal(run: Run, *, changes: bool) -> RenderableType:
    """For a person at a terminal; ``changes`` lists them resource by resource, else only counts by component."""
    parts: list[RenderableType] = []
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
    parts += [text for line in merged(run.findings) for text in shown.terminal(line)]
    parts += [Text(f"error: {error}", style="red") for error in run.errors]
    return Group(*parts, *([Text(skipped_lines(run.skipped), style="yellow")] if run.skipped else []))


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
