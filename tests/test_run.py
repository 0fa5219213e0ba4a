"""``make test``: a failing test and a gap in coverage both fail it."""

import subprocess
from collections.abc import Callable

import pytest

from tests import run
from tests.support.resources import COVERAGE_GATES

Calls = Callable[..., list[list[str]]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Pretend that commands with one of these words fail; returns what is run."""

    def pretend(**codes: int) -> list[list[str]]:
        made: list[list[str]] = []

        def call(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            made.append(command)
            code = next((code for word, code in codes.items() if any(word in part for part in command)), 0)
            return subprocess.CompletedProcess(command, code, stdout="")

        monkeypatch.setattr(subprocess, "run", call)
        return made

    return pretend


def test_gates_follow_the_tests(calls: Calls) -> None:
    """Each folder of the table has its own least coverage, and so has everything together."""
    made = calls()
    assert run.main([]) == 0
    tests, *gates = made
    assert "pytest" in tests
    assert {"", "policy"} <= set(COVERAGE_GATES)
    assert len(gates) == len(COVERAGE_GATES)
    least = {
        gate[gate.index("--include") + 1] if "--include" in gate else "": int(gate[gate.index("--fail-under") + 1])
        for gate in gates
    }
    assert least == {f"{folder}/*" if folder else "": percent for folder, percent in COVERAGE_GATES.items()}


@pytest.mark.parametrize(("codes", "expected"), [({"pytest": 1}, 1), ({"policy": 2}, 2), ({"coverage": 2}, 2)])
def test_any_failure_fails(calls: Calls, codes: dict[str, int], expected: int) -> None:
    """Of the tests, or of a single gate; the gates are shown even where tests failed."""
    made = calls(**codes)
    assert run.main([]) == expected
    assert len(made) > 2


def test_a_part_of_the_suite_has_no_gates(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    """Coverage of a part says nothing; a line says that it was left out, the tests' exit code stays."""
    made = calls(pytest=1)
    assert run.main(["tests/cli"]) == 1
    assert [command[-1] for command in made] == ["tests/cli"]
    assert "coverage gates left out" in capsys.readouterr().out
