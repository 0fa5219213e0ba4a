"""The project's own commands on sandboxes of their own, one folder for each test module."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from cli import gate, plan, run
from cli.target import ROOT, Target, open_target
from reports import events
from sandbox import repair, workspace
from sandbox.workspace import Workspace
from tests.engine.support.clones import STACK, Clone, clone
from tests.support.depth import DEEP
from tests.support.resources import clean

IN_CLUSTER = (
    ("__main__.py", "namespaces.build(stack, delivery_layer)", "None"),
    (
        "layers/argocd.py",
        "    ArgoCd(CLIENT, arguments(settings, access), pulumi.ResourceOptions(provider=provider))\n",
        "",
    ),
)
"""Where the program puts something into the cluster: file, call, and what stands there without it."""


@dataclass
class Answer:
    """What a command printed and returned, and what its event log says."""

    code: int
    text: str
    runs: list[events.Run]


@dataclass
class Platform:
    """The project (``root``, or a changed copy of it) with sandboxes below ``folder``."""

    folder: Path
    root: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)

    def variables(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What the commands see: the user's environment with hostile leftovers of other tools in it."""
        hostile = {
            "PULUMI_ACCESS_TOKEN": "pul-not-ours",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_PROFILE": "nobody",
            "KUBECONFIG": "/nowhere",
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:1"),
        }
        own = {"SANDBOX_FOLDER": str(self.folder), "TARGET": "sandbox"}
        return {**os.environ, **hostile, **own, **self.environment, **(extra or {})}

    def start(self, command: str, stack: str = "sandbox", **extra: str) -> subprocess.Popen[str]:
        """A command in a process group of its own, as a terminal would start it."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", command, "--stack", stack],
            cwd=self.root,
            env=self.variables(extra),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, command: str, stack: str = "sandbox", **extra: str) -> Answer:
        """A command to its end."""
        child = self.start(command, stack, **extra)
        text, _ = child.communicate(timeout=500)
        log = self.folder / stack / "events.jsonl"
        runs = events.parse(log.open()) if log.exists() else []
        return Answer(child.returncode, clean(text), runs)

    def workspace(self, stack: str = "sandbox") -> workspace.Workspace:
        """The sandbox of a stack, as it was opened."""
        return workspace.Workspace(project=self.root, stack=stack, folder=self.folder / stack)

    def target(self, stack: str = "sandbox") -> Target:
        """How to call the engine on a stack without the commands around it."""
        return open_target("sandbox", stack)

    def quick(self, verb: str, *arguments: str, stack: str = "sandbox") -> tuple[int, list[events.Run]]:
        """The engine alone, without preview, and with one checkpoint at its end: those between are a third of its time.

        Only for runs in which it lives on.
        """
        target = self.target(stack)
        target = replace(target, environment={**target.environment, "PULUMI_SKIP_CHECKPOINTS": "true"})
        return run.operation(target, verb, "--yes", "--skip-preview", *arguments)

    def resources(self, stack: str = "sandbox") -> list[dict[str, Any]]:
        """The custom resources in the stack's state, providers left out."""
        path = self.folder / stack / "backend" / ".pulumi" / "stacks" / "nationgraph-platform" / f"{stack}.json"
        latest = (json.loads(path.read_text())["checkpoint"].get("latest") or {}).get("resources") or []
        return [r for r in latest if r.get("custom") and not r["type"].startswith("pulumi:")]

    def client(self, service: str, stack: str = "sandbox") -> Any:
        """boto3 on the emulated account: a person with the console."""
        return repair.account(self.workspace(stack)).client(service)

    def strays(self, stack: str = "sandbox") -> dict[str, tuple[list[str], list[str]]]:
        """Where account and state disagree: ids that only the account holds, ids that only the state holds, by type."""
        in_state: dict[str, list[str]] = {}
        for resource in self.resources(stack):
            in_state.setdefault(resource["type"], []).append(resource["id"])
        found = repair.inventory(repair.account(self.workspace(stack)))
        found |= repair.tailnet_inventory(self.workspace(stack))
        strays = {}
        for token in found:
            account, state = sorted(found[token]), sorted(in_state.get(token, []))
            if account != state:
                strays[token] = ([i for i in account if i not in state], [i for i in state if i not in account])
        return strays

    def depth(self, stack: str = "sandbox") -> int:
        """The longest chain of resources that wait for each other."""
        graph = nx.DiGraph()
        urns = {resource["urn"] for resource in self.resources(stack)}
        for resource in self.resources(stack):
            edges = {*resource.get("dependencies", ())}
            graph.add_node(resource["urn"])
            graph.add_edges_from((urn, resource["urn"]) for urn in edges if urn in urns)
        return int(nx.dag_longest_path_length(graph)) + 1

    def processes(self) -> Iterator[tuple[int, str]]:
        """What has this platform's folder in its command line or environment, save this process: number and line."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
            except OSError:
                continue
            if command and str(self.folder).encode() in command + environment and int(process.name) != os.getpid():
                yield int(process.name), command.replace(b"\0", b" ").decode()

    def running(self) -> list[str]:
        """The command lines of this platform's processes."""
        return [command for _, command in self.processes()]

    def stop(self) -> None:
        """Stop every emulated account and cluster that this platform started."""
        for path in self.folder.glob("*/account.pid"):
            workspace.stop_account(self.workspace(path.parent.name))
            workspace.stop_cluster(self.workspace(path.parent.name))

    def kill_account(self, stack: str = "sandbox") -> None:
        """As the kernel would under memory pressure."""
        pid = workspace.account_pid(self.workspace(stack))
        if pid is None:
            pytest.fail("the emulated account does not run")
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """The project on sandboxes of this test alone."""
    made = Platform(tmp_path / "sandboxes")
    monkeypatch.setenv("SANDBOX_FOLDER", str(made.folder))
    yield made
    made.stop()


@pytest.fixture
def changed_platform(platform: Platform, tmp_path: Path) -> Platform:
    """The same sandboxes with a copy of the project, for tests that change the program."""
    copy = tmp_path / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "tests"))
    return Platform(platform.folder, copy)


@pytest.fixture
def account_platform(changed_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A copy of the program without what it puts into the cluster, for what happens to resources of AWS.

    The cluster's objects are a third of the resources and two thirds of the state, and no fault or blow here is meant
    for them. In `make prove` the program is whole.
    """
    monkeypatch.setattr(run, "ROOT", changed_platform.root)
    for file, call, instead in () if DEEP else IN_CLUSTER:
        path = changed_platform.root / file
        text = path.read_text()
        assert text.count(call) == 1, file
        path.write_text(text.replace(call, instead))
    return changed_platform


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The branch that a change goes to."""
    return clone(tmp_path / "base")


@pytest.fixture
def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clone]:
    """The change, in which the commands run."""
    root, folder = clone(tmp_path / "head"), tmp_path / "sandboxes" / STACK
    folder.mkdir(parents=True)
    monkeypatch.setattr(run, "ROOT", root)
    monkeypatch.setattr(gate, "ROOT", root)
    monkeypatch.setattr(plan, "ROOT", root)
    monkeypatch.setattr(gate, "PACK", ("--policy-pack", str(root / "policy")))
    yield Clone(root, folder)
    workspace.stop_account(Workspace(project=root, stack=STACK, folder=folder))
