"""What one run of the engine did, read from its event log (``--event-log``, one JSON object a line)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from lib import urn as urns
from lib.printable import one_line, printable, without_colours
from reports import log
from reports.values import properties

STEPS = ("create", "update", "replace", "delete", "refresh", "read", "import", "same")
_PARTIAL = {
    "create-replacement": "replace",
    "delete-replaced": "",
    "discard": "",
    "discard-replaced": "",
    "read-replacement": "",
    "import-replacement": "replace",
    "remove-pending-replace": "",
}
_WORD = re.compile(r"[a-z-]{1,40}")
"""What every operation of the engine is called like: reports write it as a word of theirs."""
_PREFIX = re.compile(r"^an unhandled error occurred: python inline source runtime error: (?=\S)")
"""What the language host puts before a sentence by which the program refuses its own settings."""
_NOISE = re.compile(r"using pulumi-\w+-?\w* from \$PATH|^(update|preview|destroy|refresh) failed$")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One operation on one resource; ``keys`` are the changed properties, ``forcing`` those that replace it.

    ``old`` and ``new`` are its inputs and outputs before and after, as the log holds them; an ``external`` resource is
    read and not managed.
    """

    operation: str
    urn: str
    type: str
    parent: str
    protect: bool
    keys: Sequence[str] = ()
    forcing: Sequence[str] = ()
    external: bool = False
    old: log.State = field(default_factory=log.State, compare=False, repr=False)
    new: log.State = field(default_factory=log.State, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The resource's logical name, harmless to print."""
        return one_line(urns.name(self.urn))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One violation of one policy by one resource."""

    policy: str
    level: str
    message: str
    urn: str
    severity: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One preview, update, refresh or destroy; ``skipped`` lines of its log could not be read."""

    preview: bool
    succeeded: bool
    seconds: float
    steps: Sequence[Step] = ()
    findings: Sequence[Finding] = ()
    errors: Sequence[str] = ()
    policies: frozenset[str] = frozenset()
    parents: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    skipped: int = 0
    results: Sequence[log.Metadata] = field(default=(), repr=False)
    """How each operation ended, as the log has it."""

    def counts(self) -> dict[str, int]:
        """Resources by operation, in the order of ``STEPS``."""
        made = {kind: sum(step.operation == kind for step in self.steps) for kind in STEPS}
        return {kind: number for kind, number in made.items() if number}

    @property
    def blocking(self) -> list[Finding]:
        """The findings that stop a deployment."""
        return [finding for finding in self.findings if finding.level == "mandatory"]


def _properties(metadata: log.Metadata) -> tuple[list[str], list[str]]:
    """The changed properties and those that force a replacement: in detail where the provider says so, else by name."""
    detailed, forcing = metadata.get("detailedDiff") or {}, metadata.get("keys") or ()
    keys = {*detailed} or {*(metadata.get("diffs") or ()), *forcing}
    replacing = {key for key, diff in detailed.items() if diff.get("diffKind", "").endswith("replace")} or {*forcing}
    return sorted(map(one_line, keys)), sorted(map(one_line, replacing))


def _step(metadata: log.Metadata) -> Step | None:
    operation = _PARTIAL.get(metadata["op"], metadata["op"])
    if not operation or metadata["type"].startswith("pulumi:"):
        return None
    old, new = metadata.get("old") or {}, metadata.get("new") or {}
    state = new or old
    keys, forcing = _properties(metadata)
    return Step(
        operation=operation if _WORD.fullmatch(operation) else "unknown",
        urn=metadata["urn"],
        type=one_line(metadata["type"]),
        parent=state.get("parent") or "",
        protect=bool(old.get("protect") or state.get("protect")),
        keys=keys,
        forcing=forcing,
        external=bool(state.get("external") or old.get("external")),
        old=old,
        new=new,
    )


def _finding(event: log.Policy) -> Finding:
    text = without_colours(event["message"]).strip()
    description, _, violation = text.partition("\n")  # what cannot run says so in one line, without a description
    return Finding(
        policy=one_line(event.get("policyName") or ""),
        level=one_line(event.get("enforcementLevel") or ""),
        message=one_line(violation or description),
        urn=event.get("resourceUrn") or "",
        severity=one_line(event.get("severity") or ""),
    )


def parse(lines: Iterable[str]) -> list[Run]:
    """Every run in a log: an ``up`` holds a preview and an update. A log that was cut short ends with a failed run.

    Lines that cannot be read are counted by the run in which they stand, or by the last one.
    """
    return runs_of(log.event(line) for line in takewhile(_whole, lines) if line.strip())


def _whole(line: str) -> bool:
    return line.endswith("\n")


def runs_of(read: Iterable[log.Event | None]) -> list[Run]:
    """As ``parse``, of a log that was read already; None stands for a line that cannot be."""
    runs: list[Run] = []
    events: list[log.Event] = []
    skipped = 0
    for event in read:
        if event is None:
            skipped += 1
            continue
        events.append(event)
        summary = event.get("summaryEvent")
        if summary is not None:
            runs.append(_run(events, summary, skipped))
            events, skipped = [], 0
    if any(_of_a_run(event) for event in events):
        planning = any(begun.get("planning") for event in events if (begun := event.get("resourcePreEvent")))
        runs.append(_run(events, {"result": "interrupted", "isPreview": planning}, skipped))
    elif skipped and runs:
        runs[-1] = replace(runs[-1], skipped=runs[-1].skipped + skipped)
    return runs


def _of_a_run(event: log.Event) -> bool:
    """Whether something was done or said. What a plugin writes while it ends, after the summary, is said to nobody."""
    said = event.get("diagnosticEvent")
    return (
        "resourcePreEvent" in event or "resOutputsEvent" in event or (said is not None and said["severity"] != "debug")
    )


def _error(diagnostic: log.Diagnostic) -> str | None:
    """What went wrong, with the resource's name; None for what only repeats or informs."""
    text = _PREFIX.sub("", without_colours(diagnostic["message"]).strip())
    if diagnostic["severity"] != "error" or _NOISE.search(text):
        return None
    where = one_line(urns.name(diagnostic.get("urn") or ""))
    return f"{where}: {printable(text)}" if where else printable(text)


def _policies(event: log.Event) -> set[str]:
    judged = filter(None, (event.get("policyAnalyzeSummaryEvent"), event.get("policyAnalyzeStackSummaryEvent")))
    return {one_line(name) for part in judged for name in (*(part.get("passed") or ()), *(part.get("failed") or ()))}


def _run(events: Sequence[log.Event], summary: log.Summary, skipped: int) -> Run:
    steps: dict[tuple[str, str], Step] = {}
    parents: dict[str, str] = {}
    outputs: Mapping[str, Any] = {}
    findings: dict[Finding, None] = {}
    results, errors, policies = [], [], set()
    for event in events:
        resource = event.get("resourcePreEvent") or event.get("resOutputsEvent")
        if resource:
            metadata = resource["metadata"]
            state = metadata.get("new") or metadata.get("old") or {}
            parents[metadata["urn"]] = state.get("parent") or ""
            if event.get("resOutputsEvent"):
                results.append(metadata)
            if metadata["type"] == "pulumi:pulumi:Stack" and event.get("resOutputsEvent"):
                outputs = properties(state.get("outputs"))
            step = _step(metadata)
            if step:
                steps[step.urn, step.operation] = step
        policies |= _policies(event)
        judged, diagnostic = event.get("policyEvent"), event.get("diagnosticEvent")
        if judged:
            finding = _finding(judged)
            findings[finding] = None
            policies.add(finding.policy)
        if diagnostic and (error := _error(diagnostic)):
            errors.append(error)
    return Run(
        preview=bool(summary.get("isPreview")),
        succeeded=summary.get("result") == "succeeded",
        seconds=float(summary.get("durationSeconds") or 0),
        steps=_without_partial(list(steps.values())),
        findings=list(findings),
        errors=list(dict.fromkeys(errors)),
        policies=frozenset(policies),
        parents=parents,
        outputs=outputs,
        skipped=skipped,
        results=results,
    )


def _without_partial(steps: Sequence[Step]) -> list[Step]:
    """A replacement also shows as its parts; one line is enough."""
    replaced = {step.urn for step in steps if step.operation == "replace"}
    return [step for step in steps if step.operation == "replace" or step.urn not in replaced]
