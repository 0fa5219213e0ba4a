"""Which images may run: by digest, from the registries of ``data/images.yaml``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lib import tables
from policy.facts.props import UNKNOWN, get, shown

FILE = Path(__file__).parent / "data" / "images.yaml"
_DIGEST = re.compile(r"(?P<name>[^@\s]+)@sha256:[0-9a-f]{64}", re.ASCII)
_TAG = re.compile(r":[\w][\w.-]*$", re.ASCII)


@dataclass(frozen=True)
class Allowed:
    """The table."""

    registries: re.Pattern[str]
    vendored: frozenset[str]


@cache
def allowed() -> Allowed:
    """The table, read once."""
    table = tables.table(FILE)
    return Allowed(re.compile("|".join(table["registries"]), re.ASCII), frozenset(table["vendored"]))


def fault(image: object) -> str | None:
    """What is wrong with an image's name; None where it may run."""
    if not isinstance(image, str) or not image:
        return f"is {shown(image)}, must name an image by digest"
    cut = image[:200]
    if image in allowed().vendored:
        return None
    pinned = _DIGEST.fullmatch(image)
    if not pinned:
        return f"is {cut!r}, must end in a digest (@sha256:...): a tag can be moved"
    if not allowed().registries.fullmatch(_TAG.sub("", pinned["name"])):
        return f"is {cut!r}, must come from a registry of policy/facts/data/images.yaml"
    return None


def of_values(values: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The images in the values of a chart, as charts name them: registry, repository, tag and digest of ``image``."""
    if depth > 20:
        return
    if isinstance(values, Mapping):
        for key in values:
            value, where = get(values, key), f"{path}.{key}"
            if key == "image" and isinstance(value, str):
                yield where, value
            elif key == "image" and isinstance(value, Mapping) and isinstance(get(value, "repository"), str):
                if UNKNOWN not in [get(value, part) for part in ("registry", "repository", "digest", "tag")]:
                    yield where, _joined(value)
            else:
                yield from of_values(value, where, depth + 1)
    elif isinstance(values, Sequence) and not isinstance(values, str):
        for index in range(len(values)):
            yield from of_values(get(values, index), f"{path}[{index}]", depth + 1)


def _joined(image: Mapping[str, Any]) -> str:
    parts = {part: get(image, part) for part in ("registry", "repository", "digest", "tag")}
    name = "/".join(str(parts[key]) for key in ("registry", "repository") if parts[key])
    if parts["digest"]:
        return f"{name}@{parts['digest']}"
    return f"{name}:{parts['tag']}" if parts["tag"] else name
