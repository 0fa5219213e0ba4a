"""Which freight moves to the next stage, and why the rest is held back: a pure function of versions and verdicts."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lib.problems import ABSENT, Problem
from models.promotion.freight import Freight, Pipeline, Stage
from models.promotion.verdicts import COMMAND, Verdicts, text
from models.services.model import Service

MOST_BURN: Final = 1.0
"""The burn rate above which a service level objective holds freight back: 1 spends its budget by the window's end.

Below it, what is spent is earned again: Google, The Site Reliability Workbook, chapter 5.
"""


@dataclass(frozen=True, kw_only=True)
class Move:
    """``freight`` goes to ``stage`` in place of ``replaced``, which is None where the service is new there."""

    freight: Freight
    stage: str
    replaced: Freight | None


@dataclass(frozen=True, kw_only=True)
class Held:
    """``freight`` does not go to ``stage``; each reason has its place and its fix."""

    freight: Freight
    stage: str
    reasons: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """By the names of services. What the two stages have in common is in neither."""

    moves: tuple[Move, ...] = ()
    held: tuple[Held, ...] = ()


def decide(pipeline: Pipeline, verdicts: Verdicts, to: str, now: dt.datetime, service: str = "") -> Decision:
    """What may move to stage ``to`` at ``now``: all services, or one, which may then be new in that stage.

    ``verdicts`` are of the stage before, which must exist. An absent verdict is no verification.
    """
    source, target = pipeline.source(to), pipeline.stage(to)
    moves: list[Move] = []
    held: list[Held] = []
    for name in sorted(source.versions):
        freight = source.freight(name)
        replaced = target.freight(name) if name in target.versions else None
        if service not in ("", name) or (replaced is not None and replaced.key == freight.key):
            continue
        reasons = tuple(_reasons(pipeline, verdicts, to, freight, now))
        if replaced is None and not service:
            reasons = (_new(freight, to),)
        if reasons:
            held.append(Held(freight=freight, stage=to, reasons=reasons))
        else:
            moves.append(Move(freight=freight, stage=to, replaced=replaced))
    return Decision(moves=tuple(moves), held=tuple(held))


def _new(freight: Freight, to: str) -> Problem:
    fix = f"write SERVICE={freight.service} to bring it there"
    return Problem(file=freight.origin, why=f"{freight.service} has no line in {to} yet", fix=fix)


def _reasons(pipeline: Pipeline, verdicts: Verdicts, to: str, freight: Freight, now: dt.datetime) -> Iterator[Problem]:
    source = pipeline.source(to)
    if not freight.built:
        fix = f"write the image's digest in {source.name} first"
        yield Problem(file=freight.origin, why=f"{freight.service} has no image yet", fix=fix)
        return
    if breach := pipeline.breach(to, freight):
        after = pipeline.after(to)
        fix = f"promote {freight.service} to {after.name} first" if after else "promote step by step"
        yield Problem(file=freight.origin, why=f"{to} would be too far from its neighbours: {breach}", fix=fix)
    yield from verification(verdicts, source, pipeline.services[freight.service], freight, now)


def verification(
    verdicts: Verdicts, stage: Stage, service: Service, freight: Freight, now: dt.datetime
) -> Iterator[Problem]:
    """Why ``freight`` is not verified in ``stage``: nothing where it is.

    Verified is what Argo CD holds in sync and healthy with exactly this chart, image and migrations, its last sync
    succeeded, for the stage's soak time, while no SLO of the service burns.
    """
    name, again = service.name, f"wait, then {COMMAND.format(stage.name)}"
    if name not in verdicts.entries:
        yield verdicts.problem(name, "", "", f"see why Argo CD of {stage.name} has no application of it; {again}")
        return
    _, verdict = verdicts.entries[name]
    strange = [(key, found, right) for key, found, right in (
        ("chart", verdict.chart, freight.chart), ("image", verdict.image, freight.image),
        ("migrations", verdict.migrations, freight.migrations),
    ) if found != right]  # fmt: skip
    for key, found, right in strange:
        why = f"is of another freight: {freight.origin} says {right or 'none'}"
        yield verdicts.problem(name, key, why, f"let Argo CD sync it; {again}", ABSENT if found is None else found)
    if strange:
        return  # what is said of another freight says nothing of this one
    see = f"see the application {name} in Argo CD of {stage.name}, and mend it or take {stage.name} back"
    for key, found, right in (
        ("sync", verdict.sync, "Synced"), ("health", verdict.health, "Healthy"),
        ("operation", verdict.operation, "Succeeded"),
    ):  # fmt: skip
        if found != right:
            yield verdicts.problem(name, key, f"is not {right}", see, found)
    soaked = int((min(now, verdicts.time) - verdict.since).total_seconds())
    if soaked < stage.soak:
        why = f"is {max(0, soaked) // 60} minutes before the verdict; {stage.name} asks for {stage.soak // 60}"
        yield verdicts.problem(name, "since", why, again, text(verdict.since))
    yield from _burning(verdicts, service)


def _burning(verdicts: Verdicts, service: Service) -> Iterator[Problem]:
    index, verdict = verdicts.entries[service.name]
    rates = {result.name: (number, result.burn_rate) for number, result in enumerate(verdict.slos)}
    for slo in service.slos:
        if slo.name not in rates:
            why = f"has no data of the SLO {slo.name}"
            yield verdicts.problem(service.name, "slos", why, "see that it is measured, and that there is traffic")
        elif rates[slo.name][1] > MOST_BURN:
            path = ["verdicts", str(index), "slos", str(rates[slo.name][0]), "burnRate"]
            why = f"is above {MOST_BURN}: the SLO {slo.name} of {service.name} burns"
            yield verdicts.file.problem(path, why, f"mend it: {service.runbook}", rates[slo.name][1])
