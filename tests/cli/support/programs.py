"""A stand-in for the engine that answers from files, for what the real one is too slow or too reliable for."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.target import Target

SCRIPT = """#!{python} -IS
import json, pathlib, shutil, sys
folder = pathlib.Path(__file__).parent
words = sys.argv[1:]
with (folder / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
verb = words[0] if words[1].startswith("-") else " ".join(words[:2])
if "--event-log" in words:
    shutil.copy(folder / (verb + ".jsonl"), words[words.index("--event-log") + 1])
if "--file" in words:
    shutil.copy(words[words.index("--file") + 1], folder / (verb + ".given"))
answer = json.loads((folder / "answers.json").read_text()).get(verb, {{}})
print(answer.get("stdout", ""))
print(answer.get("stderr", ""), file=sys.stderr)
sys.exit(answer.get("code", 0))
"""
URN = "urn:pulumi:dev::nationgraph-platform::{}::{}"
VPC = "aws:ec2/vpc:Vpc"


@dataclass(frozen=True)
class FakeEngine:
    """The stand-in's folder: what it answers, what it was called with and given."""

    folder: Path

    @property
    def binary(self) -> str:
        """The executable."""
        return str(self.folder / "pulumi")

    def answer(self, verb: str, stdout: str = "", stderr: str = "", code: int = 0) -> None:
        """What a command prints and returns; those without an answer print nothing and succeed."""
        path = self.folder / "answers.json"
        answers = json.loads(path.read_text())
        path.write_text(json.dumps({**answers, verb: {"stdout": stdout, "stderr": stderr, "code": code}}))

    def holds(self, resources: Sequence[Any] = (), pending: Sequence[Any] = ()) -> None:
        """The state of the stack."""
        deployment = {"resources": list(resources), "pending_operations": list(pending)}
        self.answer("stack export", json.dumps({"version": 3, "deployment": deployment}))

    def does(self, verb: str, events: str, code: int = 0, stdout: str = "") -> None:
        """The event log that an operation writes."""
        (self.folder / f"{verb}.jsonl").write_text(events)
        self.answer(verb, stdout=stdout, code=code)

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each call."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def verbs(self) -> list[str]:
        """The calls without their options."""
        return [call[0] if call[1].startswith("-") else " ".join(call[:2]) for call in self.calls]

    def given(self, verb: str) -> Any:
        """What ``--file`` held."""
        return json.loads((self.folder / f"{verb}.given").read_text())

    def target(self, name: str = "sandbox", stack: str = "dev") -> Target:
        """A target that calls the stand-in, with a folder of its own."""
        folder = self.folder / "stacks" / stack
        folder.mkdir(parents=True, exist_ok=True)
        config = ("--config-file", "settings.yaml") if name == "sandbox" else ()
        environment = {"PULUMI_BACKEND_URL": f"file://{folder}/backend"} if name == "sandbox" else {}
        return Target(
            name=name, stack=stack, folder=folder, binary=self.binary, environment=environment, arguments=config
        )


def fake_engine(folder: Path) -> FakeEngine:
    """A stand-in that holds an empty state."""
    folder.mkdir(parents=True, exist_ok=True)
    made = FakeEngine(folder)
    Path(made.binary).write_text(SCRIPT.format(python=sys.executable))
    Path(made.binary).chmod(0o755)
    (folder / "answers.json").write_text("{}")
    made.holds()
    return made


def resource(name: str, type_: str = VPC, **other: Any) -> dict[str, Any]:
    """A resource as the state holds it."""
    return {"urn": URN.format(type_, name), "type": type_, "custom": True, **other}


def pending(name: str, operation: str = "creating", type_: str = VPC, **inputs: Any) -> dict[str, Any]:
    """An operation that an engine began and never saw the end of, as the state holds it."""
    return {"type": operation, "resource": resource(name, type_, inputs=inputs)}


def events(*entries: dict[str, Any], result: str = "succeeded", preview: bool = False) -> str:
    """An event log that ends with a summary."""
    summary = {"summaryEvent": {"result": result, "isPreview": preview, "durationSeconds": 1}}
    return "".join(json.dumps(entry) + "\n" for entry in [*entries, summary])


def done(name: str, operation: str, type_: str = VPC, **metadata: Any) -> dict[str, Any]:
    """An operation that came to its end."""
    urn = URN.format(type_, name)
    return {"resOutputsEvent": {"metadata": {"op": operation, "urn": urn, "type": type_, **metadata}}}


def failed(name: str, said: str, operation: str = "create", **new: Any) -> list[dict[str, Any]]:
    """An operation that failed, and what the engine said of it."""
    urn = URN.format(VPC, name)
    metadata = {"op": operation, "urn": urn, "type": VPC, "new": {"urn": urn, "type": VPC, "id": "", **new}}
    return [
        {"diagnosticEvent": {"urn": urn, "message": said, "severity": "error"}},
        {"resOpFailedEvent": {"metadata": metadata}},
    ]


def violation(level: str = "mandatory") -> dict[str, Any]:
    """A policy's finding."""
    words = {"message": "What it wants.\nnetwork-vpc: wrong", "policyName": "sec-07-flow-logs", "color": "never"}
    return {"policyEvent": {**words, "enforcementLevel": level, "resourceUrn": "urn:pulumi:dev::p::t::network-vpc"}}
