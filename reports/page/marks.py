"""How the page marks an operation: by a symbol and a word as well as by a colour."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.html.parts import Tone


@dataclass(frozen=True)
class Mark:
    """``word`` says what happened to the resource."""

    symbol: str
    word: str
    tone: Tone


class _Marks(dict[str, Mark]):
    def __missing__(self, operation: str) -> Mark:
        """What the engine calls it, where it is none of these."""
        return Mark("?", operation, "grave")


MARKS: Mapping[str, Mark] = _Marks(
    {
        "create": Mark("+", "created", "good"),
        "update": Mark("~", "updated", "warn"),
        "replace": Mark("±", "replaced", "bad"),
        "delete": Mark("−", "deleted", "bad"),  # noqa: RUF001 - a minus sign is as wide as a plus
        "refresh": Mark("↻", "refreshed", "info"),
        "read": Mark(">", "read", "info"),
        "import": Mark("=", "imported", "good"),
    }
)
