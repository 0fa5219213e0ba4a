"""Which Pulumi types carry tags: read from the SDK's sources into a data file, for importing the SDK is slow.

``python -m policy.facts.taggable`` writes the file again after an upgrade of pulumi-aws; a test holds both equal.
"""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data" / "taggable_types.txt"

_TYPE = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
# Auto Scaling groups and resource groups use the name for lists and selectors, which are not tags of the resource.
_INPUT = re.compile(r"^\s+tags: pulumi\.Input\[(?:Optional\[)?Mapping\[str,", re.MULTILINE)


def taggable_types() -> frozenset[str]:
    """The types as the data file lists them."""
    return frozenset(DATA.read_text(encoding="utf-8").split())


def _sources() -> Iterator[tuple[str, str]]:
    """Type and source of each resource class of the installed SDK."""
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pulumi_aws is not installed; run `uv sync`")
    for source in Path(spec.origin).parent.rglob("*.py"):
        if source.name.startswith(("_", "get_")) or source.name == "outputs.py":
            continue
        text = source.read_text(encoding="utf-8")
        if type_ := _TYPE.search(text):
            yield type_[1], text


def installed_types() -> frozenset[str]:
    """Every resource type of the installed SDK."""
    return frozenset(type_ for type_, _ in _sources())


def of_sdk() -> frozenset[str]:
    """The types of the installed SDK whose class takes ``tags`` as a mapping."""
    return frozenset(type_ for type_, text in _sources() if _INPUT.search(text))


if __name__ == "__main__":
    DATA.write_text("".join(f"{type_}\n" for type_ in sorted(of_sdk())), encoding="utf-8")
