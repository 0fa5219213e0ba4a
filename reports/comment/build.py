"""Put together what a comment says: the change of a pull request apart from what the base branch would change too."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.prices.loader import Prices, current
from models.roadmap.waiver import WaiverFile
from reports.catalog.changes import Said
from reports.change import Change
from reports.comment.dependants import dependants
from reports.comment.made_up import made_up
from reports.comment.model import Paths, Report
from reports.components import PREFIX, outermost
from reports.cost.estimate import compare, estimate
from reports.dangers import dangers
from reports.events import Run, Step
from reports.findings.model import Surroundings, merged
from reports.state import Entry

CUT_OFF = "The preview stopped early: what is listed may not be all."
NOT_WHOLE = "The preview of the base branch failed: some of what is shown as changed here may be pending there."
QUIET = ("same", "read", "refresh")
"""Operations that change nothing."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What the engine's log does not hold: the day, the region of the stack, and what the files of people say newly.

    ``paths`` are the rows of ``reach`` before and after, ``waivers`` those by which the pack judged: by default those
    of this tree, as the prices are.
    """

    today: dt.date
    region: str | None = None
    paths: Paths = ((), ())
    catalog: Sequence[Said] = ()
    waivers: WaiverFile | None = None
    prices: Prices = field(default_factory=current)


def before(entries: Sequence[Entry], base: Change | None) -> Sequence[Entry]:
    """The resources with which those after the change are compared: ``entries`` as the base branch would leave them."""
    return base.after if base and _whole(base.run) else entries


def report(head: Change, base: Change | None, around: Around) -> Report:
    """What ``head`` changes; with ``base``, the preview of the base branch on the same state, what is pending apart."""
    own, pending = _apart(head.run, base.run if base else None)
    parts = before(head.before, base), head.after
    found = dangers(head)
    known = set(dangers(base)) if base else set()
    parents = {**_parents(head.before), **head.run.parents}
    component = {urn: outermost(urn, parents) or "-" for urn in parents}
    findings = merged(head.run.findings, Surroundings(parents=parents, waivers=around.waivers))
    return Report(
        stack=head.stack,
        run=head.run,
        today=around.today,
        own=own,
        pending=pending,
        dangers=[one for one in found if one not in known],
        pending_dangers=[one for one in found if one in known],
        findings=[one for one in findings if one.exempt is None],
        waived=sorted((f for f in findings if f.exempt), key=lambda f: f.exempt.expires if f.exempt else around.today),
        cost=compare(*(estimate(part, around.region, prices=around.prices) for part in parts)),
        dependants=dependants(own, head.before, component),
        paths=around.paths,
        catalog=around.catalog,
        notes=[*([] if _whole(head.run) else [CUT_OFF]), *([] if base is None or _whole(base.run) else [NOT_WHOLE])],
        component=component,
    )


def _whole(run: Run) -> bool:
    """Whether a preview came to its end; what policies refuse is previewed to the end."""
    return not run.errors and (run.succeeded or bool(run.blocking))


def _parents(entries: Iterable[Entry]) -> dict[str, str]:
    return {str(entry["urn"]): str(entry.get("parent") or "") for entry in entries}


def _changing(run: Run) -> list[Step]:
    """What changes. A component changes by its parts, which are listed themselves."""
    return [step for step in run.steps if step.operation not in QUIET and not step.type.startswith(PREFIX)]


def _apart(head: Run, base: Run | None) -> tuple[list[Step], list[Step]]:
    """The steps of the change itself, and those that the base branch takes too, to the same inputs."""
    same = {_signature(step) for step in _changing(base)} if base else set()
    steps = _changing(head)
    return [s for s in steps if _signature(s) not in same], [s for s in steps if _signature(s) in same]


def _signature(step: Step) -> str:
    """What makes two steps the same: operation, resource, changed properties and the inputs after it.

    A name that the provider makes up for a new resource is another one in each preview.
    """
    inputs = step.new.get("inputs")
    text = json.dumps((step.operation, step.urn, list(step.keys), list(step.forcing), inputs), sort_keys=True)
    for value in made_up(step):
        text = text.replace(json.dumps(value), "made up")
    return text
