"""What a preview would do, as a file that a later preview is compared with: resources, operations, hashes of values.

Two previews of one program and state make equal files, byte by byte. Names that a provider invents anew in each
preview are left out wherever they stand. Of a secret the file says only whether it changes.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from lib import urn as urns
from lib.printable import one_line
from reports.comment.made_up import made_up
from reports.events import Run, Step
from reports.preview import short
from reports.values import SECRET, SIGNATURE, shown

_CHANGING = ("create", "update", "replace", "delete", "import")
_OPTIONS = ("protect", "retainOnDelete")
_MARK = "(name made by the provider)"
_RANDOM = re.compile(r"(.+?)[-_]?([0-9a-f]{7,8})")


class PlanError(RuntimeError):
    """A file is no plan of this stack; the message says why."""


class PlannedStep(BaseModel):
    """One operation. ``values`` is a hash for each property that the resource would have.

    Secrets are left out of it; ``changed`` are the paths that differ in properties that hold one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    urn: str
    operation: str
    changed: tuple[str, ...] = ()
    values: dict[str, str] = {}
    options: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        """Name and type, harmless to print."""
        return f"{one_line(urns.name(self.urn))} ({short(one_line(urns.type_of(self.urn)))})"


class Plan(BaseModel):
    """All operations of a preview. ``commit``, ``engine`` and ``rules`` say by what it was made and judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    stack: str
    commit: str
    engine: str
    rules: str
    steps: tuple[PlannedStep, ...] = ()


def plan(run: Run, stack: str, *, commit: str, engine: str, rules: str) -> Plan:
    """The plan of a preview; ``rules`` is the hash of what judged it."""
    invented = sorted({name for step in run.steps for name in _invented(step)}, key=len, reverse=True)
    names = re.compile("|".join(map(re.escape, invented))) if invented else None
    steps = [planned for step in run.steps if (planned := _planned(step, names))]
    return Plan(stack=stack, commit=commit, engine=engine, rules=rules, steps=sorted(steps, key=_place))


def _place(step: PlannedStep) -> tuple[str, str]:
    return step.urn, step.operation


def _planned(step: Step, invented: re.Pattern[str] | None) -> PlannedStep | None:
    options = [tuple(name for name in _OPTIONS if side.get(name)) for side in (step.old, step.new)]
    if step.operation not in _CHANGING and not (step.operation == "same" and options[0] != options[1]):
        return None
    inputs = _inputs(step) if step.operation != "delete" else {}
    texts = {name: _text(value, name) for name, value in inputs.items() if name != "__defaults"}
    sealed = {name for name, text in texts.items() if SECRET in text}
    return PlannedStep(
        urn=step.urn,
        operation=step.operation,
        changed=[path for path in step.keys if re.split(r"[.\[]", path)[0] in sealed],
        values={name: _hash(invented.sub(_MARK, text) if invented else text) for name, text in texts.items()},
        options=options[step.operation != "delete"],
    )


def _invented(step: Step) -> Iterator[str]:
    """Names of a new resource that its provider ended in random digits, as it says among its defaults or in a note."""
    own = urns.name(step.urn).lower()
    for value in made_up(step):
        if (found := _RANDOM.fullmatch(value)) and own.startswith(found[1].lower()):
            yield value


def _inputs(step: Step) -> Mapping[str, Any]:
    """What a resource would have; a mark in place of all of it is one secret without a name."""
    inputs = step.new.get("inputs") or {}
    return {"": inputs} if SIGNATURE in inputs else inputs


def _text(value: Any, name: str) -> str:
    return json.dumps(_comparable(value, name), sort_keys=True, ensure_ascii=False, default=str)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def _comparable(value: Any, name: str) -> Any:
    """Without secrets, and without the folders in which files lie on a machine."""
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            word = shown(value, name)
            return f"{word} {value['hash']}" if word in ("[asset]", "[archive]") and "hash" in value else word
        return {str(key): _comparable(item, str(key)) for key, item in value.items()}
    return [_comparable(item, name) for item in value] if isinstance(value, list) else shown(value, name)


def written(made: Plan) -> str:
    """The file: equal plans give equal text."""
    return json.dumps(made.model_dump(mode="json"), indent=1, sort_keys=True) + "\n"


def read(path: Path, stack: str) -> Plan:
    """A plan of a stack, as ``written``.

    Raises:
        PlanError: it is no plan, of another version, or of another stack.

    """
    try:
        found = Plan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PlanError(f"PLAN={path}: {error.strerror}; `make preview STACK={stack}` writes one") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise PlanError(f"PLAN={path}: no plan ({where}: {first['msg']}); `make preview` writes one") from None
    if found.stack != stack:
        raise PlanError(f"PLAN={path}: a plan of {one_line(found.stack)}, and this is {stack}")
    return found


def differences(reviewed: Plan, now: Plan) -> list[str]:
    """What would be done otherwise than was reviewed, one harmless line each; nothing where the plans agree."""
    before, after = _by_place(reviewed), _by_place(now)
    return [line for place in sorted({*before, *after}) for line in _lines(before.get(place), after.get(place))]


def _by_place(made: Plan) -> dict[tuple[str, int], PlannedStep]:
    """Steps by URN and a number: what was left over of a replacement is deleted under the URN of what replaced it."""
    seen: dict[tuple[str, int], PlannedStep] = {}
    for step in sorted(made.steps, key=_place):
        number = next(number for number in range(len(made.steps)) if (step.urn, number) not in seen)
        seen[step.urn, number] = step
    return seen


def _lines(before: PlannedStep | None, after: PlannedStep | None) -> Iterator[str]:
    if before is None or after is None:
        some = before or after
        assert some is not None  # noqa: S101 - the caller has one of the two
        done = "not reviewed and now" if before is None else "reviewed as"
        yield f"{some.resource}: {done} {one_line(some.operation)}{'' if before is None else ', now unchanged'}"
    elif before.operation != after.operation:
        yield f"{after.resource}: reviewed as {one_line(before.operation)}, now {one_line(after.operation)}"
    else:
        yield from (f"{after.resource}: {one_line(said)}" for said in _properties(before, after))


def _properties(before: PlannedStep, after: PlannedStep) -> Iterator[str]:
    for name in sorted({*before.values, *after.values}):
        if before.values.get(name) != after.values.get(name):
            yield f"{name} would have another value than was reviewed"
    for sign, paths in (
        ("now changes", {*after.changed} - {*before.changed}),
        ("no longer changes", {*before.changed} - {*after.changed}),
    ):
        yield from (f"{sign} {path}" for path in sorted(paths))
    if before.options != after.options:
        yield f"options {', '.join(after.options) or 'none'}, reviewed with {', '.join(before.options) or 'none'}"


def made_otherwise(reviewed: Plan, now: Plan) -> Sequence[str]:
    """By what the two were made, where that differs: often the reason why the plans do."""
    pairs = (("commit", "commit"), ("engine", "engine"), ("rules", "rules of"))
    both = [(word, getattr(reviewed, name), getattr(now, name)) for name, word in pairs]
    return [f"{word} {one_line(old)[:40]}, now {one_line(new)[:40]}" for word, old, new in both if old != new]
