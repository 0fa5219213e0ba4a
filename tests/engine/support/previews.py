"""A stack made of resources that a test writes as data, deployed once, and previews of what a change would do to it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.target import ROOT
from reports import events
from reports.change import Change, change
from reports.state import deployment
from sandbox import workspace
from tests.support.resources import Ref, Res

PROJECT = ROOT / "tests" / "engine" / "violation"
"""Its program registers the resources of the JSON file that ``CASE`` names."""
STACK = "production"


def _plain(value: Any) -> Any:
    if isinstance(value, Ref):
        return {"$ref": [value.name, value.attribute]}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _json(resource: Res, after: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    inputs, first = _plain(dict(resource.inputs)), after.get(resource.name, ())
    return {
        "type": resource.type, "name": resource.name, "inputs": inputs, "protect": resource.protect, "after": [*first]
    }  # fmt: skip


class Previews:
    """The stack in ``folder``. ``after`` names what a resource waits for without naming it in a property."""

    def __init__(self, folder: Path, *, kubernetes: bool, after: Mapping[str, Sequence[str]]) -> None:
        self._after = after
        self._case, self.log = folder / "case.json", folder / "events.jsonl"
        self._opened = workspace.open_workspace(
            PROJECT, STACK, folder, {"CASE": str(self._case)}, kubernetes=kubernetes
        )
        self._before: list[Any] = []

    def _run(self, verb: str, resources: Sequence[Res], *arguments: str) -> events.Run:
        self._case.write_text(json.dumps([_json(resource, self._after) for resource in resources]))
        self.log.unlink(missing_ok=True)
        words = workspace.operation(self._opened, verb, "--event-log", str(self.log), *arguments)
        done = workspace.pulumi(self._opened, *words, capture=True)
        with self.log.open() as log:
            run = events.parse(log)[-1]
        assert done.returncode == 0 or verb == "preview", done.stdout + done.stderr
        return run

    def deploy(self, resources: Sequence[Res]) -> None:
        """What is there before every preview."""
        self._run("up", resources, "--yes", "--skip-preview")
        words = ("stack", "export", "--stack", STACK)
        exported = workspace.pulumi(self._opened, *words, check=True, capture=True).stdout
        self._before = list(deployment(exported).get("resources") or [])

    def preview(self, resources: Sequence[Res], *arguments: str) -> Change:
        """What would change if these were deployed instead; ``arguments`` are the engine's own, as a policy pack."""
        return change(STACK, self._run("preview", resources, *arguments), self._before)

    def close(self) -> None:
        """Nothing runs on afterwards."""
        workspace.stop_cluster(self._opened)
        workspace.stop_account(self._opened)


@contextmanager
def previews(
    folder: Path, *, kubernetes: bool = False, after: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Previews]:
    """A stack on an emulated account of its own, and a cluster where asked for."""
    folder.mkdir()
    made = Previews(folder, kubernetes=kubernetes, after=after or {})
    try:
        yield made
    finally:
        made.close()
