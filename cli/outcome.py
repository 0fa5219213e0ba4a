"""How a run that failed ends: what failed and why, what was done all the same, and the command that comes next."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from lib import urn as urns
from lib.printable import one_line
from reports import log as event_log

DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "create-replacement": "replaced",
    "import": "imported",
    "refresh": "read",
}
LITTLE_BYTES = 8 << 20
"""Less room than this on the disk of .sandbox, and a run cannot write down what it did."""


def done(lines: Iterable[str]) -> tuple[Counter[str], list[str]]:
    """What the last run of an event log did, by kind, and the names of what failed; other lines are skipped."""
    counts: Counter[str] = Counter()
    failed: dict[str, None] = {}
    for event in event_log.events(lines)[0]:
        if (event.get("summaryEvent") or {}).get("isPreview"):
            counts, failed = Counter(), {}
        finished, broken = event.get("resOutputsEvent"), event.get("resOpFailedEvent")
        if finished and not finished.get("planning"):
            kind = DONE.get(finished["metadata"]["op"])
            if kind and _custom(finished["metadata"]["type"]):
                counts[kind] += 1
        if broken:
            failed[one_line(urns.name(broken["metadata"]["urn"]))] = None
    return counts, list(failed)


def _custom(kind: str) -> bool:
    return not kind.startswith(("pulumi:", "nationgraph:"))


def closing(log: Path, command: str, stack: str, *, interrupted: bool = False) -> str:
    """The last lines of a run that failed or was interrupted."""
    with log.open(errors="replace") if log.exists() else Path("/dev/null").open() as lines:
        counts, failed = done(lines)
    what = [f"{number} {kind}" for kind, number in sorted(counts.items())] + [f"{len(failed)} failed"] * bool(failed)
    names = f": {', '.join(failed[:5])}{' ...' if len(failed) > 5 else ''}" if failed else ""
    again = f"make {command}" + (f" STACK={stack}" if stack != "sandbox" else "")
    free = shutil.disk_usage(log.parent).free
    full = (
        f"The disk of {log.parent} is full ({free >> 10} KiB are free): make room first. "
        if free < LITTLE_BYTES
        else ""
    )
    next_step = f"`{again}` goes on from here" if interrupted else f"mend what is named above, then `{again}`"
    return f"{', '.join(what) or 'Nothing was changed'}{names}.\n{full}Next: {next_step}."
