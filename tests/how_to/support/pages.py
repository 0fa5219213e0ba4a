"""Reads a how-to as the list of edits and commands that it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<lead>[^\n]+):\n\n```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CREATE = re.compile(r"Create `([^`]+)`")
APPEND = re.compile(r"Append to `([^`]+)`")
BESIDE = re.compile(r"In `([^`]+)`, (above|below) (`{1,2})(.+)\3")
REPLACE = re.compile(r"In `([^`]+)`, instead of `([^`]+)`")


@dataclass(frozen=True)
class Page:
    """A how-to: edits of files, then commands."""

    path: Path

    def _blocks(self) -> Iterator[tuple[str, str]]:
        for found in FENCE.finditer(self.path.read_text(encoding="utf-8")):
            yield found["lead"], found["text"]

    def follow(self, root: Path) -> None:
        """Make every edit below ``root``. ValueError where a block does not say where it goes, or it can't go there."""
        for lead, text in self._blocks():
            if lead != "Run":
                _edit(root, lead, text)

    def commands(self) -> list[str]:
        """The lines under ``Run:``."""
        return [line for lead, text in self._blocks() if lead == "Run" for line in text.splitlines() if line.strip()]


def _edit(root: Path, lead: str, text: str) -> None:
    if found := CREATE.fullmatch(lead):
        path = root / found[1]
        if path.exists():
            raise ValueError(f"{lead}: it exists already")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    elif found := APPEND.fullmatch(lead):
        path = root / found[1]
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    elif found := BESIDE.fullmatch(lead):
        path = root / found[1]
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [number for number, line in enumerate(lines) if line.strip() == found[4]]
        if len(places) != 1:
            raise ValueError(f"{lead}: {len(places)} lines are this text, must be 1")
        lines.insert(places[0] + (found[2] == "below"), text)
        path.write_text("".join(lines), encoding="utf-8")
    elif found := REPLACE.fullmatch(lead):
        path = root / found[1]
        before = path.read_text(encoding="utf-8")
        if before.count(found[2]) != 1:
            raise ValueError(f"{lead}: the text is there {before.count(found[2])} times, must be once")
        path.write_text(before.replace(found[2], text.rstrip("\n")), encoding="utf-8")
    else:
        raise ValueError(f"{lead}: says not where the block goes")
