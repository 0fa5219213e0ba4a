"""Tables that a program writes into a document between two markers, which people leave where they are."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Markers:
    """The lines around a table of a document."""

    begin: str
    end: str

    @classmethod
    def of(cls, subject: str, command: str) -> "Markers":
        """Comments that name the subject and the command that writes it."""
        return cls(begin=f"<!-- {subject}:begin (written by {command}) -->", end=f"<!-- {subject}:end -->")

    def place(self, text: str, name: str, content: str) -> str:
        """``text`` of document ``name`` with ``content`` between the markers.

        Raises:
            ValueError: the markers are not there once, in this order.

        """
        before, begin, rest = text.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not begin or not end or self.begin in rest or self.end in before + after:
            raise ValueError(
                f"{name}: needs {self.begin!r} and, below it, {self.end!r}, each once; put both where the table goes"
            )
        return f"{before}{self.begin}\n\n{content}\n\n{self.end}{after}"
