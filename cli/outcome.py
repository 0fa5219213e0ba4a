"""How a run that failed ends: what failed and why, what was done all the same, and the command that comes next."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from cli.advice import Failure, advice
from lib import urn as urns
from lib.printable import one_line, without_colours
from reports import log

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


def done(lines: Iterable[str]) -> tuple[Counter[str], list[Failure]]:
    """What the last run of an event log did, by kind, and what failed; other lines are skipped."""
    counts: Counter[str] = Counter()
    failed: dict[str, log.Metadata] = {}
    said: dict[str, str] = {}
    for event in log.events(lines)[0]:
        if (event.get("summaryEvent") or {}).get("isPreview"):
            counts, failed, said = Counter(), {}, {}
        finished, broken, told = (
            event.get("resOutputsEvent"),
            event.get("resOpFailedEvent"),
            event.get("diagnosticEvent"),
        )
        if finished and not finished.get("planning"):
            kind = DONE.get(finished["metadata"]["op"])
            if kind and _custom(finished["metadata"]["type"]):
                counts[kind] += 1
        if broken:
            failed[broken["metadata"]["urn"]] = broken["metadata"]
        if told and told["severity"] == "error":
            urn = told.get("urn") or ""
            said[urn] = f"{said.get(urn, '')}{told['message']}\n"
    return counts, [_failure(metadata, said.get(urn, "")) for urn, metadata in failed.items()]


def _failure(metadata: log.Metadata, said: str) -> Failure:
    state = metadata.get("new") or metadata.get("old") or {}
    inputs = state.get("inputs") or {}
    return Failure(urn=metadata["urn"], parent=state.get("parent") or "", inputs=inputs, said=without_colours(said))


def _custom(kind: str) -> bool:
    return not kind.startswith(("pulumi:", "nationgraph:"))


def closing(path: Path, command: str, stack: str, *, interrupted: bool = False, emulated: bool = False) -> str:
    """The last lines of a run that failed or was interrupted; for an ``emulated`` account, the shell for commands."""
    with path.open(errors="replace") if path.exists() else Path("/dev/null").open() as lines:
        counts, failed = done(lines)
    what = [f"{number} {kind}" for kind, number in sorted(counts.items())] + [f"{len(failed)} failed"] * bool(failed)
    names = [one_line(urns.name(failure.urn)) for failure in failed]
    listed = f": {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}" if names else ""
    chosen = "" if stack == "sandbox" else f" STACK={stack}"
    again = f"make {command}{chosen}"
    advised = [sentence for failure in failed if (sentence := advice(failure, stack, again))]
    if advised and emulated:
        target = f"{chosen} TARGET=sandbox" if chosen else ""
        advised.append(f"Type these commands in `make shell{target}`, which reaches the emulated account.")
    free = shutil.disk_usage(path.parent).free
    full = (
        f"The disk of {path.parent} is full ({free >> 10} KiB are free): make room first. "
        if free < LITTLE_BYTES
        else ""
    )
    first = f"{', '.join(what) or 'Nothing was changed'}{listed}."
    next_step = f"`{again}` goes on from here" if interrupted else f"mend what is named above, then `{again}`"
    return "\n".join([first, *advised, f"{full}Next: {next_step}."])
