"""Types by the names that they had before: a program on an older SDK sends those."""

from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "former_types.txt"


@cache
def _current() -> dict[str, str]:
    lines = FILE.read_text(encoding="ascii").splitlines()
    return dict(line.split() for line in lines)


def current(type_: str) -> str:
    """The name that a type has today."""
    return _current().get(type_, type_)
