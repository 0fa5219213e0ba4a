"""Exports of a state: `make up` keeps one before and one after it in the state's bucket; `make restore` takes one.

An export is what the engine exports, its secrets sealed as in the state itself. In a folder of this machine the engine
keeps the state after each update by itself, so that nothing is exported there.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from cli.backend import HISTORY, BackendError, Bucket, Store, state_key, store_of
from cli.output import note
from cli.run import engine
from cli.target import Target
from components.shared.account import STATE_EXPORTS
from lib import urn as urns
from lib.printable import one_line
from reports.state import Deployment, StateError, checkpoint, exported
from stacks.model import PROJECT

TIME = "%Y-%m-%dT%H-%M-%SZ"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An export that lies in the backend; ``name`` is what ``FROM`` takes."""

    name: str
    key: str
    time: datetime
    size: int


@dataclass(frozen=True, kw_only=True)
class Export:
    """A state that can be restored: when the engine wrote it, what it holds, and its text for the engine."""

    name: str
    time: datetime | None
    deployment: Deployment
    text: str

    @property
    def count(self) -> int:
        """How many resources it holds."""
        return len(self.deployment.get("resources") or ())

    def age(self, now: datetime) -> str:
        """How old it is, in words."""
        if self.time is None:
            return "of an unknown time"
        hours = int((now - self.time).total_seconds() // 3600)
        old = f"{hours // 24} days" if hours >= 48 else f"{hours} hours" if hours else "less than an hour"
        return f"of {self.time:%Y-%m-%d %H:%M:%S} UTC, {old} old"


def folder_of(stack: str) -> str:
    """Where the exports of a stack lie in its backend."""
    return f"{STATE_EXPORTS}{stack}/"


def keep(place: Store, stack: str, moment: str, body: bytes) -> str:
    """Put an export beside the others; its name says when, and before or after what."""
    name = f"{datetime.now(UTC):{TIME}}-{moment}.json"
    place.write(f"{folder_of(stack)}{name}", body)
    return name


@contextmanager
def around(target: Target) -> Iterator[None]:
    """Keep the state before a change and after it, where it lies in a bucket.

    Raises:
        BackendError: one of them could not be written; the message says whether anything was changed.

    """
    place = store_of(target)
    if not isinstance(place, Bucket):
        yield
        return
    _keep_state(place, target, "before", "nothing was changed")
    yield
    _keep_state(place, target, "after", "the run itself has ended as said above, and its state is in the backend")


def _keep_state(place: Store, target: Target, moment: str, changed: str) -> None:
    result = engine(target, "stack", "export", "--stack", target.stack)
    why = one_line(result.stderr.strip()) if result.returncode else ""
    name = ""
    if not why:
        try:
            name = keep(place, target.stack, moment, result.stdout.encode())
        except BackendError as error:
            why = str(error)
    if why:
        raise BackendError(f"the state {moment} the run could not be exported ({why}); {changed}")
    note(f"State {moment} the run: {folder_of(target.stack)}{name}")


def keep_present(place: Store, stack: str) -> str:
    """Keep the state as it lies in the backend, damaged or not, before another one takes its place; empty for none."""
    body = place.read(state_key(stack))
    return keep(place, stack, "replaced", body) if body is not None else ""


def listed(place: Store, stack: str) -> list[Kept]:
    """What can be restored, newest first: exports, and in a folder the states that the engine keeps."""
    found = [
        Kept(name=PurePosixPath(entry.key).name, key=entry.key, time=entry.changed, size=entry.size)
        for folder in (folder_of(stack), *(() if isinstance(place, Bucket) else (f"{HISTORY}/{stack}/",)))
        for entry in place.find(folder)
        if entry.key.endswith(".json") and not entry.key.endswith(".history.json")
    ]
    return sorted(found, key=lambda kept: (kept.time, kept.name), reverse=True)


def chosen(place: Store, stack: str, wanted: str) -> Export:
    """The export of a name that ``listed`` shows, or of a file, after it was checked.

    Raises:
        BackendError: there is none of that name, or it is not a state of this stack; the message says why.

    """
    known = listed(place, stack)
    kept = next((entry for entry in known if wanted in (entry.name, entry.key)), None)
    if kept:
        body = place.read(kept.key) or b""
    elif Path(wanted).is_file():
        body = Path(wanted).read_bytes()
    else:
        newest = f"; the newest is {known[0].name}" if known else ""
        raise BackendError(
            f"FROM={one_line(wanted)}: neither a file nor an export of {stack} in {place.url}{newest}; `make restore "
            f"STACK={stack}` lists them"
        )
    try:
        return _checked(wanted, stack, body.decode(errors="replace"))
    except StateError as error:
        raise BackendError(f"FROM={one_line(wanted)}: {error}; nothing was changed; choose another export") from None


def _checked(name: str, stack: str, text: str) -> Export:
    """An export, or the engine's own file. StateError where the engine would not take it, or must not."""
    deployment, whole = _read(text)
    resources = deployment.get("resources") or []
    if not resources:
        raise StateError("it holds no resources")
    for entry in resources:
        found = urns.stack(entry["urn"]), urns.project(entry["urn"])
        if found != (stack, PROJECT):
            raise StateError(
                f"{one_line(entry['urn'])} belongs to stack {found[0] or '?'} of {found[1] or '?'}, and the stack is "
                f"{stack} of {PROJECT}"
            )
    return Export(name=name, time=_written(deployment), deployment=deployment, text=whole)


def _read(text: str) -> tuple[Deployment, str]:
    """The deployment in an export or in the engine's own file, and the text of an export."""
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateError(f"not an exported state ({error})") from None
    if isinstance(envelope, dict) and "checkpoint" in envelope:
        deployment = checkpoint(text)
        more = {key: value for key, value in envelope.items() if key != "checkpoint"}
        return deployment, json.dumps({**more, "deployment": deployment})
    return exported(text)["deployment"] or {}, text


def _written(deployment: Deployment) -> datetime | None:
    """When the engine wrote a state: it counts nanoseconds, which Python does not."""
    manifest = deployment.get("manifest")
    told = str(manifest.get("time", "")) if isinstance(manifest, dict) else ""
    try:
        return datetime.fromisoformat(re.sub(r"\.\d+", "", told)).astimezone(UTC)
    except ValueError:
        return None
