"""Injected faults and latency: when they fire, before or after the side effect, and that they do not come back."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import faults
from sandbox.faults import InjectedError, ReplyLostError, injected
from tests.sandbox.support.cloud import ROOT

A, B = "urn:pulumi:s::p::aws:ec2/vpc:Vpc::a", "urn:pulumi:s::p::aws:ec2/vpc:Vpc::b"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that holds what has fired."""
    path = tmp_path / "faults.txt"
    monkeypatch.setenv("SANDBOX_FAULTS_STATE", str(path))
    monkeypatch.delenv("SANDBOX_LATENCY", raising=False)
    return path


def fires(fault: dict[str, object], operations: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Which of a series of operations fail."""
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps(fault))
    outcome = []
    for operation, urn in operations:
        try:
            with injected(operation, urn, 0):
                outcome.append(False)
        except InjectedError:
            outcome.append(True)
    return outcome


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"do": "fail"}, [True, False, True, True, False]),
        ({"do": "fail", "op": "create"}, [True, False, True, False, False]),
        ({"do": "fail", "op": "delete"}, [False, False, False, True, False]),
        ({"do": "fail", "match": "*::b"}, [False, False, True, False, False]),
        ({"do": "fail", "nth": 2}, [False, True, False, False, False]),
        ({"do": "fail", "nth": 2, "op": "create"}, [False, True, False, False, False]),
        ({"do": "fail", "nth": 3, "match": "*::a"}, [False, False, False, True, False]),
        ({"do": "fail", "nth": 9}, [False] * 5),
        ({"do": "throttle", "nth": 1}, [True, False, False, False, False]),
    ],
)
def test_fault_fires_where_it_should(
    fault: dict[str, object], expected: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``each`` fires once for each URN and operation, a number once, counted over what matches."""
    series = [("create", A), ("create", A), ("create", B), ("delete", A), ("delete", A)]
    assert fires(fault, series, monkeypatch) == expected


@pytest.mark.usefixtures("state")
def test_nothing_fires_without_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting, no fault, no file."""
    monkeypatch.delenv("SANDBOX_FAULTS", raising=False)
    with injected("create", A, 0):
        pass
    assert not Path(os.environ["SANDBOX_FAULTS_STATE"]).exists()


def test_fired_faults_do_not_come_back_in_the_next_process(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is what remembers: another process sees what fired in this one."""
    assert fires({"do": "fail"}, [("create", A)], monkeypatch) == [True]
    program = (
        "import os; from sandbox.faults import injected\n"
        f"with injected('create', {A!r}, 0): print('ran')\n"
        f"try:\n  injected('create', {B!r}, 0).__enter__()\nexcept Exception as e: print(e)"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["ran", "injected failure of create"]
    assert state.read_text().splitlines() == [f"create {A}", f"create {A}", f"create {B}"]


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(("do", "ran", "error"), [("fail", False, InjectedError), ("lose", True, ReplyLostError)])
def test_failure_comes_before_and_loss_after_the_side_effect(
    do: str,
    ran: bool,  # noqa: FBT001
    error: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A failed operation did not happen; a lost reply hides one that did."""
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({"do": do}))
    happened = []
    with pytest.raises(error), injected("create", A, 0):
        happened.append(1)
    assert bool(happened) is ran


@pytest.mark.usefixtures("state")
def test_throttling_reads_as_from_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error code is AWS's."""
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({"do": "throttle"}))
    with pytest.raises(InjectedError, match="ThrottlingException: Rate exceeded"):
        injected("create", A, 0).__enter__()


@pytest.mark.usefixtures("state")
def test_kill_ends_the_process_after_the_side_effect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The process is gone with code 137, and what it did remains."""
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({"do": "kill"}))
    mark = tmp_path / "done"
    program = f"from sandbox.faults import injected\nwith injected('create', {A!r}, 0): open({str(mark)!r}, 'w')"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 137
    assert mark.exists()


@pytest.mark.usefixtures("state")
def test_hang_and_latency_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hang waits its seconds; latency is a fraction of AWS's, none by default."""
    waits: list[float] = []
    monkeypatch.setattr(faults.time, "sleep", waits.append)
    for fraction in (None, "0.01", "0.5"):
        monkeypatch.setenv("SANDBOX_LATENCY", fraction) if fraction else None
        with injected("create", A, 600):
            pass
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({"do": "hang", "seconds": 3}))
    monkeypatch.delenv("SANDBOX_LATENCY")
    with injected("create", A, 600):
        pass
    assert waits == [0, 6, 300, 0, 3]
    assert faults.time is time


@pytest.mark.usefixtures("state")
def test_unknown_action_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt action names the ones there are."""
    monkeypatch.setenv("SANDBOX_FAULTS", json.dumps({"do": "explode"}))
    with pytest.raises(ValueError, match=r"do is 'explode'; use one of fail, throttle"):
        injected("create", A, 0).__enter__()
