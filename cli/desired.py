"""What a stack declares, without an engine: ``python -m cli.desired STACK`` prints its resources as a state lists them.

The program runs as the engine would run it, and every provider answers with what it was sent. So ids are made up and
nothing is read from an account; what the program wants is exact.
"""

import asyncio
import json
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc

from cli.target import ROOT
from reports.state import Entry
from stacks.files import FOLDER, read

ACCOUNT = "123456789012"
REGION = "eu-central-1"


class Cloud(mocks.Mocks):
    """Answers as a provider would: inputs come back with an id, an ARN and the computed names that others refer to."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """A resource as it was declared, with what only a provider knows."""
        service = args.typ.split(":")[1].split("/")[0] if args.typ.startswith("aws:") else "component"
        computed = {
            "arn": f"arn:aws:{service}:{REGION}:{ACCOUNT}:{args.name}",
            "name": args.name,
            "bucket": args.name,
            "keyId": f"{args.name}-key",
            "address": f"{args.name}.internal",
            "port": 5432,
            "latestVersion": 1,
            "audience": f"api.tailscale.com/{args.name}",
            "endpoint": f"https://{args.name}.eks.internal",
            "certificateAuthority": {"data": "Q0E="},
            "issuerIdentifier": "https://sandbox.tokens.sts.global.api.aws",
            "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{args.name}"}],
        }
        return f"{args.name}-id", {**computed, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> Any:
        """The few things that the program asks the account."""
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": REGION, "name": REGION, "id": REGION},
            "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": [f"{REGION}{z}" for z in "abc"]},
            "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
        }
        return answers[args.token]


class _Monitor(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(Cloud())
        self.entries: list[Entry] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        self.entries.append(
            {
                "urn": response.urn,
                "type": request.type,
                "custom": request.custom,
                "id": response.id,
                "parent": request.parent,
                "inputs": rpc.deserialize_properties(request.object, keep_unknowns=True),
            }
        )
        return response


def declared(stack: str) -> list[Entry]:
    """The resources of the program, run in this process: once in its life. What the program raises is raised here."""
    file = read(FOLDER / f"Pulumi.{stack}.yaml")
    pulumi.runtime.set_all_config(dict(file.config), list(file.secret_keys))
    asyncio.set_event_loop(asyncio.new_event_loop())
    monitor = _Monitor()
    mocks.set_mocks(monitor.mocks, project="nationgraph-platform", stack=stack, preview=False, monitor=monitor)
    pulumi.runtime.test(lambda: runpy.run_path(str(ROOT / "__main__.py")) and None)()  # type: ignore[no-untyped-call]
    return monitor.entries


def begin(stack: str) -> subprocess.Popen[str]:
    """A process that prints what ``stack`` declares; ``ended`` reads it."""
    command = [sys.executable, "-m", "cli.desired", stack]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(stack: str, process: subprocess.Popen[str]) -> Sequence[Entry]:
    """What the process printed. RuntimeError, with the last line that it said, where the program failed."""
    printed, said = process.communicate()
    if process.returncode:
        last = (said.strip().splitlines() or ["it ended without a word"])[-1]
        raise RuntimeError(f"the program of {stack} fails ({last}); see it whole with python -m cli.desired {stack}")
    entries: list[Mapping[str, Any]] = json.loads(printed)
    return entries


if __name__ == "__main__":
    json.dump(declared(sys.argv[1]), sys.stdout, default=str)
