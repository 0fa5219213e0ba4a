"""The engine as a child: its signals, its environment, its state."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from cli import run, signals
from tests.cli.support.programs import FakeEngine

COUNTS = """
import signal, sys, time
seen = 0
def count(*_):
    global seen
    seen += 1
    if seen == 2:
        sys.exit(7)
    print("once", flush=True)
signal.signal(signal.SIGINT, count)
print("ready", flush=True)
time.sleep(0.5)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruptions_are_the_engines(number: signal.Signals, capfd: pytest.CaptureFixture[str]) -> None:
    """One lets it finish what is under way, two let it stop at once; afterwards signals mean what they did before."""
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    command = [sys.executable, "-c", COUNTS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as child, signals.passed_to(child):
        assert child.stdout
        child.stdout.readline()
        os.kill(os.getpid(), number)
        assert child.stdout.readline() == b"once\n"  # two signals that wait for a busy child are one
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.3)
        os.kill(os.getpid(), number)
        assert child.wait(10) == 7
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert capfd.readouterr().err.splitlines() == [
        "Interrupted: stopping after what is under way; once more stops at once.",
        "Stopping at once.",
    ]


def test_a_third_interruption_ends_an_engine_that_does_not_listen() -> None:
    """Nobody has to look for its process."""
    program = "import signal,time;signal.signal(signal.SIGINT,signal.SIG_IGN);print('ready',flush=True);time.sleep(60)"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as child, signals.passed_to(child):
        assert child.stdout
        child.stdout.readline()
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
        assert child.wait(10) == -signal.SIGKILL


def test_an_interrupted_preview_says_so_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    """However often."""
    command = [sys.executable, "-c", COUNTS]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as child,
        signals.passed_to(child, changes=False) as passed,
    ):
        assert child.stdout
        child.stdout.readline()
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
        child.wait(10)
    assert passed.times == 3
    assert capfd.readouterr().err == "Interrupted; nothing was changed.\n"


INTERRUPTED = "#!/bin/sh\ntrap '' INT\nsleep 0.5\nkill -INT {pid}\nsleep 0.2\nexit {code}\n"


@pytest.mark.parametrize(("verb", "code", "expected"), [("up", 255, 130), ("preview", 1, 130), ("up", 0, 0)])
def test_the_end_of_an_interrupted_run(engine: FakeEngine, verb: str, code: int, expected: int) -> None:
    """It has its own exit code, unless the engine came to its end; until its log is looked through, a file says so."""
    (engine.folder / "pulumi").write_text(INTERRUPTED.format(pid=os.getpid(), code=code))
    assert run.operation(engine.target(), verb) == (expected, [])
    assert (engine.target().folder / run.UNRECORDED).exists() == (verb == "up" and code > 0)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_an_engine_that_was_ended_is_named_as_such(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    """It could say nothing itself."""
    (engine.folder / "pulumi").write_text(f"#!/bin/sh\nkill -{int(number)} $$\n")
    assert run.operation(engine.target(), "preview") == (128 + number, [])
    assert f"The engine was ended by {number.name}" in capsys.readouterr().out


SLOW = "#!/bin/sh\nwhile [ ! -e {0}/seen ]; do sleep 0.05; done\nsleep 0.3\ntouch {0}/ended\n"


@pytest.mark.parametrize("fails", [True, False])
def test_what_is_done_meanwhile(engine: FakeEngine, *, fails: bool) -> None:
    """The engine has begun and is not waited for; where it fails, the engine comes to its end all the same."""
    (engine.folder / "pulumi").write_text(SLOW.format(engine.folder))
    ended = engine.folder / "ended"

    def meanwhile() -> None:
        assert not ended.exists()
        (engine.folder / "seen").touch()
        if fails:
            raise RuntimeError("no preview")

    if fails:
        with pytest.raises(RuntimeError, match="no preview"):
            run.operation(engine.target(), "preview", meanwhile=meanwhile)
    else:
        assert run.operation(engine.target(), "preview", meanwhile=meanwhile) == (0, [])
    assert ended.exists()


def test_engine_sees_only_its_environment(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the target does not hold is not passed on."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    program = "#!/bin/sh\nenv\n"
    (engine.folder / "pulumi").write_text(program)
    assert "AWS_PROFILE" not in run.engine(engine.target(), "version").stdout


def test_state_is_never_read_in_plain_text(engine: FakeEngine) -> None:
    """Secrets stay encrypted in what is exported."""
    assert json.dumps(run.state(engine.target()))
    assert "--show-secrets" not in engine.calls[-1]


@pytest.mark.parametrize(
    ("engine_says", "parts"),
    [
        ("error: no stack named 'dev' found", ["s3://states", "make bootstrap STACK=dev"]),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
            ["PULUMI_BACKEND_URL", "make bootstrap STACK=dev"],
        ),
        ("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", ["PULUMI_CONFIG_PASSPHRASE"]),
        (
            'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml"): NoSuchBucket',
            ["s3://states", "is not there", "make bootstrap STACK=dev"],
        ),
        ('error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml"): AccessDenied', ["s3://states", "sign in"]),
    ],
)
def test_a_fresh_backend_is_explained(engine: FakeEngine, engine_says: str, parts: list[str]) -> None:
    """On AWS by one sentence with the command; the sandbox makes its own."""
    engine.answer("stack export", stderr=engine_says, code=255)
    target = replace(engine.target("aws"), environment={"PULUMI_BACKEND_URL": "s3://states"})
    with pytest.raises(RuntimeError) as raised:
        run.state(target)
    said = str(raised.value)
    assert [part for part in parts if part not in said] == []
    assert "\n" not in said
    with pytest.raises(RuntimeError, match=re.escape(engine_says)):
        run.state(engine.target("sandbox"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"deployment": 1}', '{"deployment": {"resources": [{"urn": 1}]}}'])
def test_a_state_that_is_none_is_one_sentence(engine: FakeEngine, text: str) -> None:
    """Never a traceback, and never half of a state."""
    engine.answer("stack export", stdout=text)
    with pytest.raises(RuntimeError, match=r"^not an exported state \(.*\)$"):
        run.state(engine.target())
