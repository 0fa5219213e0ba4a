"""What an event log tells of creations that nobody knows the end of: the state alone would forget them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from reports import log as event_log

LOST = re.compile(r"error reading from server|transport: |connection error|was made and could not be removed")
"""What the engine says of a provider that died, could no longer be reached, or left something behind."""


def creations(log: Path) -> list[dict[str, Any]]:
    """The creations in an event log of which nobody knows whether they happened, as pending operations of a state.

    The engine itself forgets them: it takes the lost connection for a failure. A provider's own error is one, and is
    left out.
    """
    said: defaultdict[str, str] = defaultdict(str)
    failed = []
    for event in events(log):  # what is said of a failure may stand before or after it
        if "diagnosticEvent" in event:
            said[event["diagnosticEvent"].get("urn", "")] += event["diagnosticEvent"]["message"]
        metadata = event.get("resOpFailedEvent", {}).get("metadata", {})
        if metadata.get("op", "").startswith("create"):
            failed.append(metadata)
    found = []
    for metadata in failed:
        if LOST.search(said[metadata["urn"]]):
            resource = {key: value for key, value in metadata["new"].items() if value not in (None, "", {})}
            found.append({"resource": {**resource, "custom": True}, "type": "creating"})
    return found


def unrecorded(log: Path, known: Collection[str]) -> list[dict[str, Any]]:
    """The creations in an event log that began and are not ``known``: the state lags behind where it was restored."""
    found = {}
    for event in events(log):
        begun = event.get("resourcePreEvent") or event.get("resOutputsEvent") or {}
        metadata = begun.get("metadata", {})
        new = metadata.get("new") or {}
        kind = str(metadata.get("type", ""))
        if begun.get("planning") or not str(metadata.get("op", "")).startswith("create") or metadata["urn"] in known:
            continue
        if new.get("custom") and not kind.startswith("pulumi:"):
            kept = {key: value for key, value in new.items() if value not in (None, "", {}) and key != "outputs"}
            found[metadata["urn"]] = {"resource": {**kept, "custom": True}, "type": "creating"}
    return list(found.values())


def failures(log: Path) -> set[str]:
    """The URNs of the operations in an event log that failed."""
    return {event["resOpFailedEvent"]["metadata"]["urn"] for event in events(log) if "resOpFailedEvent" in event}


def events(log: Path) -> Iterator[dict[str, Any]]:
    """The events of a log; a killed engine, or a full disk, may leave half of one."""
    with suppress(FileNotFoundError), log.open(errors="replace") as lines:
        yield from ({key: value for key, value in event.items() if value} for event in event_log.events(lines)[0])
