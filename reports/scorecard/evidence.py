"""What a scorecard takes as evidence: reports of findings, a run of tests, costs. Nothing here asks an engine."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from pydantic import BaseModel, ValidationError

from models.roadmap.waiver import Waiver
from reports.findings import outputs
from reports.findings.report import Report

Outcomes = Mapping[str, Counter[str]]
"""By name of a test's module: how many of its cases passed, failed and were skipped."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``reports`` are by stack, the last one of each; ``tests`` is None where no run was given."""

    reports: Mapping[str, Report] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    tests: Outcomes | None = None
    cost: Mapping[str, Decimal] = field(default_factory=dict)


class _Stack(BaseModel):
    total: Decimal


class _Costs(BaseModel):
    stacks: dict[str, _Stack]


def findings(folder: Path) -> dict[str, Report]:
    """The last report of each stack among the ``.json`` files of ``folder``. RuntimeError where one is no report."""
    made = "write it with make audit or make policy-charts, FORMAT=json OUTPUT=file"
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise RuntimeError(f"{folder}: holds no .json file; {made}")
    last: dict[str, Report] = {}
    for path in paths:
        try:
            report = outputs.read(_text(path, made))
        except ValidationError as error:
            raise RuntimeError(f"{path}: is no report of findings ({_first(error)}); {made}") from None
        if report.at.tzinfo is None:
            raise RuntimeError(f"{path}: at has no time zone; {made}")
        if report.stack not in last or last[report.stack].at <= report.at:
            last[report.stack] = report
    return last


def costs(path: Path) -> dict[str, Decimal]:
    """USD a month by stack, as ``make cost FORMAT=json`` prints them. RuntimeError where the file is something else."""
    made = "write it with make cost FORMAT=json"
    try:
        read = _Costs.model_validate_json(_text(path, made))
    except ValidationError as error:
        raise RuntimeError(f"{path}: holds no costs ({_first(error)}); {made}") from None
    return {name: stack.total for name, stack in read.stacks.items()}


def tests(path: Path) -> dict[str, Counter[str]]:
    """The outcomes of a run by module, from JUnit's XML. RuntimeError where the file is something else."""
    made = "write it with pytest --junit-xml=file"
    try:
        document = xmltodict.parse(_text(path, made), force_list=("testsuite", "testcase"))
    except (ExpatError, ValueError) as error:
        raise RuntimeError(f"{path}: is no XML ({error}); {made}") from None
    root = document.get("testsuites") or document
    suites = root.get("testsuite") if isinstance(root, dict) else None
    if not suites:
        raise RuntimeError(f"{path}: holds no testsuite; {made}")
    outcomes: dict[str, Counter[str]] = {}
    for case in _cases(suites):
        module = str(case.get("@classname") or case.get("@name") or "")
        outcomes.setdefault(module, Counter())[_outcome(case)] += 1
    return outcomes


def _cases(suites: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for suite in suites:
        yield from (case for case in (suite or {}).get("testcase") or () if isinstance(case, dict))


def _outcome(case: Mapping[str, Any]) -> str:
    if "failure" in case or "error" in case:
        return "failed"
    return "skipped" if "skipped" in case else "passed"


def of_file(outcomes: Outcomes, path: str) -> Counter[str]:
    """What a run says of one file of tests; nothing where it did not run it."""
    module = path.removesuffix(".py").replace("/", ".")
    total: Counter[str] = Counter()
    for name, counts in outcomes.items():
        if name == module or name.startswith(f"{module}."):
            total += counts
    return total


def _text(path: Path, made: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuntimeError(f"{path}: cannot be read ({error}); {made}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"]]))
