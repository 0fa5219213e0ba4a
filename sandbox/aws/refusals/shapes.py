"""A call's parameters against its service's model: lengths, ranges, patterns and enumerations, which botocore leaves
to AWS; and the rules for tags that all services share.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from sandbox.aws.refusals.check import Refused

CODES: Final = {
    "accessanalyzer": "ValidationException",
    "autoscaling": "ValidationError",
    "cloudwatch": "ValidationError",
    "ec2": "InvalidParameterValue",
    "elbv2": "ValidationError",
    "events": "ValidationException",
    "iam": "ValidationError",
    "kms": "ValidationException",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "rds": "InvalidParameterValue",
    "s3": "MalformedXML",
    "secretsmanager": "ValidationException",
    "sns": "InvalidParameter",
}
"""With what each service answers a parameter outside of its model."""
TAG_CODES: Final = {**CODES, "iam": "InvalidInput", "kms": "TagException", "s3": "InvalidTag"} | {
    "lambda": "InvalidParameterValueException",
    "secretsmanager": "InvalidParameterException",
}
ANY_TEXT: Final = ("ec2", "autoscaling")
"""Services that take any character in a tag."""
TAG: Final = re.compile(r"[\w\s.:/=+\-@]*")
MAX_TAGS: Final = 50
_CLASSES: Final = ((r"\p{L}", r"\w"), (r"\p{Z}", r"\s"), (r"\p{N}", r"\d"), (r"\p{M}", ""), (r"\p{P}", r"\W"),
                   (r"\p{S}", ""), (r"\p{Zs}", " "))  # fmt: skip


def check(service: str, model: Any, params: dict[str, Any]) -> None:
    """Refuse a call whose parameters its service's model does not allow."""
    if model.input_shape is None or model.name.startswith(("Describe", "List", "Get")):
        return
    for path, problem in _problems(model.input_shape, params, ""):
        raise Refused(CODES.get(service, "ValidationException"), f"Value at '{path}' failed to satisfy: {problem}")
    for problem in _tag_problems(service, params):
        raise Refused(TAG_CODES.get(service, "ValidationException"), problem)


def _problems(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for key, item in value.items():
            if key in shape.members and item is not None:
                yield from _problems(shape.members[key], item, f"{path}.{key}" if path else key)
    elif kind == "list" and isinstance(value, list):
        yield from _size(shape, len(value), path, "items")
        for item in value:
            yield from _problems(shape.member, item, path)
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from _problems(shape.key, key, path)
            yield from _problems(shape.value, item, f"{path}.{key}")
    elif kind == "string" and isinstance(value, str):
        yield from _size(shape, len(value), path, "characters")
        yield from _text(shape, value, path)
    elif kind in ("integer", "long", "double", "float") and isinstance(value, int | float):
        yield from _size(shape, value, path, "")


def _size(shape: Any, size: float, path: str, unit: str) -> Iterator[tuple[str, str]]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield path, f"at least {low} {unit}".strip()
    if high is not None and size > high:
        yield path, f"at most {high} {unit}".strip()


def _text(shape: Any, value: str, path: str) -> Iterator[tuple[str, str]]:
    pattern, enum = shape.metadata.get("pattern"), getattr(shape, "enum", None)
    if pattern and (compiled := _compiled(pattern)) and not compiled.fullmatch(value):
        yield path, f"pattern {pattern}"
    if enum and value.lower() not in [
        option.lower() for option in enum
    ]:  # RDS takes any case, others are checked by moto
        yield path, f"one of [{', '.join(sorted(enum)[:20])}]"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern in Python's dialect; None where it has none."""
    for java, python in _CLASSES:
        pattern = pattern.replace(java, python)
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", "\U00010000-\U0010ffff")
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _tag_sets(params: dict[str, Any]) -> Iterator[list[tuple[str, str]]]:
    for key, value in params.items():
        lists = [entry.get("Tags") for entry in value] if key == "TagSpecifications" else [value]
        if key == "Tagging" and isinstance(value, dict):
            lists = [value.get("TagSet")]
        if key.lower() not in ("tags", "taglist", "tagging", "tagspecifications"):
            continue
        for tags in lists:
            if isinstance(tags, dict):
                yield list(tags.items())
            else:
                named = [tag for tag in tags or () if isinstance(tag, dict)]
                yield [(str(t.get("Key", t.get("TagKey"))), t.get("Value", t.get("TagValue")) or "") for t in named]


def _tag_problems(service: str, params: dict[str, Any]) -> Iterator[str]:
    for tags in _tag_sets(params):
        keys = [key for key, _ in tags]
        if len(keys) > MAX_TAGS:
            yield f"{len(keys)} tags; a resource has at most {MAX_TAGS}"
        if len({*keys}) < len(keys):
            yield "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        for key, value in tags:
            if key.lower().startswith("aws:"):
                yield f"Tag keys starting with 'aws:' are reserved for internal use: {key}"
            if not 1 <= len(key) <= 128 or len(value) > 256:
                yield f"Tag {key[:40]}: keys have 1 to 128 characters, values at most 256"
            if service not in ANY_TEXT and not (TAG.fullmatch(key) and TAG.fullmatch(value)):
                yield f"Tag {key}: only letters, digits, spaces and . : / = + - @ _ are allowed"
