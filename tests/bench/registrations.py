"""Runs inside a program on the engine: the platform with its registrations kept, or these once more without it.

``keep`` runs the platform and writes each message by which it registers a resource. ``wire`` sends the same messages to
the engine, which is all that a program in the fastest of languages could do. ``plain`` declares the same resources by
the SDK in one loop, after the import of the SDK's modules that the platform uses.
"""

import asyncio
import importlib
import json
import os
import runpy
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pulumi
from google.protobuf import json_format
from pulumi import runtime
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

SENDERS: Final = 64
STACK: Final = "pulumi:pulumi:Stack"
SDKS: Final = ("pulumi_aws", "pulumi_tailscale")


def keep(folder: Path, platform: Path) -> None:
    """Run the program of ``platform``, with its messages kept, and in ``stages.json`` the CPU seconds of its stages."""
    begun, lock = time.process_time(), threading.Lock()
    monitor: Any = settings.get_monitor()
    real = monitor.RegisterResource

    def register(request: Any, *arguments: Any, **options: Any) -> Any:
        with lock, (folder / "messages").open("ab") as file:
            file.write(len(content := request.SerializeToString()).to_bytes(4) + content)
        return real(request, *arguments, **options)

    monitor.RegisterResource = register
    (folder / "messages").write_bytes(b"")
    os.chdir(platform)
    sys.path.insert(0, str(platform))
    for layer in sorted((platform / "layers").glob("[a-z]*.py")):
        importlib.import_module(f"layers.{layer.stem}")
    imported = time.process_time()
    modules = sorted(name for name in sys.modules if name.startswith(SDKS))
    runpy.run_path(str(platform), run_name="__main__")
    stages = {"start": begun, "import": imported - begun, "declaration": time.process_time() - imported}
    (folder / "stages.json").write_text(json.dumps({"stages": stages, "modules": modules}))


def wire(folder: Path) -> None:
    """Send each message as soon as there is an answer for what it names; the program ends with the last answer."""

    async def sent() -> str:
        stack: Any = runtime.get_root_resource()
        await stack.urn.future()
        await asyncio.to_thread(_send, _requests(folder))
        return "sent"

    pulumi.export("messages", pulumi.Output.from_input(sent()))


def _send(requests: Sequence[Any]) -> None:
    monitor: Any = settings.get_monitor()
    answers: dict[str, Future[Any]] = {_key(request.type, request.name): Future() for request in requests}

    def send(request: Any) -> None:
        answer = answers[_key(request.type, request.name)]
        try:
            for urn in _named(request) & answers.keys():
                answers[urn].result()
            answer.set_result(monitor.RegisterResource(request))
        except Exception as error:
            answer.set_exception(error)
            raise

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, requests))


def plain(folder: Path) -> None:
    """Declare the same by the SDK, without types, components' outputs or anything that is computed."""
    for module in json.loads((folder / "stages.json").read_text())["modules"]:
        importlib.import_module(module)
    declared: dict[str, pulumi.Resource] = {}
    for request in _requests(folder):
        options = _options(request, declared)
        properties = json_format.MessageToDict(request.object)
        arguments = (request.type, request.name, properties, options)
        made: pulumi.Resource
        if not request.custom:
            made = pulumi.ComponentResource(*arguments)
        elif request.type.startswith("pulumi:providers:"):
            made = pulumi.ProviderResource(request.type.removeprefix("pulumi:providers:"), *arguments[1:])
        else:
            made = pulumi.CustomResource(*arguments)
        declared[_key(request.type, request.name)] = made


def _requests(folder: Path) -> list[Any]:
    """The messages, in the order in which they were sent, without that of the stack, which the SDK sends itself."""
    requests, content, place = [], (folder / "messages").read_bytes(), 0
    while place < len(content):
        start = place + 4
        place = start + int.from_bytes(content[place:start])
        requests.append(resource_pb2.RegisterResourceRequest.FromString(content[start:place]))
    return [request for request in requests if request.type != STACK]


def _key(kind: str, name: str) -> str:
    return f"{kind}::{name}"


def _short(urn: str) -> str:
    """Type and name, by which the messages are found: a URN has the types of the parents too."""
    kinds, name = urn.split("::")[2:4]
    return _key(kinds.rsplit("$", 1)[-1], name)


def _named(request: Any) -> set[str]:
    urns = {request.parent, request.provider, *request.dependencies, *request.providers.values()}
    return {_short(urn) for urn in urns if urn}


def _options(request: Any, declared: Mapping[str, pulumi.Resource]) -> pulumi.ResourceOptions:
    provider: Any = declared[_short(request.provider)] if request.provider else None
    providers: Any = [declared[_short(urn)] for urn in request.providers.values()]
    return pulumi.ResourceOptions(
        parent=declared.get(_short(request.parent)),
        provider=provider,
        providers=providers or None,
        depends_on=[declared[_short(urn)] for urn in request.dependencies],
        version=request.version or None,
        protect=request.protect if request.HasField("protect") else None,
        ignore_changes=list(request.ignoreChanges) or None,
        additional_secret_outputs=list(request.additionalSecretOutputs) or None,
        aliases=[pulumi.Alias(type_=alias.spec.type) for alias in request.aliases] or None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
    )


def main(environment: Mapping[str, str] = os.environ) -> None:
    """What ``$REGISTRATIONS`` says, with the files in ``$REGISTRATIONS_FOLDER``."""
    folder = Path(environment["REGISTRATIONS_FOLDER"])
    match environment["REGISTRATIONS"]:
        case "keep":
            keep(folder, Path(environment["REGISTRATIONS_PLATFORM"]))
        case "wire":
            wire(folder)
        case "plain":
            plain(folder)
