"""What a workflow's job writes to GitHub from a file that somebody else's code left: data, cut to what GitHub takes."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.github.client import BOT, LONGEST

MOST_BYTES = 1 << 20
"""Of a report that is read at all."""
CUT = "**Cut here:** the report is longer than GitHub takes."


def harmless(path: Path) -> str:
    """A report, without control characters. OSError where there is no file."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", content.decode("utf-8", errors="replace")).strip()


def framed(head: str, report: str, foot: str) -> str:
    """The report between head and foot, which stay whole: it is cut at a line where it is too long."""
    room = LONGEST - len(head) - len(foot)
    if len(report) > room:
        kept = report[: room - len(CUT) - 2]
        report = f"{kept[: kept.rfind(chr(10)) + 1]}\n{CUT}"
    return head + report + foot


def is_own(item: Mapping[str, Any], marker: str) -> bool:
    """Whether a workflow wrote it, with this first line: a person's with the same marker is that person's."""
    author = item.get("user") or {}
    said = str(item.get("body") or "")
    return author.get("login") == BOT and author.get("type") == "Bot" and said.splitlines()[:1] == [marker]
