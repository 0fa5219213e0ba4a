"""Previewed changes made of resources before and after, in the shape that the engine's log and state have."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.change import Change
from reports.events import Run, Step
from tests.reports.support.states import exported
from tests.support.resources import Res

Forcing = Mapping[str, Sequence[str]]


def _state(entry: Mapping[str, Any] | None, resource: Res | None) -> Any:
    if entry is None or resource is None:
        return {}
    kept = {key: entry[key] for key in ("inputs", "outputs", "id")}
    return {**kept, **({"protect": True} if resource.protect else {})}


def change_of(before: Sequence[Res], after: Sequence[Res], forcing: Forcing | None = None) -> Change:
    """What a preview says where ``before`` is deployed and ``after`` declared.

    ``forcing`` names resources that are replaced, and the properties that force it.
    """
    replaced = forcing or {}
    olds, news = ({entry["urn"]: entry for entry in exported(part)} for part in (before, after))
    of = [dict(zip(part, given, strict=True)) for part, given in ((olds, before), (news, after))]
    steps = []
    for urn in dict.fromkeys([*olds, *news]):
        old, new = olds.get(urn), news.get(urn)
        was, will = of[0].get(urn), of[1].get(urn)
        inputs = [(one or {}).get("inputs") or {} for one in (old, new)]
        keys = sorted(key for key in {*inputs[0], *inputs[1]} if inputs[0].get(key) != inputs[1].get(key))
        here = will or was
        assert here is not None
        operation = "create" if old is None else "delete" if new is None else "update" if keys else "same"
        if here.name in replaced:
            operation = "replace"
        steps.append(
            Step(
                operation=operation,
                urn=urn,
                type=here.type,
                parent="",
                protect=here.protect,
                keys=keys,
                forcing=replaced.get(here.name, ()),
                old=_state(old, was),
                new=_state(new, will),
            )
        )
    run = Run(preview=True, succeeded=True, seconds=1.0, steps=steps)
    states = [
        [{**entry, "protect": of[index][urn].protect} for urn, entry in part.items()]
        for index, part in enumerate((olds, news))
    ]
    return Change(stack="production", run=run, before=states[0], after=states[1])
