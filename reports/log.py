"""The engine's event log, line by line, in the shape that reports rely on.

A line that is no JSON, or whose event has another shape, is left out and counted: a killed engine, a full disk or
another version of the engine must not cost the rest of a report.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Required

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict

_MORE = ConfigDict(extra="allow", allow_inf_nan=False)


class State(TypedDict, total=False):
    """A resource before or after an operation."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    parent: str | None
    provider: str | None
    protect: bool | None
    external: bool | None
    id: str | None
    inputs: dict[str, Any] | None
    outputs: dict[str, Any] | None


class Change(TypedDict, total=False):
    """How one property differs."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    diffKind: str


class Metadata(TypedDict, total=False):
    """An operation on a resource; ``diffs`` are its changed properties, ``keys`` those that replace it."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    op: Required[str]
    urn: Required[str]
    type: Required[str]
    old: State | None
    new: State | None
    diffs: list[str] | None
    keys: list[str] | None
    detailedDiff: dict[str, Change] | None


class Resource(TypedDict, total=False):
    """An operation that begins, ends or fails."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    metadata: Required[Metadata]
    planning: bool | None


class Diagnostic(TypedDict, total=False):
    """What the engine, a provider or the program says."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    message: Required[str]
    severity: Required[str]
    urn: str | None


class Policy(TypedDict, total=False):
    """A policy's finding."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    message: Required[str]
    policyName: str | None
    enforcementLevel: str | None
    resourceUrn: str | None
    severity: str | None


class Judged(TypedDict, total=False):
    """Which policies were evaluated."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    passed: list[str] | None
    failed: list[str] | None


class Summary(TypedDict, total=False):
    """The end of a run."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    result: str | None
    isPreview: bool | None
    durationSeconds: float | None


class Event(TypedDict, total=False):
    """One line: one of these, or something that no report reads."""

    __pydantic_config__ = _MORE  # type: ignore[misc]
    resourcePreEvent: Resource | None
    resOutputsEvent: Resource | None
    resOpFailedEvent: Resource | None
    diagnosticEvent: Diagnostic | None
    policyEvent: Policy | None
    policyAnalyzeSummaryEvent: Judged | None
    policyAnalyzeStackSummaryEvent: Judged | None
    summaryEvent: Summary | None


@cache
def _shape() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


def event(line: str | bytes) -> Event | None:
    """The event of one line; None where it is no JSON or has another shape."""
    try:
        return _shape().validate_python(json.loads(line))
    except (ValidationError, ValueError, RecursionError):
        return None


def events(lines: Iterable[str]) -> tuple[Sequence[Event], int]:
    """The events of a log, and how many lines were left out. The last line, where it was cut short, is not counted."""
    read, skipped = [], 0
    for line in lines:
        found = event(line)
        if found is not None:
            read.append(found)
        else:
            skipped += bool(line.strip()) and line.endswith("\n")
    return read, skipped


def skipped_lines(number: int) -> str:
    """The sentence that says how many lines were left out; empty for none."""
    lines = "1 line" if number == 1 else f"{number} lines"
    return (
        f"{lines} of the engine's event log could not be read and {'was' if number == 1 else 'were'} skipped."
        * bool(number)
    )
