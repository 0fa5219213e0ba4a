"""How the account differs from a stack's state, property by property, in words, Markdown and JSON."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from lib.printable import one_line
from reports.change import Change
from reports.dangers import Danger, dangers
from reports.events import Run, Step
from reports.expected_changes import Observed, reason
from reports.findings.lines import markdown as as_item
from reports.findings.model import Finding
from reports.log import skipped_lines
from reports.markdown import code, fitting, row
from reports.preview import short
from reports.state import Entry
from reports.values import SIGNATURE, beside, shown, text


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A property's value in the state and in the account, without secrets; ``expected``: why it is no drift."""

    path: str
    before: Any
    after: Any
    expected: str = ""

    @property
    def line(self) -> str:
        """``path: before -> after`` in one harmless line."""
        return f"{one_line(self.path)}: {' -> '.join(beside(text(self.before), text(self.after)))}"


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """A resource that differs: ``changed``, or ``gone`` from the account."""

    resource: str
    type: str
    operation: str
    differences: Sequence[Difference] = ()


@dataclass(frozen=True, kw_only=True)
class Drift:
    """``changed`` is drift; ``expected`` is what AWS did itself, ``external`` what the stack only reads."""

    changed: Sequence[Drifted] = ()
    expected: Sequence[Drifted] = ()
    external: Sequence[Drifted] = ()
    skipped: int = 0


