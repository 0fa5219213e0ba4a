"""Which properties of a resource differ, and how: the values below each changed property, side by side."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.events import Step
from reports.values import SIGNATURE, text

MOST = 80
"""Characters of a value in a line."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The value at ``path`` before and after, as the log holds it: secrets are marked and not yet hidden."""

    path: str
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """The last part of the path, by which a value may be known for a secret."""
        return re.split(r"[.\[]", self.path)[-1].strip('"]')

    def texts(self) -> tuple[str, str]:
        """Both values in harmless lines without secrets, cut around the first place in which they differ."""
        return beside(text(self.before, self.name), text(self.after, self.name))


def beside(before: str, after: str, most: int = MOST) -> tuple[str, str]:
    """Both texts, cut around the first place in which they differ."""
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - most // 4) if max(len(before), len(after)) > most else 0
    cut = [f"{'…' * bool(start)}{v[start : start + most]}{'…' * (len(v) > start + most)}" for v in (before, after)]
    return cut[0], cut[1]


def leaves(path: str, before: Any, after: Any, *, documents: bool = False) -> Iterator[Leaf]:
    """The values below ``path`` that differ; lists of one length are compared item by item.

    With ``documents`` JSON that is written as text, as an IAM policy, is compared by its own parts.
    """
    if before == after:
        return
    if documents:
        inner = _document(before), _document(after)
        if None not in inner:
            before, after = inner
    marked = any(isinstance(value, Mapping) and SIGNATURE in value for value in (before, after))
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not marked:
        for key in sorted({*before, *after}, key=str):
            below = _below(path, str(key))
            yield from leaves(below, before.get(key), after.get(key), documents=documents)
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
        and all(isinstance(item, Mapping) for item in (*before, *after))
    ):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from leaves(f"{path}[{index}]", *pair, documents=documents)
    else:
        yield Leaf(path=path, before=before, after=after)


def _document(value: Any) -> Any:
    """The mapping or list that a text holds; None for another text or value."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if key.replace("_", "").isalnum() else f"{path}[{json.dumps(key)}]"


def of_step(step: Step, *, documents: bool = False) -> Iterator[Leaf]:
    """What differs: in the properties that the provider names, else in all inputs, else in all outputs."""
    inputs = [dict(side.get("inputs") or {}) for side in (step.old, step.new)]
    outputs = [dict(side.get("outputs") or {}) for side in (step.old, step.new)]
    named = sorted({key.split("[")[0].split(".")[0] for key in step.keys})
    for sides in (inputs, outputs):
        named = named or sorted(
            k for k in {*sides[0], *sides[1]} - {"__defaults"} if sides[0].get(k) != sides[1].get(k)
        )
    for top in named:
        pairs = [[side.get(top) for side in sides] for sides in (inputs, outputs)]
        found = (list(leaves(top, *pair, documents=documents)) for pair in pairs)
        # Two secrets are equal to whoever may not read them: then the property itself is what differs.
        yield from next(filter(None, found), [Leaf(path=top, before=pairs[0][0], after=pairs[0][1])])
