"""Read one resource by its row, and compare what AWS shows with what was declared."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.aws import convert
from sandbox.aws.api import Api
from sandbox.aws.hooks import HOOKS
from sandbox.aws.kept import completed
from sandbox.aws.table import Row

Props = dict[str, Any]
SECRET = re.compile(r"^password$|^secret(String|Binary)$|^code$")
WRITE_ONLY = re.compile(r"Wo$")
"""Inputs whose value AWS never shows again, and those that the provider does not even keep in its state."""


def arn_of(api: Api, row: Row, props: Mapping[str, Any]) -> Props:
    """The resource's ARN where the row composes it or ``props`` hold it."""
    if "arn" in row.outputs:
        return {"arn": convert.text(row.outputs["arn"], {**props, "region": api.region, "account": api.account})}
    return {"arn": props["arn"]} if props.get("arn") else {}


def parsed(row: Row, identifier: str) -> Props:
    """The inputs that a composed id holds, so that a resource can be read and imported by its id alone."""
    rule = row.create["id"]
    composed = re.escape(rule[1:]) if rule.startswith("=") else ""
    match = re.fullmatch(row.parse or re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", composed), identifier)
    return {name: value for name, value in match.groupdict().items() if value} if match else {}


def read(api: Api, row: Row, identifier: str, known: Props) -> Props | None:
    """Every property that AWS shows, in Pulumi's names and types; None where the resource is gone.

    A property for which the row has an expression is None where AWS shows nothing of it, others are left out then.
    ``known`` are inputs or state where there are any; an import has none.
    """
    found = _shown(api, row, identifier, known)
    return None if found is None else _overlaid(row, found, api.kept.read(row.type, identifier))


def _overlaid(row: Row, found: Props, kept: Props) -> Props:
    """What the account shows, and what is kept beside it: see ``kept.py``."""
    lost = {prop: value if prop in row.kept else completed(found.get(prop), value) for prop, value in kept.items()}
    written = {prop.removesuffix("WoVersion") for prop in kept if prop.endswith("WoVersion")}
    return {prop: value for prop, value in {**found, **lost}.items() if prop not in written}


def _shown(api: Api, row: Row, identifier: str, known: Props) -> Props | None:
    scope = {**row.defaults, **parsed(row, identifier), **known, "id": identifier}
    described = api.describe(row, scope)
    if described is None:
        return None
    types = {**row.schema["outputs"], **row.schema["object"]}
    by_name = {convert.normal(key): value for key, value in described.items()} if isinstance(described, dict) else {}
    found = {key: value for key, value in parsed(row, identifier).items() if key in types}
    found |= {"region": api.region} if "region" in types else {}
    for prop, kind in types.items():
        expression = row.get.get(prop)
        name = convert.normal(row.rename.get(prop, prop))
        value = api.select(expression, scope, described) if expression else by_name.get(name)
        if prop != "tags" and not WRITE_ONLY.search(prop) and (value is not None or expression):
            found[prop] = convert.from_aws(value, kind)
    for step in row.also:
        response = api.step(row, step, {**scope, **found})
        for prop, expression in step["get"].items():
            found[prop] = convert.from_aws(api.select(expression, scope, response), types.get(prop, "any"))
    values = {**scope, **found, "region": api.region, "account": api.account}
    found |= {prop: convert.text(template, values) for prop, template in row.outputs.items()}
    found |= _tags(api, row, {**scope, **found}, described)
    for hook in row.hooks:
        shown = HOOKS[hook].read(api, described, known)
        if shown is None:
            return None
        found |= shown
    return found


def _tags(api: Api, row: Row, scope: Props, described: Any) -> Props:
    if "tags" not in row.schema["object"] or any("tags" in HOOKS[hook].owns for hook in row.hooks):
        return {}
    if row.tags is not None:
        tags = api.select(row.tags["at"], scope, api.step(row, row.tags, scope))
    else:
        tags = next((value for key, value in described.items() if convert.normal(key) in ("tags", "tagset")), None)
    return {"tags": convert.tag_map(tags)}


def state(api: Api, row: Row, identifier: str, inputs: Props) -> Props:
    """What the engine stores: the inputs, and what AWS computed.

    Raises:
        RuntimeError: the resource is not there, or an input is not as it was declared.

    """
    shown = _shown(api, row, identifier, inputs)
    if shown is None:
        raise RuntimeError(f"{row.type} {identifier} is not there right after it was made")
    kept = _lost(row, inputs, shown)
    if kept != api.kept.read(row.type, identifier):
        api.kept.write(row.type, identifier, kept)
    observed = _overlaid(row, shown, kept)
    wrong = [
        prop
        for prop, value in inputs.items()
        if observed.get(prop) is not None and not agrees(row, prop, value, observed[prop])
    ]
    refused = {*wrong} & {*row.partial}
    wrong = sorted(set(wrong) - {*row.ignore, *row.partial})
    if wrong:
        raise RuntimeError(f"{row.type} {identifier}: the emulated account did not take over {', '.join(wrong)}")
    tags = {"tagsAll": inputs["tags"]} if inputs.get("tags") else {}
    left_out = {"__defaults", *refused}
    plain = {key: value for key, value in inputs.items() if key not in left_out and not WRITE_ONLY.search(key)}
    return {**row.defaults, **{key: value for key, value in observed.items() if value is not None}, **plain, **tags}


def _lost(row: Row, inputs: Props, shown: Props) -> Props:
    """The declared values that the account took and does not show, without secrets."""
    lost = {}
    for prop, value in inputs.items():
        hidden = prop in (*row.ignore, "tags", "__defaults") or SECRET.search(prop) or WRITE_ONLY.search(prop)
        if hidden or value in (*convert.EMPTY, False):
            continue
        whole = completed(shown.get(prop), value)
        if prop in row.kept or (agrees(row, prop, value, whole) and not agrees(row, prop, value, shown.get(prop))):
            lost[prop] = value
    return lost


def agrees(row: Row, prop: str, declared: Any, observed: Any) -> bool:
    """Maps (tags) agree only as a whole; of an object AWS may show more than was declared."""
    kind = row.schema["object"].get(prop)
    return convert.same(declared, observed, more=not (isinstance(kind, Mapping) and "map" in kind))


def refreshed(row: Row, old_inputs: Props, observed: Props) -> Props:
    """The inputs as AWS shows them: what differs in meaning is taken over, the rest kept as it was declared.

    An input that was not declared, which has a default, is taken over where it no longer has that default.
    """
    made = dict(old_inputs)
    undeclared = {**row.defaults, **({"tags": {}} if "tags" in row.schema["object"] else {})}
    for prop, value in {**undeclared, **old_inputs}.items():
        if prop in observed and prop not in row.ignore and not agrees(row, prop, value, observed[prop]):
            made[prop] = observed[prop]
    return {prop: value for prop, value in made.items() if value is not None}


def imported(row: Row, observed: Props) -> Props:
    """The inputs of a resource of which nothing is known but its id: without defaults and what AWS chose itself."""
    empty = (*convert.EMPTY, False, 0)
    passed_over = {*row.ignore, *row.computed}
    return {
        prop: value
        for prop, value in observed.items()
        if prop in row.schema["object"] and prop not in passed_over and value not in empty
    }


def matches(row: Row, inputs: Props, observed: Props) -> bool:
    """Whether a found resource is the one that ``inputs`` describe: what cannot change, and its tags, agree.

    What can change may not have been set yet when the creation was cut short; the next update sets it. Of a type whose
    id is one text for every account there is one at most, and that is the one.
    """
    if row.single:
        return True
    fixed = {*row.replace, "tags"} - {*row.ignore}
    shown = {key: value for key, value in inputs.items() if key in observed and key in fixed}
    return bool(shown) and all(agrees(row, prop, value, observed[prop]) for prop, value in shown.items())
