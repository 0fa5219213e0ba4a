"""The language host as the engine sees it: a process that speaks gRPC."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, language_pb2, language_pb2_grpc, resource_pb2, resource_pb2_grpc

ROOT = Path(__file__).parents[3]
ENGINE_GRACE_SECONDS = 5  # what the engine waits for a host before it kills it
PLUGIN = """
import os, sys
print("arguments", *sys.argv[1:])
print("folder", os.getcwd())
print("mark", os.environ["MARK"], file=sys.stderr)
sys.stdout.flush()
sys.stdout.buffer.write(b"\\xff" * 200_000)
sys.exit(int(os.environ["CODE"]))
"""


class Host:
    """A running language host and a client for it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.protocol.language_host", "127.0.0.1:1"],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if self.process.stdout is None:
            raise RuntimeError("no output")
        self.port = int(self.process.stdout.readline())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self.client: Any = language_pb2_grpc.LanguageRuntimeStub(self.channel)

    def close(self) -> None:
        """End it."""
        self.channel.close()
        self.process.kill()
        self.process.communicate()

    def plugin(self, folder: Path, *arguments: str, kind: str = "resource", **environment: str) -> Any:
        """The stream of a plugin's output."""
        info = language_pb2.ProgramInfo(root_directory=str(folder), program_directory=str(folder), entry_point=".")
        request = language_pb2.RunPluginRequest(
            pwd=str(folder), args=arguments, env=[f"{k}={v}" for k, v in environment.items()], info=info, kind=kind
        )
        return self.client.RunPlugin(request, timeout=60)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """One process for all tests."""
    made = Host()
    yield made
    made.close()


def program(folder: Path, text: str) -> Path:
    """A folder that Python runs."""
    (folder / "__main__.py").write_text(text)
    return folder


def collected(stream: Any) -> tuple[bytes, bytes, list[int]]:
    """What a plugin printed on each stream, and the exit codes that were reported."""
    messages = list(stream)
    codes = [message.exitcode for message in messages if message.WhichOneof("output") == "exitcode"]
    return b"".join(m.stdout for m in messages), b"".join(m.stderr for m in messages), codes


def test_handshake_and_information(host: Host) -> None:
    """The engine greets the host and asks for its version before it does anything."""
    answer = host.client.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:1"), timeout=30)
    assert isinstance(answer, language_pb2.LanguageHandshakeResponse)
    assert host.client.GetPluginInfo(empty_pb2.Empty(), timeout=30) is not None
    about = host.client.About(language_pb2.AboutRequest(), timeout=30)
    assert about.executable == sys.executable


@pytest.mark.parametrize("code", [0, 3])
def test_plugin_output_and_exit_code(host: Host, tmp_path: Path, code: int) -> None:
    """Both streams arrive whole and unchanged, the exit code once, after them; arguments and variables are passed."""
    stream = host.plugin(program(tmp_path, PLUGIN), "127.0.0.1:9", "more", MARK="a=b", CODE=str(code))
    out, err, codes = collected(stream)
    assert out == f"arguments 127.0.0.1:9 more\nfolder {tmp_path}\n".encode() + b"\xff" * 200_000
    assert err == b"mark a=b\n"
    assert codes == [code]


def test_analyzer_runs_under_the_policy_sdk(host: Host, tmp_path: Path) -> None:
    """A policy pack gets the engine's address as its own program would, and its failure is seen."""
    text = "import sys\nprint('pack', sys.argv)\nraise ValueError('broken pack')\n"
    out, err, codes = collected(host.plugin(program(tmp_path, text), "127.0.0.1:9", kind="analyzer"))
    assert b"pack" in out
    assert b"broken pack" in out + err
    assert codes == [1]


def test_plugin_output_arrives_while_it_runs(host: Host, tmp_path: Path) -> None:
    """The engine waits for a port that a plugin prints at its start; when it hangs up, the plugin is stopped."""
    mark = tmp_path / "ended"
    text = f"""
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(mark)!r}).touch(), sys.exit()))
print("begun")
time.sleep(60)
"""
    stream = host.plugin(program(tmp_path, text))
    begun = b""
    while not begun.endswith(b"\n"):  # an unbuffered print may come in pieces
        begun += next(stream).stdout
    assert begun == b"begun\n"
    stream.cancel()
    deadline = time.monotonic() + 10
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert mark.exists()


class Engine(engine_pb2_grpc.EngineServicer, resource_pb2_grpc.ResourceMonitorServicer):
    """Takes a program's resources and what it logs."""

    def __init__(self) -> None:
        self.registered: list[str] = []

    def Log(self, *_: Any) -> Any:  # noqa: N802 - gRPC's name
        """One message."""
        return empty_pb2.Empty()

    def SupportsFeature(self, *_: Any) -> Any:  # noqa: N802 - gRPC's name
        """None is needed."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request: Any, _: Any) -> Any:  # noqa: N802 - gRPC's name
        """One resource."""
        self.registered.append(request.name)
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::tiny::{request.type}::{request.name}")

    def RegisterResourceOutputs(self, *_: Any) -> Any:  # noqa: N802 - gRPC's name
        """Nothing more is known."""
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    """An engine and its address."""
    made, server = Engine(), grpc.server(futures.ThreadPoolExecutor())
    engine_pb2_grpc.add_EngineServicer_to_server(made, server)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(made, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield made, address
    server.stop(None)


@pytest.mark.parametrize(("end", "error"), [("", ""), ("raise ValueError('no ' + beside.WORD)\n", "no beside")])
def test_program_runs_in_its_folder(tmp_path: Path, engine: tuple[Engine, str], end: str, error: str) -> None:
    """What lies beside the program can be imported, its resources arrive, its exception is the answer."""
    (tmp_path / "beside.py").write_text("WORD = 'beside'\n")
    text = "import beside, pulumi\npulumi.ComponentResource('tiny:index:It', beside.WORD)\n"
    program(tmp_path, text + end)
    monitor, address = engine
    info = language_pb2.ProgramInfo(root_directory=str(tmp_path), program_directory=str(tmp_path), entry_point=".")
    request = language_pb2.RunRequest(
        project="tiny", stack="dev", pwd=str(tmp_path), info=info, args=[address], monitor_address=address, parallel=4
    )
    lone = Host()
    answer = lone.client.Run(request, timeout=60)
    lone.close()
    assert monitor.registered == ["tiny-dev", "beside"]
    assert error in answer.error
    assert bool(answer.error) is bool(error)


def test_interrupt_ends_it_at_once() -> None:
    """The engine waits seconds for hosts that do not leave."""
    host = Host()
    begun = time.monotonic()
    host.process.send_signal(signal.SIGINT)
    _, err = host.process.communicate(timeout=10)
    assert host.process.returncode == 0
    assert time.monotonic() - begun < ENGINE_GRACE_SECONDS
    assert "Traceback" not in err
    host.channel.close()


def test_it_ends_with_the_engine_that_started_it() -> None:
    """A killed engine tells nobody; its host is gone all the same."""
    start = f"{sys.executable} -m sandbox.protocol.language_host & echo $!; wait"
    engine = subprocess.Popen(["sh", "-c", start], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    assert engine.stdout is not None
    host, _port = int(engine.stdout.readline()), int(engine.stdout.readline())
    engine.kill()
    engine.wait()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{host}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{host}").exists()
    engine.stdout.close()
