"""Clusters of tests: a real API server, and a stack beside one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cli.target import ROOT
from reports import events
from sandbox import workspace
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import Api
from sandbox.workspace import Workspace


def administrator(folder: Path) -> Api:
    """The API server of a folder's cluster, which runs, as its administrator."""
    port = cluster.port(folder)
    assert port
    return Api(cluster.place(folder), port)


@contextmanager
def running(folder: Path) -> Iterator[Api]:
    """A cluster in a new folder, as its administrator; afterwards nothing of it is left."""
    folder.mkdir()
    cluster.start(folder)
    try:
        yield administrator(folder)
    finally:
        cluster.remove(folder)


@contextmanager
def opened(project: Path, folder: Path) -> Iterator[Workspace]:
    """A stack ``dev`` of a small project with a cluster, on which nothing is deployed; nothing runs on afterwards."""
    made = workspace.open_workspace(project, "dev", folder, kubernetes=True)
    made = replace(made, environment={"PYTHONPATH": str(ROOT)})
    yield made
    workspace.stop_cluster(made)
    workspace.stop_account(made)
    assert cluster.pids(made.folder) == {}


def run(where: Workspace, verb: str, *arguments: str, fails: bool = False, **environment: str) -> dict[str, int]:
    """The operations that a run of the engine made, by kind; where it may fail and did, its code as ``exit``."""
    log = where.folder / "events.jsonl"
    log.unlink(missing_ok=True)
    changed = replace(where, environment={**where.environment, **environment})
    words = workspace.operation(changed, verb, "--event-log", str(log), *arguments)
    done = workspace.pulumi(changed, *words, capture=True)
    assert fails or done.returncode == 0, done.stdout + done.stderr
    found = {**events.parse(log.open())[-1].counts()}
    return {**found, "exit": done.returncode} if done.returncode else found


def until(done: Callable[[], object]) -> None:
    """Wait for it: a new policy or role counts from when the server has read it, seconds on a busy machine."""
    for _ in range(60):
        if done():
            return
        time.sleep(0.5)
