"""The engine's Python language host: a Go-built engine brings none.

Runs the program in this process and policy packs as child processes. Protocol: Pulumi's ``language.proto``.
"""

import gc
import os
import queue
import runpy
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from sandbox.protocol import positions, waiting
from sandbox.protocol.serving import serve

ROOT = Path(__file__).resolve().parents[2]
"""What the leash is imported from, wherever a plugin runs."""


class Host(LanguageServer):
    """``Run`` for programs, ``RunPlugin`` for analyzers and source-based plugins."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: Any, context: Any) -> Any:
        directory = request.info.program_directory
        os.chdir(request.pwd or directory)
        sys.path.insert(0, directory)
        positions.of_program(directory)
        waiting.at_once()

        def program() -> None:
            runpy.run_path(directory, run_name="__main__")

        self.program = program
        return super().Run(request, context)  # type: ignore[no-untyped-call]

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        directory = request.info.program_directory
        command = [directory, *request.args]
        if request.kind == "analyzer":
            command = ["-m", "pulumi.policy", *request.args[:1], directory]
        variables = dict(entry.split("=", 1) for entry in request.env)
        paths = [str(ROOT), variables.get("PYTHONPATH") or os.environ.get("PYTHONPATH", "")]
        child = subprocess.Popen(
            [sys.executable, "-u", "-m", "sandbox.protocol.leash", *command],
            cwd=request.pwd,
            env={
                **os.environ,
                **variables,
                "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                "PYTHONUNBUFFERED": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(child.terminate)
        output: queue.Queue[Any] = queue.Queue()

        def pump(stream: IO[bytes], kind: str) -> None:
            for chunk in iter(lambda: stream.read1(65536), b""):  # type: ignore[attr-defined]
                output.put(language_pb2.RunPluginResponse(**{kind: chunk}))
            output.put(None)

        streams = {"stdout": child.stdout, "stderr": child.stderr}
        for kind, stream in streams.items():
            threading.Thread(target=pump, args=(stream, kind), daemon=True).start()
        ended = 0
        while ended < len(streams):
            message = output.get()
            if message is None:
                ended += 1
            else:
                yield message
        yield language_pb2.RunPluginResponse(exitcode=child.wait())


def main() -> None:
    """Answer the engine until it is gone."""
    gc.set_threshold(100_000)  # importing the SDK makes objects that stay; looking through them costs a fifth of it
    serve(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server), workers=8)


if __name__ == "__main__":
    main()
