"""Create, update and delete one resource by its row. All values are plain: dicts, lists, text, numbers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from sandbox.aws import constraints, convert, naming, tagging
from sandbox.aws.api import GONE, Api
from sandbox.aws.calls import unlogged
from sandbox.aws.errors import UnsupportedError, message
from sandbox.aws.hooks import HOOKS
from sandbox.aws.observed import Props, arn_of, imported, matches, parsed, read, refreshed, state
from sandbox.aws.table import Row

__all__ = ["UnsupportedError", "create", "delete", "imported", "matches", "message", "read", "refreshed", "update"]
STEERING = ("tags", "region", "__defaults", *naming.PREFIXES)
"""Inputs that are not parameters of a call: tags have calls of their own, the region chooses the client, a prefix makes
a name."""


def _inputs_of(step: Mapping[str, Any]) -> set[str]:
    """The inputs that a step depends on; ``$old.x`` is the input x before an update."""
    names = convert.mentioned(step.get("with", {})) | set(step.get("when", ()))
    return {name.removeprefix("old.") for name in names} - {"id"}


def _later(row: Row) -> set[str]:
    """Inputs that steps after the create call, or hooks, take care of."""
    owned = {name for hook in row.hooks for name in HOOKS[hook].owns}
    for step in row.set:
        if step.get("only") != "update":
            owned |= _inputs_of(step)
    return owned


def _automatic(api: Api, row: Row, step: Mapping[str, Any], given: Mapping[str, Any]) -> Props:
    """Inputs whose names are members of the call's input.

    Raises:
        UnsupportedError: an input has no place.

    """
    shape = None if step.get("auto") is False else api.shape(row.client, step["call"])
    made: Props = {}
    for prop, value in given.items():
        if prop in (*row.ignore, *row.kept, *STEERING) or value is None:
            continue
        name = convert.member(shape, row.rename.get(prop, prop)) if shape is not None else None
        if name is None or name in step.get("with", {}):
            raise UnsupportedError(row, [prop])
        made[name] = convert.Verbatim(value)
    return made


def _scope(api: Api, row: Row, inputs: Props) -> Props:
    """The inputs with what the hooks work out of them, and look up as AWS itself would."""
    made = dict(inputs)
    with unlogged():
        for hook in row.hooks:
            made |= {key: value for key, value in HOOKS[hook].scope(api, inputs).items() if value is not None}
    return made


def _creation(row: Row, scope: Props) -> dict[str, Any]:
    """The create call; the one of another way (a snapshot, a replica) where its conditions hold."""
    ways = (way for way in row.create.get("or", ()) if _holds(way["when"], scope))
    return {**row.create, **next(ways, {})}


def _afterwards(api: Api, row: Row, step: Props, given: Props) -> Props:
    """Of a creation in another way: the inputs that its call does not take, for the update call."""
    if "when" not in step:
        return {}
    shape = api.shape(row.client, step["call"])
    return {prop: value for prop, value in given.items() if convert.member(shape, row.rename.get(prop, prop)) is None}


def create(api: Api, row: Row, inputs: Props) -> tuple[str, Props]:
    """Make the resource; its id and state. A failure after the create call removes what was made.

    Raises:
        ValueError: AWS refuses a value.

    """
    named = {**inputs, **naming.prefixed(row, inputs)}
    for path, reason in constraints.refusals(row.type, named):
        raise ValueError(f"InvalidParameterValue: {path}: {reason}")
    scope = _scope(api, row, {**row.defaults, **named})
    step, later = _creation(row, scope), _later(row)
    template = step.get("with", {})
    rest = set(named) - convert.mentioned(template) - later
    given = {key: scope[key] for key in named if key in rest}
    after = _afterwards(api, row, step, given)
    parameters = _automatic(api, row, step, {key: value for key, value in given.items() if key not in after})
    tags = {} if "tags" in later else inputs.get("tags") or {}
    tagged = tagging.parameter(api, row, tags)
    response = api.step(row, {**step, "with": {**parameters, **tagged, **template}}, scope) or {}
    identifier = identify(row, scope, response)
    made = {**scope, "id": identifier}
    try:
        if after and row.update is not None:
            shape = api.shape(row.client, row.update["call"])  # what it lacks too is the source's
            taken = {prop: v for prop, v in after.items() if convert.member(shape, row.rename.get(prop, prop))}
            changed = _automatic(api, row, row.update, taken)
            api.step(row, {**row.update, "with": {**changed, **row.update.get("with", {})}}, made)
        _apply(api, row, made, None)
        if tags and not tagged:
            tagging.change(api, row, made | arn_of(api, row, made), {})
        return identifier, state(api, row, identifier, inputs)
    except Exception as error:
        if not row.create["call"].startswith("describe"):  # such a row adopts what is there and made nothing
            _undo(api, row, made, error)
        raise


def _undo(api: Api, row: Row, made: Props, error: Exception) -> None:
    try:
        delete(api, row, made["id"], made)
    except ClientError as second:
        error.add_note(f"{made['id']} was made and could not be removed: {message(second)}")


def identify(row: Row, scope: Mapping[str, Any], response: Any) -> str:
    """The resource's id: from the create call's answer, or composed of its inputs where the row says ``=``."""
    rule = row.create["id"]
    if rule.startswith("="):
        return convert.text(rule[1:], {**row.defaults, **scope, "response": response})
    return str(jmespath.search(rule, response))


def _holds(wanted: Mapping[str, Any], scope: Mapping[str, Any]) -> bool:
    """Whether each property has the wanted value; ``"*"`` wants any but none, false and 0."""
    return all(
        bool(scope.get(name)) if value == "*" else convert.same(value, scope.get(name))
        for name, value in wanted.items()
    )


def _due(step: Mapping[str, Any], scope: Props, old: Props | None) -> bool:
    """Whether a step runs: something that it mentions has changed and is given, and its conditions hold."""
    wanted, names = step.get("when", {}), convert.mentioned(step.get("with", {})) - {"id"}
    if old is None and step.get("only") == "update":
        return False
    inputs = {name.removeprefix("old.") for name in {*names, *wanted}}
    if old is not None and all(convert.same(old.get(name), scope.get(name)) for name in inputs):
        return False
    if names and not wanted and all(scope.get(name) is None for name in names):
        return False
    return _holds(wanted, scope)


def _apply(api: Api, row: Row, new: Props, old: Props | None) -> None:
    scope = {**new, **{f"old.{key}": value for key, value in (old or {}).items()}}
    for step in row.set:
        if _due(step, scope, old):
            api.step(row, step, scope)
    for hook in row.hooks:
        HOOKS[hook].apply(api, new["id"], new, old)


def _removable(row: Row) -> set[str]:
    """Inputs that can be taken back without a value to return to."""
    steps = {name for step in row.set for name, value in step.get("when", {}).items() if value is None}
    old = {name for step in row.set for name in convert.mentioned(step.get("with", {})) if name.startswith("old.")}
    hooks = {name for hook in row.hooks for name in (*HOOKS[hook].owns, *HOOKS[hook].applies)}
    return {*row.clear, *row.ignore, *row.kept, *STEERING, *steps, *hooks, *(name.removeprefix("old.") for name in old)}


def update(api: Api, row: Row, identifier: str, old: Props, new: Props) -> tuple[str, Props]:
    """Change the resource in place; its id (some associations get a new one) and state.

    An input that is taken back returns to its default, or to the row's ``clear``.

    Raises:
        UnsupportedError: the row cannot change an input, or cannot take it back.

    """
    for path, reason in constraints.refusals(row.type, new):
        raise ValueError(f"InvalidParameterValue: {path}: {reason}")
    declared, name = new, parsed(row, identifier).get(row.autoname or "")
    if (
        name and row.autoname and row.autoname not in new and naming.prefix_of(row) in new
    ):  # the name that was made of a prefix
        old, new = {**old, row.autoname: name}, {**new, row.autoname: name}
    cleared = {key: value for key, value in row.clear.items() if key in old and key not in new}
    before, after = {**row.defaults, **old}, {**row.defaults, **cleared, **new}
    scope = {**arn_of(api, row, {**old, "id": identifier}), **_scope(api, row, after), "id": identifier}
    changed = {key for key in {*before, *after} if not convert.same(before.get(key), after.get(key))}
    changed &= set(row.schema["object"])
    later = {name for step in row.set for name in _inputs_of(step)}
    later |= {name for hook in row.hooks for name in (*HOOKS[hook].owns, *HOOKS[hook].applies)}
    rest = changed - later - {*STEERING, *row.ignore, *row.kept}
    everything = row.update is not None and row.update.get("all", False)
    gone = {key for key in changed if after.get(key) is None} - _removable(row)
    if gone and not everything:
        raise UnsupportedError(row, gone, "cannot take back")
    rest = {key for key in rest if after.get(key) is not None or key not in row.clear}
    if rest and row.update is None:
        raise UnsupportedError(row, rest, "cannot change")
    if rest and row.update is not None:
        template = row.update.get("with", {})
        given = set(new) if everything else rest
        given = given - convert.mentioned(template) - ({*later} if everything else set())
        parameters = _automatic(api, row, row.update, {key: scope[key] for key in sorted(given)})
        response = api.step(row, {**row.update, "with": {**parameters, **template}}, scope)
        if "id" in row.update:
            identifier = str(response[row.update["id"]])
            scope["id"] = identifier
    _apply(api, row, scope, before)
    if "tags" in changed - later:
        tagging.change(api, row, scope, old.get("tags") or {})
    return identifier, state(api, row, identifier, declared)


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if not GONE.search(error.response["Error"]["Code"]):
            raise


def delete(api: Api, row: Row, identifier: str, old: Props) -> None:
    """Remove the resource; one that is gone already, or any part of it, is fine."""
    if old.get("skipDestroy"):
        return
    scope = {**row.defaults, **parsed(row, identifier), **old, "id": identifier}
    scope = {**arn_of(api, row, scope), **scope}
    if api.describe(row, scope) is None:
        return
    with unlogged():
        for step in row.in_use:
            if _holds(step.get("when", {}), scope) and api.select(step["at"], scope, api.step(row, step, scope)):
                raise ValueError(f"{step['code']}: {identifier} is in use ({step['call']})")
    for hook in row.hooks:
        with _gone_is_fine():
            HOOKS[hook].delete(api, identifier, scope)
    for step in row.delete:
        if _holds(step.get("when", {}), scope):
            with _gone_is_fine():
                api.step(row, step, scope)
    api.kept.write(row.type, identifier, {})
