"""The engine as a child: its signals, its environment, its state."""

import json
import os
import signal
import subprocess
import sys

import pytest

from cli import run
from tests.cli.support.programs import FakeEngine


def test_termination_reaches_the_engine_as_an_interrupt() -> None:
    """SIGTERM lets the engine finish what is under way; afterwards signals mean what they did before."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    program = (
        "import signal, time\ntry:\n print('ready', flush=True); time.sleep(60)\nexcept KeyboardInterrupt: exit(7)"
    )
    with (
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child,
        run._interrupts_to(child),
    ):
        assert child.stdout
        child.stdout.readline()
        os.kill(os.getpid(), signal.SIGINT)  # a terminal sends it to the child as well: it is not passed on twice
        os.kill(os.getpid(), signal.SIGTERM)
        assert child.wait(10) == 7
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


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
