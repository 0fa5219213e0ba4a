"""Verdicts: what Argo CD and Prometheus say of the freight of one stage, a file that ``make verdicts`` writes."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from lib.problems import ABSENT, Fault, FileError, Problem, WrongValueError, nearest
from lib.validation import OneOf, check
from lib.yaml_file import YamlFile, read
from lib.yaml_nodes import UNUSABLE, Limits
from models.fields import Entry, Name
from models.services.model import Service
from models.versions.loader import LIMITS as VERSIONS_LIMITS
from models.versions.model import SEMVER, Digest
from stacks.environments import PROMOTION

OLDEST: Final = dt.timedelta(hours=1)
"""How long a verdict counts."""
CLOCKS: Final = dt.timedelta(minutes=5)
"""How far clocks of two machines may be apart."""
LIMITS: Final = Limits(nodes=4 * VERSIONS_LIMITS.nodes, size=4 * VERSIONS_LIMITS.size)
"""A verdict says more of a service than its line of versions."""
HIGHEST: Final = 1_000_000.0
"""Where a burn rate is cut: it may be infinite, which is no number of YAML."""
COMMAND: Final = "make verdicts ENVIRONMENT={} OUTPUT=..."


def _time(value: object) -> object:
    """Only UTC, to the second: two times are then compared as they are written."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            pass
    raise WrongValueError("is no time in UTC", 'write it as "2027-01-31T08:00:00Z", in quotes')


Time = Annotated[dt.datetime, BeforeValidator(_time)]


class SloResult(Entry):
    """``burn_rate`` of a service level objective: 1 spends the budget in exactly the objective's window."""

    name: Name
    burn_rate: Annotated[float, Field(ge=0, le=HIGHEST, strict=True)]


class Verdict(Entry):
    """What a stage's cluster says of one service's application, in Argo CD's words.

    ``chart``, ``image`` and ``migrations`` are those that it was last compared with, and where it is Synced, those that
    were deployed. ``operation`` is the last sync's outcome, that of the migrations' Job included. ``since`` is when it
    last became healthy or was last synced, whichever is later. ``slos`` lacks those without data.
    """

    service: Name
    chart: Annotated[str, Field(pattern=SEMVER, max_length=60)]
    image: Digest
    migrations: Digest | None = None
    sync: Literal["Synced", "OutOfSync", "Unknown"]
    health: Literal["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown"]
    operation: Literal["Succeeded", "Running", "Failed", "Error", "Terminating"]
    since: Time
    slos: tuple[SloResult, ...] = ()


class _Head(Entry):
    environment: Annotated[str, OneOf(PROMOTION)]
    time: Time


class _Document(_Head):
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The file of one stage, read at ``time``; each verdict with the index of its entry."""

    file: YamlFile
    environment: str
    time: dt.datetime
    entries: Mapping[str, tuple[int, Verdict]]

    def problem(self, service: str, key: str, why: str, fix: str, value: object = ABSENT) -> Problem:
        """A problem at a key of the service's verdict, or of the file where it has none."""
        if service not in self.entries:
            return Problem(file=self.file.name, why=f"has no verdict of {service}", fix=fix)
        return self.file.problem(["verdicts", str(self.entries[service][0]), key], why, fix, value)


_FIX: Final = {
    "environment": f"write one of {', '.join(PROMOTION)}",
    "chart": "write a version, as 1.4.0",
    "image": "write the digest, as sha256: and 64 hexadecimal digits",
    "migrations": "write the digest, as sha256: and 64 hexadecimal digits, or leave it out where none is deployed",
    "burnRate": f"write a decimal from 0.0 to {HIGHEST}",
    "verdicts": "write a list, [] where there is none",
    "slos": "write each as {name: availability, burnRate: 0.2}, or leave out what has no data",
}


