"""What one run of the engine did, read from its event log (``--event-log``, one JSON object a line)."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
_NOISE = re.compile(r"using pulumi-\w+-?\w* from \$PATH|^(update|preview|destroy|refresh) failed$")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One operation on one resource; ``keys`` are the changed properties, ``forcing`` those that replace it."""

    operation: str
    urn: str
    type: str
    parent: str
    protect: bool
    keys: Sequence[str] = ()
    forcing: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


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
    """One preview, update, refresh or destroy."""

    preview: bool
    succeeded: bool
    seconds: float
    steps: Sequence[Step] = ()
    findings: Sequence[Finding] = ()
    errors: Sequence[str] = ()
    policies: frozenset[str] = frozenset()
    parents: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Resources by operation, in the order of ``STEPS``."""
        made = {kind: sum(step.operation == kind for step in self.steps) for kind in STEPS}
        return {kind: number for kind, number in made.items() if number}

    @property
    def blocking(self) -> list[Finding]:
        """The findings that stop a deployment."""
        return [finding for finding in self.findings if finding.level == "mandatory"]


def _step(metadata: Mapping[str, Any]) -> Step | None:
    operation = _PARTIAL.get(metadata["op"], metadata["op"])
    if not operation or metadata["type"].startswith("pulumi:"):
        return None
    state = metadata.get("new") or metadata.get("old") or {}
    old = metadata.get("old") or {}
    detailed = metadata.get("detailedDiff") or {}
    keys = sorted(detailed) or sorted(metadata.get("diffs") or ())
    forcing = sorted({key for key, diff in detailed.items() if str(diff.get("diffKind", "")).endswith("replace")})
    protect = bool(old.get("protect") or state.get("protect"))
    parent = state.get("parent") or ""
    return Step(
        operation=operation,
        urn=metadata["urn"],
        type=metadata["type"],
        parent=parent,
        protect=protect,
        keys=keys,
        forcing=forcing,
    )


def _finding(event: Mapping[str, Any]) -> Finding:
    text = re.sub(r"<\{%.*?%\}>|\x1b\[[0-9;]*m", "", event["message"]).strip()
    description, _, violation = text.partition("\n")  # what cannot run says so in one line, without a description
    message = " ".join((violation or description).split())
    return Finding(
        policy=event.get("policyName", ""),
        level=event.get("enforcementLevel", ""),
        message=message,
        urn=event.get("resourceUrn", ""),
        severity=event.get("severity", ""),
    )


def parse(lines: Iterable[str]) -> list[Run]:
    """Every run in a log: an ``up`` holds a preview and an update. A log that was cut short ends with a failed run."""
    runs: list[Run] = []
    events: list[dict[str, Any]] = []
    for line in lines:
        if not line.endswith("\n"):
            break
        event = json.loads(line)
        events.append(event)
        if "summaryEvent" in event:
            runs.append(_run(events, event["summaryEvent"]))
            events = []
    if any(key in event for event in events for key in ("resourcePreEvent", "resOutputsEvent", "diagnosticEvent")):
        planning = any(event.get("resourcePreEvent", {}).get("planning") for event in events)
        runs.append(_run(events, {"result": "interrupted", "isPreview": planning}))
    return runs


def _run(events: Sequence[Mapping[str, Any]], summary: Mapping[str, Any]) -> Run:
    steps: dict[tuple[str, str], Step] = {}
    parents: dict[str, str] = {}
    outputs: Mapping[str, Any] = {}
    findings: dict[Finding, None] = {}
    errors, policies = [], set()
    for event in events:
        metadata = (event.get("resourcePreEvent") or event.get("resOutputsEvent") or {}).get("metadata")
        if metadata:
            state = metadata.get("new") or metadata.get("old") or {}
            parents[metadata["urn"]] = state.get("parent") or ""
            if metadata["type"] == "pulumi:pulumi:Stack" and "resOutputsEvent" in event:
                outputs = state.get("outputs") or {}
            step = _step(metadata)
            if step:
                steps[step.urn, step.operation] = step
        for key in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
            policies |= set((event.get(key) or {}).get("passed") or ()) | set(
                (event.get(key) or {}).get("failed") or ()
            )
        if "policyEvent" in event:
            finding = _finding(event["policyEvent"])
            findings[finding] = None
            policies.add(finding.policy)
        diagnostic = event.get("diagnosticEvent")
        if diagnostic and diagnostic["severity"] == "error" and not _NOISE.search(diagnostic["message"].strip()):
            where = diagnostic.get("urn", "").rpartition("::")[2]
            text = re.sub(r"<\{%.*?%\}>|\x1b\[[0-9;]*m", "", diagnostic["message"]).strip()
            errors.append(f"{where}: {text}" if where else text)
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
    )


def _without_partial(steps: Sequence[Step]) -> list[Step]:
    """A replacement also shows as its parts; one line is enough."""
    replaced = {step.urn for step in steps if step.operation == "replace"}
    return [step for step in steps if step.operation == "replace" or step.urn not in replaced]
