"""Settle what an interrupted update left open: creations are adopted or dropped, everything else is read again."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli import lost
from cli.locks import unlock
from cli.output import say
from cli.run import UNRECORDED, engine, state
from cli.target import ROOT, UNREAD, Target
from lib import urn as urns
from lib.printable import one_line
from reports.state import Deployment
from sandbox import files


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An operation that the engine began and never saw the end of."""

    operation: str
    urn: str
    type: str
    inputs: Mapping[str, Any]
    resource: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return one_line(urns.name(self.urn))


class RepairError(RuntimeError):
    """Something is open that cannot be settled without a person; the message says what and how."""


LOST_FILE = "lost.json"


def record(target: Target) -> None:
    """Keep what a failed run lost beside its log: neither the engine nor an import of its state would."""
    log = target.folder / "events.jsonl"
    entries = lost.creations(log)
    held: Any = state(target)
    if held and target.name == "sandbox":
        known = {entry["urn"] for entry in held.get("resources") or []}
        known |= {entry["resource"]["urn"] for entry in [*(held.get("pending_operations") or []), *entries]}
        entries += lost.unrecorded(log, known | lost.failures(log))
    before = _recorded(target)
    entries = [entry for entry in entries if entry["resource"]["urn"] not in {e["resource"]["urn"] for e in before}]
    if entries:
        files.write(target.folder / LOST_FILE, json.dumps([*before, *entries]))
    (target.folder / UNRECORDED).unlink(missing_ok=True)


def caught_up(target: Target) -> None:
    """Record what a run lost whose command was ended before it could, or whose state is not the one it left."""
    if any((target.folder / name).exists() for name in (UNRECORDED, UNREAD)):
        record(target)


def _recorded(target: Target) -> list[dict[str, Any]]:
    path = target.folder / LOST_FILE
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    except ValueError:
        raise RepairError(
            f"{path}: cannot be read; it names creations of which nobody knows whether they happened. Look into the "
            "account for what the state does not have, then remove the file"
        ) from None
    return found


def pending(target: Target) -> list[Pending]:
    """What is open: operations that the state holds as pending, and creations whose reply was lost."""
    return _open(target, state(target))


def _open(target: Target, held: Deployment) -> list[Pending]:
    found: Any = held.get("pending_operations") or []
    return [
        Pending(
            operation=entry["type"],
            urn=entry["resource"]["urn"],
            type=entry["resource"]["type"],
            inputs=entry["resource"].get("inputs") or {},
            resource=entry["resource"],
        )
        for entry in [*found, *_recorded(target)]
    ]


def describe(open_operations: Sequence[Pending]) -> str:
    """One line for each open operation."""
    return "\n".join(f"  {entry.operation}: {entry.name} ({entry.type})" for entry in open_operations)


def adoptable(target: Target, open_operations: Sequence[Pending]) -> dict[str, str]:
    """URN to id of what the open creations made.

    Raises:
        RepairError: several resources agree with one creation, so that none can be taken for it.

    """
    from sandbox import repair  # noqa: PLC0415 - AWS does without the sandbox
    from sandbox.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace(project=ROOT, stack=target.stack, folder=target.folder)
    api = repair.account(workspace)
    resources: Any = state(target).get("resources") or []
    taken = {(entry["type"], entry["id"]) for entry in resources if entry.get("id")}
    made = {}
    for entry in open_operations:
        if entry.operation != "creating":
            continue
        known = {identifier for kind, identifier in taken if kind == entry.type}
        if entry.type.startswith("tailscale:"):
            found = repair.find_in_tailnet(workspace, entry.type, entry.inputs, known)
        else:
            found = repair.find(api, entry.type, entry.inputs, known)
        if len(found) > 1:
            raise RepairError(f"{entry.urn}: {', '.join(found)} all agree; delete the spare ones or import one by hand")
        if found:
            made[entry.urn] = found[0]
            taken.add((entry.type, found[0]))
    return made


def settle(target: Target, open_operations: Sequence[Pending]) -> None:
    """Adopt what was made, drop what was not, and read every resource again.

    Raises:
        RepairError: on AWS, where adoption is a decision for a person; the message holds the command.

    """
    if target.name == "aws":
        raise RepairError(
            "look each one up in the account; adopt what is there with `pulumi import TYPE NAME ID`, and drop what the "
            f"state holds as pending with `pulumi refresh --stack {target.stack} --clear-pending-creates`; "
            f"then delete {target.folder / LOST_FILE} where it exists"
        )
    found = adoptable(target, open_operations)
    for entry in open_operations:
        verdict = "read again"
        if entry.operation == "creating":
            verdict = f"adopted as {found[entry.urn]}" if entry.urn in found else "nothing was made; dropped"
        say(f"  {entry.operation} {entry.name}: {verdict}")
    adopted = [{**entry.resource, "id": found[entry.urn]} for entry in open_operations if entry.urn in found]
    (target.folder / UNREAD).touch()  # who is adopted has no properties before the refresh, which may be cut short
    _import(target, adopted)
    result = engine(target, "refresh", "--stack", target.stack, *target.arguments, "--yes", "--skip-preview")
    if result.returncode:
        raise RepairError(f"refresh failed:\n{result.stdout[-2000:]}\n{result.stderr[-1000:]}")
    (target.folder / LOST_FILE).unlink(missing_ok=True)
    (target.folder / UNREAD).unlink(missing_ok=True)


def read_again(target: Target) -> bool:
    """Read every resource where a state was restored, or a repair of it cut short; whether that was so."""
    unread = (target.folder / UNREAD).exists()
    if unread:
        say("The state was restored or repaired, and not yet compared with the account: every resource is read again.")
        settle(target, [])
    return unread


def _import(target: Target, adopted: Sequence[Mapping[str, Any]]) -> None:
    """Put resources into the state, which also drops its pending operations; a refresh then reads them."""
    exported = json.loads(engine(target, "stack", "export", "--stack", target.stack).stdout)
    exported["deployment"].setdefault("resources", []).extend(adopted)
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=target.folder) as file:
        json.dump(exported, file)
        file.flush()
        imported = engine(target, "stack", "import", "--stack", target.stack, "--file", file.name)
    if imported.returncode:
        raise RepairError(f"the state was refused: {imported.stderr.strip()}")


def settled(target: Target) -> Deployment | None:
    """The state, in which nothing is open: in the sandbox what is open is settled. None where a person decides."""
    if target.name == "sandbox":
        unlock(target)
    caught_up(target)
    held = state(target)
    left = _open(target, held)
    if not left:
        return state(target) if read_again(target) else held
    say(f"An earlier run was interrupted. Open:\n{describe(left)}", "yellow")
    if target.name == "aws":
        say(f"Settle it first: make repair STACK={target.stack}", "red")
        return None
    settle(target, left)
    return state(target)
