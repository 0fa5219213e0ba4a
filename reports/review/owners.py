"""Who owns a path, by CODEOWNERS: the last line that matches counts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pathspec import GitIgnoreSpec

from lib.yaml_file import ROOT

FILE: Final = ROOT / "CODEOWNERS"


class Owners:
    """The lines of the file, in order."""

    def __init__(self, text: str) -> None:
        lines = [line.partition("#")[0].split() for line in text.splitlines()]
        self._lines = [(GitIgnoreSpec.from_lines([words[0]]), tuple(words[1:])) for words in lines if words]

    @classmethod
    def load(cls, path: Path = FILE) -> "Owners":
        """Those of this clone."""
        return cls(path.read_text(encoding="utf-8"))

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of one path."""
        for pattern, owners in reversed(self._lines):
            if pattern.match_file(path):
                return owners
        return ()

    def of_all(self, paths: Sequence[str]) -> tuple[str, ...]:
        """The owners of several paths, each once, in their order."""
        return tuple(dict.fromkeys(owner for path in paths for owner in self.of(path)))
