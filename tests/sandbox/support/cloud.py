"""A real emulator process, and resources made from ``samples.yaml`` with the references that they need."""

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.aws import observed, resource
from sandbox.aws.api import Api
from sandbox.aws.provider import Provider
from sandbox.aws.table import Row, rows
from sandbox.protocol.wire import to_dict, to_struct

ROOT = Path(__file__).parents[3]
ACCOUNT, REGION = "123456789012", "eu-central-1"
Props = dict[str, Any]


class Emulator:
    """One ``sandbox.aws.emulator`` process on a journal of its own."""

    def __init__(self, folder: Path) -> None:
        self.journal, self._ready, self._log = folder / "account.jsonl", folder / "port", folder / "log"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """The endpoint, once the journal has been replayed."""
        self._ready.unlink(missing_ok=True)
        command = ["-m", "sandbox.aws.emulator", "--journal", str(self.journal), "--ready", str(self._ready)]
        environment = {**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
        with self._log.open("a") as log:
            self._child = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while not self._ready.exists():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self._log.read_text()[-3000:])
            time.sleep(0.02)
        return f"http://127.0.0.1:{self._ready.read_text()}"

    def kill(self) -> None:
        """As ``kill -9``."""
        if self._child:
            self._child.kill()
            self._child.wait()


class AbortedError(Exception):
    """The provider refused a call, with this message."""


class Context:
    """What gRPC gives to a provider: ``abort`` raises."""

    def abort(self, _code: Any, details: str) -> None:
        """End the call."""
        raise AbortedError(details)


def urn(token: str, name: str = "it") -> str:
    """A URN of the type."""
    return f"urn:pulumi:test::project::{token}::{name}"


def struct(value: Props) -> struct_pb2.Struct:
    """A protobuf Struct."""
    made: struct_pb2.Struct = to_struct(value)
    return made


def provider(**config: str) -> Provider:
    """A configured provider."""
    made = Provider()
    made.Configure(provider_pb2.ConfigureRequest(args=struct({"region": REGION, **config})), Context())
    return made


def check(token: str, news: Props, olds: Props | None = None, name: str = "it") -> tuple[Props, dict[str, str]]:
    """The provider's Check: inputs with what it filled in, and failures by property."""
    request = provider_pb2.CheckRequest(urn=urn(token, name), news=struct(news), olds=struct(olds or {}))
    answer = provider().Check(request, Context())
    return to_dict(answer.inputs), {failure.property: failure.reason for failure in answer.failures}


@cache
def samples() -> dict[str, Props]:
    """Every sample by name."""
    loaded: dict[str, Props] = yaml.safe_load((Path(__file__).parent / "samples.yaml").read_text())
    return loaded


def sample_of(token: str) -> str:
    """The name of the first sample of a type."""
    return next(name for name, sample in samples().items() if sample["type"] == token)


class Made:
    """One resource made from a sample."""

    def __init__(self, row: Row, inputs: Props, identifier: str, state: Props) -> None:
        self.row, self.inputs, self.id, self.state = row, inputs, identifier, state


class Cloud:
    """Resources in the emulated account, with what they refer to, removed in reverse order at the end."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.made: dict[str, Made] = {}

    def resolve(self, value: Any) -> Any:
        """``{ref: sample}`` or ``{ref: sample, get: output}`` as the value that it stands for."""
        if isinstance(value, dict):
            if "ref" in value:
                made = self.make(value["ref"])
                return made.state[value["get"]] if "get" in value else made.id
            return {key: self.resolve(item) for key, item in value.items()}
        return [self.resolve(item) for item in value] if isinstance(value, list) else value

    def prepare(self, sample: str) -> None:
        """What a sample needs and does not refer to."""
        for needed in samples()[sample].get("needs", ()):
            self.make(needed)

    def inputs(self, sample: str, **other: Any) -> Props:
        """A sample's inputs as the engine would pass them to Create."""
        found = samples()[sample]
        self.prepare(sample)
        given = {k: v for k, v in self.resolve({**found.get("inputs", {}), **other}).items() if v is not None}
        inputs, failures = check(found["type"], given, name=sample)
        if failures:
            raise AssertionError(f"{sample}: {failures}")
        return inputs

    def make(self, sample: str, alias: str | None = None, **other: Any) -> Made:
        """The resource of a sample, made once; another one for each ``alias``."""
        key = alias or sample
        if key not in self.made:
            row = rows()[samples()[sample]["type"]]
            inputs = self.inputs(sample, **other)
            self.made[key] = Made(row, inputs, *resource.create(self.api, row, inputs))
        return self.made[key]

    def read(self, made: Made) -> Props | None:
        """What the account shows."""
        return observed.read(self.api, made.row, made.id, made.inputs)

    def update(self, made: Made, **changes: Any) -> None:
        """Change inputs in place; None takes one back."""
        wanted = {k: v for k, v in {**made.inputs, **self.resolve(changes)}.items() if v is not None}
        old = {**({"arn": made.state["arn"]} if "arn" in made.state else {}), **made.inputs}
        new, failures = check(made.row.type, wanted, made.inputs)
        if failures:
            raise AssertionError(str(failures))
        made.id, made.state = resource.update(self.api, made.row, made.id, old, new)
        made.inputs = new

    def remove(self, key: str) -> None:
        """Delete one resource."""
        made = self.made.pop(key)
        resource.delete(self.api, made.row, made.id, {**made.state, **made.inputs})

    def clear(self) -> None:
        """Delete everything, last made first."""
        while self.made:
            self.remove(next(reversed(self.made)))