def _leaves(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The values below ``path`` that differ, with their paths; lists of one length are compared item by item."""
    if before == after:
        return
    marked = any(isinstance(value, Mapping) and SIGNATURE in value for value in (before, after))
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not marked:
        for key in sorted({*before, *after}, key=str):
            yield from _leaves(_below(path, str(key)), before.get(key), after.get(key))
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
        and all(isinstance(item, Mapping) for item in (*before, *after))
    ):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _leaves(f"{path}[{index}]", *pair)
    else:
        yield path, before, after


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if key.replace("_", "").isalnum() else f"{path}[{json.dumps(key)}]"


def _differences(step: Step, stack: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Difference]:
    """What differs: in the properties that the provider names, else in all inputs, else in all outputs."""
    inputs = [dict(side.get("inputs") or {}) for side in (step.old, step.new)]
    outputs = [dict(side.get("outputs") or {}) for side in (step.old, step.new)]
    declared = {**outputs[0], **inputs[0], "id": step.old.get("id")}
    named = sorted({key.split("[")[0].split(".")[0] for key in step.keys})
    for sides in (inputs, outputs):
        named = named or sorted(
            k for k in {*sides[0], *sides[1]} - {"__defaults"} if sides[0].get(k) != sides[1].get(k)
        )
    for top in named:
        pairs = [[side.get(top) for side in sides] for sides in (inputs, outputs)]
        leaves = next(filter(None, (list(_leaves(top, *pair)) for pair in pairs)), None)
        for path, old, new in leaves or [
            (top, pairs[0][0], pairs[0][1])
        ]:  # two secrets are equal to whoever may not read them
            why = reason(Observed(type=step.type, path=path, before=old, after=new, declared=declared, stack=stack))
            name = re.split(r"[.\[]", path)[-1]
            yield Difference(path=path, before=shown(old, name), after=shown(new, name), expected=why)


def read(run: Run, resources: Iterable[Entry]) -> Drift:
    """The drift that a refresh saw, given the resources of the state."""
    stack: dict[str, list[Mapping[str, Any]]] = {}
    for entry in resources:
        values = {**(entry.get("outputs") or {}), **(entry.get("inputs") or {}), "id": entry.get("id")}
        stack.setdefault(entry["type"], []).append(values)
    changed, expected, external = [], [], []
    for step in run.steps:
        if step.operation not in ("update", "delete"):
            continue
        gone = step.operation == "delete"
        differences = [] if gone or step.external else list(_differences(step, stack))
        drifted = Drifted(
            resource=step.name, type=step.type, operation="gone" if gone else "changed", differences=differences
        )
        if step.external:
            external.append(drifted)
            continue
        own = [difference for difference in differences if not difference.expected]
        known = [difference for difference in differences if difference.expected]
        if own or not known:
            changed.append(replace(drifted, differences=own))
        if known:
            expected.append(replace(drifted, differences=known))
    return Drift(changed=changed, expected=expected, external=external, skipped=run.skipped)


def summary(drift: Drift) -> str:
    """The verdict in one sentence."""
    number = len(drift.changed)
    return "Nothing has drifted" if not number else f"{number} resource{'s have' if number > 1 else ' has'} drifted"


def _lines(drifted: Drifted) -> list[str]:
    head = f"{drifted.resource} ({short(drifted.type)})"
    if drifted.operation == "gone":
        return [f"{head} is gone from the account"]
    return [f"{head} {difference.line}" for difference in drifted.differences] or [f"{head} differs"]


def _notes(drift: Drift) -> list[str]:
    """What differs and is no drift, and why."""
    made = [
        f"{item.resource} ({short(item.type)}) {difference.line}: {difference.expected}"
        for item in drift.expected
        for difference in item.differences
    ]
    read = (
        f"{item.resource} ({short(item.type)}) {'is gone' if item.operation == 'gone' else 'has changed'}"
        for item in drift.external
    )
    return [*made, *(f"{line}: the stack reads it and does not manage it" for line in read)]


def terminal(drift: Drift) -> RenderableType:
    """For a person: what has drifted, and what has not although it differs."""
    parts = [Text(f"drift: {line}", style="yellow") for item in drift.changed for line in _lines(item)]
    parts += [Text(f"no drift: {line}", style="dim") for line in _notes(drift)]
    return Group(*parts, *([Text(skipped_lines(drift.skipped), style="yellow")] if drift.skipped else []))


def markdown(
    drift: Drift, stack: str, findings: Sequence[Finding] | None = None, dangers: Sequence[Danger] = ()
) -> str:
    """For an issue or a comment, danger first; whatever a stack or an account says is in code spans."""
    verdict = [summary(drift) + "."]
    if findings is not None:
        verdict.append(f"The policies {_verdict(findings)} the account.")
    verdict.append(skipped_lines(drift.skipped))
    lines = [f"## Drift of {code(stack)}", "", " ".join(filter(None, verdict))]
    rows = [_row(item, difference) for item in drift.changed for difference in item.differences or (None,)]
    heading = ["| resource | property | state | account |", "|---|---|---|---|"]
    notes = [f"- {code(line)}" for line in _notes(drift)]
    said = [as_item(finding) for finding in findings or ()]
    parts = (
        (["### Dangerous", ""], [f"- {code(danger.sentence)}" for danger in dangers]),
        (["### Policy findings", ""], said),
        (heading, rows),
        (["### No drift", ""], notes),
    )
    for title, entries in parts:
        kept = fitting(entries)
        more = ["", f"{len(entries) - len(kept)} more; `make drift STACK={stack}` lists them."]
        lines += ["", *title, *kept, *(more if len(kept) < len(entries) else [])] if entries else []
    return "\n".join(lines) + "\n"


def _row(item: Drifted, difference: Difference | None) -> str:
    cells = [f"{item.resource} ({short(item.type)})"]
    if difference is None:
        cells += ["", "", "gone" if item.operation == "gone" else "differs"]
    else:
        cells += [one_line(difference.path), *beside(text(difference.before), text(difference.after))]
    return row(cells)


def dangers_of(drift: Drift, change: Change) -> list[Danger]:
    """What is dangerous in the drift alone, the gravest first: ``change`` leads from the state to the account."""
    drifted = {(item.resource, item.type) for item in drift.changed}
    steps = [step for step in change.run.steps if (step.name, step.type) in drifted and not step.external]
    return dangers(replace(change, run=replace(change.run, steps=steps)))


def _verdict(findings: Sequence[Finding]) -> str:
    return "refuse" if any(finding.blocks for finding in findings) else "allow"


def as_json(drift: Drift, stack: str, findings: Sequence[Finding] | None = None) -> str:
    """For machines: values whole; ``policies`` is absent where nobody judged the account."""
    document: dict[str, Any] = {"stack": stack, **asdict(drift)}
    if findings is not None:
        document |= {"policies": _verdict(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(document, indent=2, default=str) + "\n"