def load_verdicts(path: Path, stage: str, services: Mapping[str, Service], now: dt.datetime) -> Verdicts:
    """The verdicts of ``stage``. FileError lists everything wrong: form, unknown names, a time that does not count."""
    file = read(path, LIMITS)
    problems = list(file.problems)
    document, faults = (None, []) if file.data is UNUSABLE else check(_Document, _present(file), _FIX)
    problems += file.unreported(faults)
    data = file.data if isinstance(file.data, Mapping) else {}
    head, _ = check(_Head, {key: data[key] for key in ("environment", "time") if key in data}, _FIX)
    if head is not None:
        problems += file.unreported(_wrong_head(head, stage, now))
    raws = data.get("verdicts")
    good = [(index, check(Verdict, raw, _FIX)[0]) for index, raw in enumerate(raws if isinstance(raws, tuple) else ())]
    named = [(index, verdict) for index, verdict in good if verdict is not None]
    problems += file.unreported(_wrong_entries(named, services, head.time if head else None))
    if problems or document is None:
        raise FileError(problems)
    entries = {verdict.service: (index, verdict) for index, verdict in named}
    return Verdicts(file=file, environment=document.environment, time=document.time, entries=entries)


def _present(file: YamlFile) -> object:
    return ABSENT if file.root is None else file.data


def _wrong_head(head: _Head, stage: str, now: dt.datetime) -> Iterator[Fault]:
    again = f"run {COMMAND.format(stage)} and use its file"
    if head.environment != stage:
        why = f"is not {stage}, from which the freight comes"
        yield Fault(path=("environment",), value=head.environment, why=why, fix=again)
    if now - head.time > OLDEST:
        minutes = int((now - head.time).total_seconds() // 60)
        why = f"is {minutes} minutes ago; a verdict counts for {int(OLDEST.total_seconds() // 60)}"
        yield Fault(path=("time",), value=text(head.time), why=why, fix=again)
    elif head.time - now > CLOCKS:
        yield Fault(path=("time",), value=text(head.time), why=f"is later than now, {text(now)}", fix=again)


def _wrong_entries(
    named: Iterable[tuple[int, Verdict]], services: Mapping[str, Service], time: dt.datetime | None
) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, verdict in named:
        path = ("verdicts", str(index))
        if verdict.service in seen:
            why = "has a second verdict: a stage has one application of a service"
            yield Fault(path=(*path, "service"), value=verdict.service, why=why, fix="keep the right one")
        seen.add(verdict.service)
        if time is not None and verdict.since - time > CLOCKS:
            why = f"is later than the file's own time, {text(time)}"
            yield Fault(path=(*path, "since"), value=text(verdict.since), why=why, fix="correct it")
        if verdict.service not in services:
            near = nearest(verdict.service, services)
            fix = f"did you mean {near}?" if near else "remove it, or describe the service in catalog/services"
            yield Fault(path=(*path, "service"), value=verdict.service, why="there is no such service", fix=fix)
            continue
        yield from _wrong_slos(path, verdict, services[verdict.service])


def _wrong_slos(path: tuple[str, ...], verdict: Verdict, service: Service) -> Iterator[Fault]:
    names = [slo.name for slo in service.slos]
    seen: set[str] = set()
    for index, result in enumerate(verdict.slos):
        at = (*path, "slos", str(index), "name")
        if result.name in seen:
            yield Fault(path=at, value=result.name, why="is there twice", fix="keep the right one")
        seen.add(result.name)
        if result.name not in names:
            near = nearest(result.name, names)
            fix = f"did you mean {near}?" if near else f"use one of {', '.join(names) or 'none'}"
            yield Fault(path=at, value=result.name, why=f"is no SLO of {verdict.service}", fix=fix)


def text(time: dt.datetime) -> str:
    """A time as the file holds it."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def written(environment: str, time: dt.datetime, verdicts: Iterable[Verdict]) -> str:
    """The file, one line a verdict: JSON, which is YAML, so that problems have lines."""
    lines = [json.dumps(_plain(verdict)) for verdict in sorted(verdicts, key=lambda one: one.service)]
    head = f'{{"environment": "{environment}", "time": "{text(time)}", "verdicts": ['
    return head + ("\n" if lines else "") + ",\n".join(lines) + "]}\n"


def _plain(verdict: Verdict) -> dict[str, Any]:
    made = verdict.model_dump(by_alias=True, exclude_none=True)
    return {**made, "since": text(verdict.since)}
