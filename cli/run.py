"""Run the engine behind a progress line, and read what it did from its event log."""

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cli import phases, signals
from cli.output import say
from cli.target import ROOT, Target
from reports import events
from reports import log as event_log
from reports.state import Deployment, Export, Resource, exported
from reports.state import resources as in_state

UNRECORDED = "unrecorded"


def engine(
    target: Target, *arguments: str, timeout: float | None = None, program: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A short command of the engine, its output captured; ``program`` is the project's folder where it is another."""
    return subprocess.run(
        [target.binary, *arguments, "--non-interactive"],
        cwd=program or ROOT,
        env=dict(target.environment),
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=timeout,
        preexec_fn=signals.ends_with_this(signal.SIGKILL),
    )


def export(target: Target) -> Export:
    """The stack's state as the backend holds it, its secrets sealed. RuntimeError where there is none."""
    said = engine(target, "stack", "export", "--stack", target.stack)
    if said.returncode:
        raise RuntimeError(_missing(target, said.stderr.strip()))
    return exported(said.stdout)


def state(target: Target) -> Deployment:
    """The deployment in the state; empty before the first update."""
    return export(target)["deployment"] or {}


_UNREADABLE = {
    "no stack named": "{stack} is not in the backend ({backend}); `make bootstrap STACK={stack}` makes it, or goes on "
    "where an earlier one was interrupted",
    "PULUMI_ACCESS_TOKEN must be set": "no backend is chosen for {stack}: set PULUMI_BACKEND_URL to the one that `make "
    "bootstrap STACK={stack}` names; it makes the stack where there is none",
    "passphrase must be set": "the state of {stack} is sealed with a passphrase: set PULUMI_CONFIG_PASSPHRASE to "
    "the one that was chosen when the stack was made",
    "NoSuchBucket": "the backend ({backend}) is not there; the first deployment, `make bootstrap STACK={stack}`, makes "
    "it",
    ".pulumi/meta.yaml": "the backend ({backend}) cannot be read: sign in to the account of {stack} and look whether "
    "the bucket is there; the first deployment, `make bootstrap STACK={stack}`, makes it",
}
"""What the engine says where it cannot read a state, and what to do about it."""


def _missing(target: Target, said: str) -> str:
    """Why there is no state; for AWS with the commands that make or reach it."""
    way = next((way for pattern, way in _UNREADABLE.items() if pattern in said), "") if target.name == "aws" else ""
    backend = target.environment.get("PULUMI_BACKEND_URL") or "the one that pulumi is logged in to"
    told = way.format(stack=target.stack, backend=backend)
    return told or said


def resources(target: Target) -> list[Resource]:
    """The resources in the stack's state."""
    return in_state(export(target))


def _follow(
    path: Path, running: Callable[[], bool], advance: Callable[[event_log.Event], None]
) -> list[event_log.Event | None]:
    """Pass on each event once; the file's events, None for a line that cannot be read.

    The engine begins the file anew when a preview turns into an update.
    """
    position, last = 0, b""
    read: list[event_log.Event | None] = []
    while True:
        alive = running()
        with suppress(FileNotFoundError), path.open("rb") as log:
            log.seek(position - len(last))
            if log.read(len(last)) != last:  # what was read is no longer there: the file is another one
                position = log.seek(0)
                last = b""
                read.clear()
            for line in log:
                if line.endswith(b"\n"):
                    event = event_log.event(line.decode(errors="replace"))
                    if event is not None:
                        advance(event)
                    if line.strip():
                        read.append(event)
                    position, last = position + len(line), line
        if not alive:
            return read
        time.sleep(0.1)


def operation(
    target: Target, verb: str, *arguments: str, meanwhile: Callable[[], object] = lambda: None
) -> tuple[int, list[events.Run]]:
    """One ``up``, ``preview``, ``refresh`` or ``destroy``: its exit code, and its runs (an ``up`` previews first).

    What the engine prints goes to ``engine.log`` beside the event log, ``events.jsonl``. A run that somebody ended, or
    whose engine was killed, has a code of ``signals.CUT_SHORT`` and has said so. While ``UNRECORDED`` is there, nobody
    has looked through the log of a run that changes something for what it left open. ``meanwhile`` is done when the
    engine has begun, which is busy with its plugins at first.
    """
    log, printed, unrecorded = (target.folder / name for name in ("events.jsonl", "engine.log", UNRECORDED))
    log.unlink(missing_ok=True)
    changes = verb in ("up", "destroy")
    if changes:
        unrecorded.touch()
    command = [target.binary, verb, "--stack", target.stack, *target.arguments, "--event-log", str(log), *arguments]
    # An engine that changes AWS is never ended in the middle of a change; the sandbox settles what that leaves open.
    on_end = signal.SIGINT if target.name == "aws" else signal.SIGKILL
    (signals.GENTLE.set if target.name == "aws" else signals.GENTLE.clear)()
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            [*command, "--non-interactive"],
            cwd=ROOT,
            env=dict(target.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            preexec_fn=signals.ends_with_this(on_end),  # noqa: PLW1509 - the other thread only watches
        ) as child,
        signals.passed_to(child, changes=changes) as interruptions,
        phases.Progress(verb, target.stack, planning=verb == "up" and "--skip-preview" not in arguments) as progress,
    ):
        try:
            meanwhile()
        finally:  # whatever fails there, the engine comes to its end first
            read = _follow(log, lambda: child.poll() is None, progress.advance)
    code = signals.INTERRUPTED if interruptions.times and child.returncode else child.returncode
    if code < 0:
        code = 128 - code
        say(
            f"The engine was ended by {signal.Signals(-child.returncode).name}, which none of our commands sent.", "red"
        )
    if changes and code == 0:
        unrecorded.unlink(missing_ok=True)
    runs = events.runs_of(read)
    if (
        code not in signals.CUT_SHORT
        and not any(run.errors or run.blocking for run in runs)
        and (code or not log.exists())
    ):
        say("\n".join(printed.read_text(errors="replace").strip().splitlines()[-25:]), "red" if code else "")
    return code, runs
