"""What pydantic says of a model, as faults in words: one for each mistake, with its fix."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, get_args

from pydantic import BaseModel, BeforeValidator, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from lib.problems import Fault, WrongValueError, nearest
from lib.yaml_nodes import UNUSABLE

_BY_TYPE: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "string_type": ("is not text", "write text, in quotes where YAML would read something else"),
        "int_type": ("is not a whole number", "write digits without quotes"),
        "bool_type": ("is not true or false", "write true or false without quotes"),
        "date_from_datetime_parsing": ("is not a day", "write it as 2027-01-31, without quotes"),
        "date_type": ("is not a day", "write it as 2027-01-31, without quotes"),
        "tuple_type": ("is not a list", "write a list, as [a, b]"),
        "dict_type": ("is not a mapping", "write `key: value` lines under it, indented"),
        "model_type": ("is not a mapping", "write `key: value` lines under it, indented"),
        "string_pattern_mismatch": ("does not have the form of one", "correct it"),
    }
)


@dataclass(frozen=True)
class OneOf:
    """Annotates a field that takes one of some names which are known only at run time."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.names))


def _day(value: object) -> object:
    """Of numbers pydantic would make days of 1970."""
    if type(value) is dt.date or isinstance(value, str):
        return value
    raise WrongValueError(*_BY_TYPE["date_type"])


Day = Annotated[dt.date, BeforeValidator(_day)]
"""A day as YAML reads it, or the same in quotes."""


def faults(error: ValidationError, model: type[BaseModel], fixes: Mapping[str, str]) -> list[Fault]:
    """One fault for each mistake; ``fixes`` says by the last key of a way that it names what to write there.

    A key that is unknown and was probably meant to be one that is missing is one mistake, not two.
    """
    details = error.errors(include_url=False)
    within = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    meant: set[tuple[str, ...]] = set()
    reported: list[tuple[ErrorDetails, Fault]] = []
    for detail in details:
        if detail["loc"] in within or detail.get("input") is UNUSABLE:
            continue  # a list that lacks the items which are wrong, or what is reported already
        fault, key = _fault(detail, model, fixes)
        if key:
            meant.add((*fault.path[:-1], key))
        reported.append((detail, fault))
    return [fault for detail, fault in reported if detail["type"] != "missing" or fault.path not in meant]


def _fault(detail: ErrorDetails, model: type[BaseModel], fixes: Mapping[str, str]) -> tuple[Fault, str | None]:
    """The fault, and the key that was meant where it is about an unknown one."""
    path = tuple(str(step) for step in detail["loc"] if step != "[key]")
    kind, value = detail["type"], detail["input"]
    known = _model_at(model, path[:-1])
    own = next((fixes[step] for step in reversed(path) if step in fixes), None)
    if kind == "extra_forbidden" and known:
        keys = key_names(known)
        key = _meant(path[-1], keys)
        fix = f"did you mean {key}?" if key else f"remove it; the keys are {', '.join(keys)}"
        return Fault(path=path, why="is no key here", fix=fix), key
    if kind == "missing":
        return Fault(path=path, why="is missing", fix=_example(known, path[-1]) or own or "add it"), None
    reason = detail.get("ctx", {}).get("error")
    if isinstance(reason, WrongValueError):
        return Fault(path=path, value=value, why=reason.why, fix=reason.fix), None
    if kind in ("literal_error", "enum"):
        names = str(detail["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        near = nearest(value, names) if isinstance(value, str) else None
        why, fix = f"is none of {', '.join(names)}", f"did you mean {near}?" if near else own or "write one of them"
        return Fault(path=path, value=value, why=why, fix=fix), None
    why, fix = _BY_TYPE.get(kind, (detail["msg"][:1].lower() + detail["msg"][1:], "correct it"))
    return Fault(path=path, value=value, why=why, fix=own or fix), None


def key_names(model: type[BaseModel]) -> list[str]:
    """The keys as they are written in a file; what is excluded from a dump comes from elsewhere."""
    return [field.alias or name for name, field in model.model_fields.items() if not field.exclude]


def not_a_mapping(model: type[BaseModel], value: object) -> Fault:
    """The fault of an entry that is no mapping at all."""
    return Fault(path=(), value=value, why="is not a mapping", fix=f"write the keys {', '.join(key_names(model))}")


def check(model: type[BaseModel], raw: object, fixes: Mapping[str, str]) -> tuple[Any, list[Fault]]:
    """The model's instance, or None and the faults of ``raw``."""
    if raw is UNUSABLE:
        return None, []
    if not isinstance(raw, Mapping):
        return None, [not_a_mapping(model, raw)]
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        return None, faults(error, model, fixes)


def _meant(key: str, keys: Sequence[str]) -> str | None:
    """The key that was probably meant; a slip in the part before a colon counts."""
    by_name = {known.rpartition(":")[2]: known for known in keys}
    near = nearest(key.rpartition(":")[2], by_name)
    return by_name[near] if near else None


def _example(model: type[BaseModel] | None, key: str) -> str | None:
    for name, field in model.model_fields.items() if model else ():
        if key in (name, field.alias) and field.examples:
            return f"add it, for example {line_of(key, field.examples[0])}"
    return None


def line_of(key: str, value: object) -> str:
    """A line of YAML that gives ``key`` a value."""
    return f"{key}: {json.dumps(value) if isinstance(value, list) else value}"


def _model_at(model: type[BaseModel], path: Sequence[str]) -> type[BaseModel] | None:
    """The model of the mapping to which a way leads; indices and names of a mapping are no fields."""
    at: type[BaseModel] | None = model
    for step in path:
        fields = at.model_fields.items() if at else ()
        field = next((field for name, field in fields if step in (name, field.alias)), None)
        if field is not None:
            at = next(_models(field.annotation), None)
    return at


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
