"""What others wrote of the platform: findings, a run of tests, costs, newer versions. Nothing here asks an engine."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from xml.parsers.expat import ExpatError

import xmltodict
from pydantic import BaseModel, TypeAdapter, ValidationError

from models.roadmap.trend import Usd
from models.roadmap.waiver import Waiver
from reports.findings import outputs
from reports.findings.report import Report
from reports.pins import canonical

MADE: Final = (
    "evidence is what make audit, policy-charts and cost write with FORMAT=json, uv pip list --outdated --format=json, "
    "and pytest --junit-xml"
)
Outcomes = Mapping[str, Counter[str]]
"""By name of a test's module: how many of its cases passed, failed and were skipped."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``reports`` are by stack, the last one of each; ``cost`` is USD a month by stack.

    ``tests`` is None where no run was given, ``newer``, the newest versions of outdated packages, where none was asked.
    """

    reports: Mapping[str, Report] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    tests: Outcomes | None = None
    cost: Mapping[str, Decimal] = field(default_factory=dict)
    newer: Mapping[str, str] | None = None


class _Stack(BaseModel):
    total: Usd


class _Costs(BaseModel):
    stacks: dict[str, _Stack]


class _Newer(BaseModel):
    name: str
    latest_version: str


def load(folder: Path | None, waivers: tuple[Waiver, ...]) -> Evidence:
    """What the files of ``folder`` hold, each known by what is in it; without one, the waivers alone.

    RuntimeError where a file is none of the four, or there is none.
    """
    if folder is None:
        return Evidence(waivers=waivers)
    reports: dict[str, Report] = {}
    cost: dict[str, Decimal] = {}
    newer: dict[str, str] | None = None
    outcomes: dict[str, Counter[str]] | None = None
    for path in _files(folder):
        held = _tests(path) if path.suffix == ".xml" else _json(path)
        if isinstance(held, Report):
            if held.stack not in reports or reports[held.stack].at <= held.at:
                reports[held.stack] = held
        elif isinstance(held, _Costs):
            cost |= {name: stack.total for name, stack in held.stacks.items()}
        elif isinstance(held, list):
            newer = (newer or {}) | {canonical(one.name): one.latest_version for one in held}
        else:
            outcomes = (outcomes or {}) | held
    return Evidence(reports=reports, waivers=waivers, tests=outcomes, cost=cost, newer=newer)


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*") if path.suffix in (".json", ".xml"))
    if not found:
        raise RuntimeError(f"{folder}: holds no .json and no .xml; {MADE}")
    return found


def _json(path: Path) -> Report | _Costs | list[_Newer]:
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text)
        if isinstance(document, list):
            return TypeAdapter(list[_Newer]).validate_python(document)
        if isinstance(document, dict) and "currency" in document:
            return _Costs.model_validate(document)
        report = outputs.read(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RuntimeError(f"{path}: {': '.join(filter(None, [where, first['msg']]))}; {MADE}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise RuntimeError(f"{path}: cannot be read ({error}); {MADE}") from None
    if report.at.tzinfo is None:
        raise RuntimeError(f"{path}: at: has no time zone; {MADE}")
    return report


def _tests(path: Path) -> dict[str, Counter[str]]:
    """The outcomes of a run by module, from JUnit's XML."""
    try:
        document = xmltodict.parse(path.read_bytes(), force_list=("testsuite", "testcase"))
    except (OSError, ExpatError, ValueError) as error:
        raise RuntimeError(f"{path}: is no XML ({error}); {MADE}") from None
    root = document.get("testsuites") or document
    suites = root.get("testsuite") if isinstance(root, dict) else None
    if not suites:
        raise RuntimeError(f"{path}: holds no testsuite; {MADE}")
    outcomes: dict[str, Counter[str]] = {}
    for case in _cases(suites):
        module = str(case.get("@classname") or case.get("@name") or "")
        outcomes.setdefault(module, Counter())[_outcome(case)] += 1
    return outcomes


def _cases(suites: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for suite in suites:
        cases = suite.get("testcase") if isinstance(suite, dict) else None
        yield from (case for case in cases or () if isinstance(case, dict))


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
