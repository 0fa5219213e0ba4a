"""Run the engine behind a progress line, and read what it did from its event log."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.output import console, say
from cli.target import ROOT, Target
from reports import events


def engine(target: Target, *arguments: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    """A short command of the engine, its output captured."""
    command = [target.binary, *arguments, "--non-interactive"]
    return subprocess.run(
        command, cwd=ROOT, env=dict(target.environment), text=True, capture_output=True, check=False, timeout=timeout
    )


def state(target: Target) -> dict[str, object]:
    """The stack's deployment as the backend holds it, without secrets in plain text; empty before the first update."""
    exported = engine(target, "stack", "export", "--stack", target.stack)
    if exported.returncode:
        raise RuntimeError(exported.stderr.strip())
    found: dict[str, object] = json.loads(exported.stdout).get("deployment") or {}
    return found


def resources(target: Target) -> list[dict[str, object]]:
    """The resources in the stack's state."""
    found = state(target).get("resources") or []
    return list(found) if isinstance(found, list) else []


@contextmanager
def _interrupts_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ctrl-C reaches the engine with the terminal's process group, a SIGTERM is passed on; both are waited for."""
    previous = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGINT)),
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _follow(path: Path, running: Callable[[], bool], advance: Callable[[dict[str, object]], None]) -> None:
    """Pass on each event once. The engine begins the file anew when a preview turns into an update."""
    position, last = 0, b""
    while True:
        alive = running()
        with suppress(FileNotFoundError, ValueError), path.open("rb") as log:
            log.seek(position - len(last))
            if log.read(len(last)) != last:  # what was read is no longer there: the file is another one
                position = log.seek(0)
                last = b""
            for line in log:
                if line.endswith(b"\n"):
                    advance(json.loads(line))
                    position, last = position + len(line), line
        if not alive:
            return
        time.sleep(0.1)


def operation(target: Target, verb: str, *arguments: str) -> tuple[int, list[events.Run]]:
    """One ``up``, ``preview``, ``refresh`` or ``destroy``: its exit code, and its runs (an ``up`` previews first).

    What the engine prints goes to ``engine.log`` beside the event log, ``events.jsonl``.
    """
    log, printed = target.folder / "events.jsonl", target.folder / "engine.log"
    log.unlink(missing_ok=True)
    command = [target.binary, verb, "--stack", target.stack, *target.arguments, "--event-log", str(log), *arguments]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        printed.open("wb") as output,
        subprocess.Popen(
            [*command, "--non-interactive"], cwd=ROOT, env=dict(target.environment), stdout=output, stderr=output
        ) as child,
        _interrupts_to(child),
        Progress(*columns, console=console, transient=True) as progress,
    ):
        task = progress.add_task(f"{verb} {target.stack}", total=None)
        counted = {"done": 0}

        def advance(event: dict[str, object]) -> None:
            if "resOutputsEvent" in event:
                counted["done"] += 1
                progress.update(task, completed=counted["done"])
            if "summaryEvent" in event:  # the preview's count is the update's total
                progress.update(task, total=counted["done"], completed=0)
                counted["done"] = 0

        _follow(log, lambda: child.poll() is None, advance)
    runs = events.parse(log.open()) if log.exists() else []
    if child.returncode and not any(run.errors or run.blocking for run in runs):
        say("\n".join(printed.read_text().strip().splitlines()[-25:]), "red")
    return child.returncode, runs
