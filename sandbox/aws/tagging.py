"""Tags: as a parameter of the call that creates, and by calls of their own afterwards."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws import convert
from sandbox.aws.api import Api
from sandbox.aws.errors import UnsupportedError
from sandbox.aws.observed import Props
from sandbox.aws.table import Row


def _listed(shape: Any, tags: Mapping[str, str]) -> Props:
    """The tags in the form of a call's input; empty where it takes none."""
    name = convert.member(shape, "tags")
    if name is None:
        return {}
    member = shape.members[name]
    if member.type_name == "map":
        return {name: convert.Verbatim(dict(tags))}
    key, value = ("TagKey", "TagValue") if "TagKey" in member.member.members else ("Key", "Value")
    return {name: convert.Verbatim([{key: k, value: v} for k, v in tags.items()])}


def parameter(api: Api, row: Row, tags: Mapping[str, str]) -> Props:
    """The create call's own parameter for tags; empty where it has none."""
    if not tags or (row.create.get("auto") is False and "tagged" not in row.create):
        return {}
    if "tagged" not in row.create:
        return _listed(api.shape(row.client, row.create["call"]), tags)
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {"TagSpecifications": [{"ResourceType": row.create["tagged"], "Tags": convert.Verbatim(listed)}]}


def change(api: Api, row: Row, new: Props, old_tags: Mapping[str, str]) -> None:
    """Give the resource the tags of ``new`` in place of ``old_tags``.

    Raises:
        UnsupportedError: the row has no calls for tags.

    """
    wanted = new.get("tags") or {}
    added = {key: value for key, value in wanted.items() if old_tags.get(key) != value}
    removed = [key for key in old_tags if key not in wanted]
    if row.tag is None or row.untag is None:
        raise UnsupportedError(row, ["tags"])
    if added:
        parameters = _listed(api.shape(row.client, row.tag["call"]), added)
        api.step(row, {**row.tag, "with": {**row.tag.get("with", {}), **parameters}}, new)
    if removed:
        shape = api.shape(row.client, row.untag["call"])
        name = convert.member(shape, "tagKeys") or convert.member(shape, "tags")
        lone = shape.members[name].member.type_name == "string"
        keys = removed if lone else [{"Key": key} for key in removed]
        api.step(row, {**row.untag, "with": {**row.untag.get("with", {}), name: keys}}, new)
