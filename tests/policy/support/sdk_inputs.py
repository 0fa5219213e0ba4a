"""The inputs of every resource type of the installed pulumi-aws, blocks inside blocks included, read off its sources.

Importing the SDK takes minutes and a gigabyte; the signatures of its argument classes say the same in seconds.
``python -m tests.policy.support.sdk_inputs`` writes the former names of types after an upgrade of pulumi-aws.
"""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

_TYPE = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
_FORMER = re.compile(r'pulumi\.Alias\(type_="(aws:[^"]+)"\)')
_CLASS = re.compile(r"^class (\w+Args):\n    def __init__\(__self__, \*,\n(.*?)\):\n", re.MULTILINE | re.DOTALL)
_PARAMETER = re.compile(r"^\s+(\w+): (.*?)(?: = None)?,?$", re.MULTILINE)
_NESTED = re.compile(r"'(\w+Args)'")
_NAMED = re.compile(r'@pulumi\.getter\(name="(\w+)"\)\n    def (\w+)\(')

Inputs = Mapping[str, str]
"""Path of an input (``rootBlockDevice.encrypted``) to its annotation."""


def _camel(name: str) -> str:
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _classes(text: str) -> dict[str, dict[str, str]]:
    """Argument classes of a source: inputs by name, with their annotations."""
    named = {snake: camel for camel, snake in _NAMED.findall(text)}
    return {
        name: {named.get(p, _camel(p)): annotation for p, annotation in _PARAMETER.findall(signature)}
        for name, signature in _CLASS.findall(text)
    }


def _paths(
    inputs: Mapping[str, str], blocks: Mapping[str, dict[str, str]], inside: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for name, annotation in inputs.items():
        yield name, annotation
        nested = _NESTED.search(annotation)
        if nested and nested[1] in blocks and nested[1] not in inside and len(inside) < 6:
            deeper = _paths(blocks[nested[1]], blocks, (*inside, nested[1]))
            yield from ((f"{name}.{path}", found) for path, found in deeper)


def former_types() -> list[str]:
    """Each alias that the SDK gives a type, unless it still is a type, and the type: as lines of text."""
    found = set()
    for source in _folder().rglob("*.py"):
        text = source.read_text(encoding="utf-8") if not source.name.startswith(("_", "get_")) else ""
        token = _TYPE.search(text)
        found |= {(former, token[1]) for former in _FORMER.findall(text) if token}
    return sorted(f"{former} {now}" for former, now in found if former not in inputs_by_type())


def _folder() -> Path:
    spec = importlib.util.find_spec("pulumi_aws")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def inputs_by_type() -> Mapping[str, Inputs]:
    """Every resource type with its inputs by path."""
    found = {}
    blocks: dict[Path, dict[str, dict[str, str]]] = {}
    for source in sorted(_folder().rglob("*.py")):
        if source.name.startswith(("_", "get_")) or source.name == "outputs.py":
            continue
        text = source.read_text(encoding="utf-8")
        token = _TYPE.search(text)
        if token is None:
            continue
        if source.parent not in blocks:
            path = source.parent / "_inputs.py"
            blocks[source.parent] = _classes(path.read_text(encoding="utf-8")) if path.exists() else {}
        own = _classes(text)
        resource = token[1].rpartition(":")[2]
        arguments = own.get(f"{resource}InitArgs") or own.get(f"{resource}Args") or {}
        found[token[1]] = dict(_paths(arguments, blocks[source.parent], ()))
    return found


if __name__ == "__main__":
    former = Path(__file__).parents[3] / "policy" / "facts" / "data" / "former_types.txt"
    former.write_text("".join(f"{line}\n" for line in former_types()), encoding="ascii")
