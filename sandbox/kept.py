"""Last good copies of what the engine and the plugins write in place, and what to do where the original is damaged.

The engine replaces its state file in one step but does not wait for the disk; a person or a crash can damage any file.
"""

import json
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox import files
from sandbox.account import DamagedError, journal

FOLDER = "kept"
REMOTE = "remote.json"
"""Says that the state has moved into the account, and how it is sealed there."""


def state_file(folder: Path, project: str) -> Path:
    """The stack's state in the file backend."""
    return folder / "backend" / ".pulumi" / "stacks" / project / f"{folder.name}.json"


def remote(folder: Path) -> dict[str, Any]:
    """Where the state of a folder's account lies once it was moved into the account itself; empty before."""
    path = folder / REMOTE
    return read(path) if path.exists() else {}


def write_remote(folder: Path, place: Mapping[str, str]) -> None:
    """Say where the state lies from now on: backend, secrets provider, sealed data key. Copies of the old one go."""
    files.write(folder / REMOTE, json.dumps(dict(place)))
    (folder / FOLDER / f"{folder.name}.json").unlink(missing_ok=True)


def read(path: Path) -> dict[str, Any]:
    """A file that holds one JSON object. ValueError where it does not."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - as for any other text
    return found


def _state(path: Path) -> dict[str, Any]:
    checkpoint = read(path).get("checkpoint")
    latest = (checkpoint.get("latest") or {}) if isinstance(checkpoint, dict) else None
    listed = (latest.get("resources") or []) if isinstance(latest, dict) else None
    if not isinstance(checkpoint, dict) or not isinstance(listed, list):
        raise ValueError("no checkpoint")  # noqa: TRY004 - as above
    if not all(isinstance(entry, dict) and entry.get("urn") and entry.get("type") for entry in listed):
        raise ValueError("a resource without a name and a type")
    return checkpoint


def keep(folder: Path, project: str) -> None:
    """Copy what is good, after a command that came to its end. On a full disk the older copies stay."""
    for path, reader in _files(folder, project).items():
        copy = folder / FOLDER / path.name
        with suppress(OSError, ValueError):
            body = path.read_bytes()
            if copy.is_file() and copy.read_bytes() == body:
                continue
            reader(path)
            copy.parent.mkdir(exist_ok=True, mode=0o700)
            files.write(copy, body)


def _files(folder: Path, project: str) -> dict[Path, Any]:
    moved = any((there / REMOTE).exists() for there in (folder, folder / FOLDER))
    own: dict[Path, Any] = {folder / REMOTE: read} if moved else {state_file(folder, project): _state}
    return {**own, folder / "tailnet.json": read}


def check(folder: Path, project: str) -> list[str]:
    """Restore what is damaged from its newest good copy; one sentence for each file that was.

    Raises:
        DamagedError: there is no good copy, or state and account do not belong together.

    """
    said = []
    for path, reader in _files(folder, project).items():
        if not path.exists() and not _missed(folder, path):
            continue
        try:
            reader(path)
        except (OSError, ValueError) as error:
            said.append(_restored(path, reader, f"cannot be read ({error})" if path.exists() else "is gone"))
    _belong_together(folder, project)
    return said


def _missed(folder: Path, path: Path) -> bool:
    """Whether a file that is not there should be: an account has a state, others were copied once."""
    if path.name in ("tailnet.json", REMOTE):
        return (folder / FOLDER / path.name).exists() and _size(journal(folder)) > 0
    return _size(journal(folder)) > 0


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _restored(path: Path, reader: Any, why: str) -> str:
    folder = path.parents[4] if path.parent.parent.name == "stacks" else path.parent
    copies = [path.with_name(f"{path.name}.bak"), folder / FOLDER / path.name]
    for copy in sorted(filter(Path.is_file, copies), key=lambda copy: copy.stat().st_mtime, reverse=True):
        try:
            reader(copy)
        except (OSError, ValueError):
            continue
        if path.exists():
            shutil.move(path, path.with_name(f"{path.name}.damaged"))
        files.write(path, copy.read_bytes())
        when = time.strftime("%H:%M:%S", time.localtime(copy.stat().st_mtime))
        return f"{path} {why}: restored as it was at {when}, from {copy}."
    raise DamagedError(f"{path} {why}, and there is no good copy; `make clean` starts over with an empty account")


def _belong_together(folder: Path, project: str) -> None:
    """An account without a past cannot hold what a state names."""
    if _size(journal(folder)):
        return
    path = state_file(folder, project)
    resources = resources_of(path) if path.exists() else []
    own = [entry for entry in resources if entry.get("custom") and str(entry.get("type")).startswith("aws:")]
    if own:
        raise DamagedError(
            f"{journal(folder)}, the record of the emulated account, is gone or empty while {path} names "
            f"{len(own)} resources in it; `make clean` starts over"
        )


def resources_of(path: Path) -> list[Mapping[str, Any]]:
    """The resources in a state file."""
    return (_state(path).get("latest") or {}).get("resources") or []


def prune(folder: Path, project: str, most: int) -> None:
    """Leave the newest ``most`` entries of the backend's history, which holds the whole state of each update."""
    history = folder / "backend" / ".pulumi" / "history" / project / folder.name
    for suffix in (".history.json", ".checkpoint.json"):
        for path in sorted(history.glob(f"*{suffix}"))[:-most]:
            path.unlink(missing_ok=True)
