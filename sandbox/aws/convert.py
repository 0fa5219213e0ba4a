"""Between Pulumi's values and botocore's parameters: names match without case and punctuation, types by shape."""

import base64
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

Shape = Any


class Missing:
    """A template asked for a property that is not given."""


MISSING = Missing()


class Verbatim:
    """A value that a template passes on as it is, though it may begin with a dollar sign."""

    def __init__(self, value: Any) -> None:
        self.value = value


SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi's wire format marks values that are no plain JSON, assets and archives among them."""
EMPTY: tuple[Any, ...] = (None, "", [], {})


def normal(name: str) -> str:
    """``dbSubnetGroupName`` and ``DBSubnetGroupName`` are one name."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def key_of(names: Iterable[str], name: str) -> str | None:
    """The one of AWS's ``names`` that ``name`` means; Pulumi pluralises lists where AWS sometimes does not."""
    wanted, by_name = normal(name), {normal(key): key for key in names}
    one = wanted.removesuffix("s")
    return next(
        (by_name[key] for key in (wanted, wanted + "s", one, one + "list", wanted + "map") if key in by_name), None
    )


def member(shape: Shape, name: str) -> str | None:
    """The member of a structure that ``name`` means."""
    return key_of(shape.members, name)


def _scalar(value: Any, kind: str) -> Any:
    if kind == "string":
        if isinstance(value, bool):
            return str(value).lower()
        return json.dumps(value) if isinstance(value, dict | list) else str(value)
    if kind in ("integer", "long"):
        return int(value)
    if kind == "blob" and isinstance(value, str):  # Pulumi's is base64; botocore encodes bytes itself
        return base64.b64decode(value)
    if kind == "boolean" and isinstance(value, str):  # where "not given" differs from false, Pulumi's booleans are text
        return value == "true"
    return value


def to_aws(value: Any, shape: Shape, path: str = "") -> Any:
    """``value`` in the form that an operation's input shape asks for.

    Raises:
        ValueError: a property has no counterpart in the shape.

    """
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        made = {}
        for key, item in value.items():
            name = member(shape, key)
            if name is None:
                raise ValueError(f"{path}{key}: {shape.name} has no such member")
            if item is not None:
                made[name] = to_aws(item, shape.members[name], f"{path}{key}.")
        return made
    if kind == "list" and isinstance(value, Mapping) and {*getattr(shape.member, "members", ())} == {"Key", "Value"}:
        return [{"Key": key, "Value": _scalar(item, "string")} for key, item in value.items()]
    if kind == "list":
        return [to_aws(item, shape.member, path) for item in (value if isinstance(value, list) else [value])]
    if kind == "map" and isinstance(value, Mapping):
        return {key: to_aws(item, shape.value, path) for key, item in value.items()}
    return _scalar(value, kind)


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def from_aws(value: Any, expression: Any) -> Any:  # noqa: PLR0911 - one return for each kind of type
    """A described value in the form that the SDK's type expression asks for; see ``schema``."""
    if value is None:
        return None
    if isinstance(expression, Mapping):
        if "list" in expression:
            return [from_aws(item, expression["list"]) for item in (value if isinstance(value, list) else [value])]
        if "map" in expression:
            return tag_map(value) if isinstance(value, list) else {k: _text(item) for k, item in value.items()}
        shown = value if isinstance(value, Mapping) else {}
        pairs = {
            name: from_aws(shown.get(key_of(shown, name) or ""), kind) for name, kind in expression["object"].items()
        }
        return {name: item for name, item in pairs.items() if item is not None}
    if expression in ("string", "json"):
        return _text(value)
    if expression == "integer":
        return int(value)
    if expression == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return _text(value) if isinstance(value, dt.datetime) else value


def tag_map(tags: Any) -> dict[str, str]:
    """AWS's tag lists (``Key``/``Value`` or ``TagKey``/``TagValue``) and maps as one map."""
    if isinstance(tags, Mapping):
        return dict(tags)
    return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue", "")) for tag in tags or ()}


def fill(template: Any, scope: Mapping[str, Any]) -> Any:
    """``template`` with each ``$name`` replaced from ``scope``; what is not given drops out."""
    if isinstance(template, Verbatim):
        return template.value
    if isinstance(template, str) and template.startswith("$"):
        value = scope.get(template[1:])
        return MISSING if value is None else value
    if isinstance(template, dict):
        made = {key: fill(item, scope) for key, item in template.items()}
        made = {key: item for key, item in made.items() if item is not MISSING}
        return made or (MISSING if template else made)
    if isinstance(template, list):
        listed = [item for item in (fill(item, scope) for item in template) if item is not MISSING]
        return listed or (MISSING if template else listed)
    return template


def mentioned(template: Any) -> set[str]:
    """The property names that a template refers to."""
    if isinstance(template, str):
        return {template[1:]} if template.startswith("$") else set()
    parts = template.values() if isinstance(template, dict) else template if isinstance(template, list) else ()
    return {name for part in parts for name in mentioned(part)}


def text(template: str, scope: Mapping[str, Any]) -> str:
    """``template`` with each ``{name}`` or ``{name.key}`` replaced from ``scope``; nothing where it is not given."""

    def lookup(match: re.Match[str]) -> str:
        value: Any = scope
        for step in match.group(1).split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, list):
            return ",".join(_text(item) for item in value)
        return "" if value is None else _text(value)

    return re.sub(r"\{([\w.]+)\}", lookup, template)


def _document(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError):
            return json.loads(value)
    return value


def same(declared: Any, observed: Any, *, more: bool = False) -> bool:
    """Whether two values mean the same: JSON documents by content, lists without order, 1 as "1", "" as nothing.

    With ``more`` an object may show members that were not declared, as AWS does.
    """
    declared, observed = _document(declared), _document(observed)
    if isinstance(declared, Mapping) and isinstance(observed, Mapping):
        if declared.get("hash") and SIGNATURE in declared and SIGNATURE in observed:
            return bool(declared["hash"] == observed.get("hash"))  # an archive is its content, wherever its file lies
        given, shown = ({key for key, item in value.items() if item is not None} for value in (declared, observed))
        return (more or given == shown) and all(same(declared[key], observed.get(key), more=more) for key in given)
    if isinstance(declared, list) and isinstance(observed, list):
        rest = list(observed)
        for item in declared:
            index = next((i for i, other in enumerate(rest) if same(item, other, more=more)), None)
            if index is None:
                return False
            rest.pop(index)
        return not rest
    if declared in EMPTY and observed in EMPTY:
        return True
    return bool(declared == observed) or _text(declared) == _text(observed)
