"""Resources with one value, or one key, replaced by what no author of a rule has thought of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.support.resources import UNKNOWN, Ref, Res

Path = tuple[str | int, ...]
DROPPED = object()
"""Leave the key out."""
RENAMED = object()
"""Write the key in other capitals."""
LONG = "a:b/c*" * 20_000
DEEP = 900
"""More levels than Python's recursion allows for a generator in each."""
VALUES: tuple[Any, ...] = (
    *(DROPPED, RENAMED, UNKNOWN, None, True, False, 0, -1, 2.5, 1e308, 10**30, "", " ", "x", "90", "true", LONG),
    *([], {}, [None], [[]], [{}], [1], ["x"], [[["x"]]], [UNKNOWN], [{"x": UNKNOWN}], [1.5, "x", None, {}]),
    *({"": ""}, {"x": None}, {"x": [1]}, {"x": {"x": {"x": UNKNOWN}}}, {"Statement": 1}, {"Statement": [1]}),
    *('{"Statement": "x"}', '{"a": ', "[" * 5000, '{"Statement": [{"Effect": "Allow", "Action": 1, "Principal": 7}]}'),
    *(
        float("nan"),
        float("inf"),
        2**63,
        "9" * 5000,
        "NaN",
        "1e999",
        '{"Statement": NaN}',
        '{"a":' * DEEP + "1" + "}" * DEEP,
    ),
    *("\u0663", "arn:aws:iam::" + "1" * 5000 + ":root", "arn:::::", "fe80::1%eth0/64", " 10.0.0.0/8 "),
    '{"Statement": [{"Effect": "Allow", "Action": [null, {}], "Principal": {"AWS": [null, {}]}, "Condition": [1]}]}',
    '{"acls": {"a": 1}, "grants": 7, "ssh": [1], "tests": {"x": 1}, "autoApprovers": {"routes": [1], "exitNode": {}}}',
    *("0.0.0.0/0", "10.0.0.0/99", "::/0", "arn:aws:iam::aws:policy/x", "*", "\u0000\ud7ff", "-----BEGIN", "1/0"),
)


def paths(value: Any, lead: Path = ()) -> Iterator[Path]:
    """The path of each value inside another, and inside the JSON that it holds as text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    keys: Sequence[str | int] = ()
    if isinstance(value, Mapping):
        keys = list(value)
    elif isinstance(value, list | tuple):
        keys = range(len(value))
    for key in keys:
        yield (*lead, key)
        yield from paths(value[key], (*lead, key))


def mutated(value: Any, path: Path, new: Any) -> Any:
    """``value`` with the value at ``path`` replaced by ``new``; JSON on the way stays JSON."""
    if isinstance(value, str) and not isinstance(value, Ref):
        inner = mutated(json.loads(value), path, new)
        return json.dumps(inner, default=str)
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        copy = dict(value)
        if rest:
            copy[str(step)] = mutated(copy[str(step)], rest, new)
        elif new is DROPPED:
            del copy[str(step)]
        elif new is RENAMED:
            copy[str(step).swapcase()] = copy.pop(str(step))
        else:
            copy[str(step)] = new
        return copy
    items = list(value)
    index = int(step)
    if rest:
        items[index] = mutated(items[index], rest, new)
    elif new in (DROPPED, RENAMED):
        del items[index]
    else:
        items[index] = new
    return items


def mutants(resources: Sequence[Res], which: int, path: Path, new: Any) -> list[Res]:
    """The resources, one of them changed."""
    found = list(resources)
    found[which] = replace(found[which], inputs=mutated(found[which].inputs, path, new))
    return found


def places(resources: Sequence[Res]) -> list[tuple[int, Path]]:
    """Each value of each resource: whose it is, and where in it."""
    return [(index, path) for index, resource in enumerate(resources) for path in paths(resource.inputs)]
