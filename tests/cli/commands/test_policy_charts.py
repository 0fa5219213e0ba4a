"""``make policy-charts``: options reach the report; what is missing is one sentence."""

from pathlib import Path

import pytest

from cli import application as cli
from cli.commands import policy_charts


def test_options_reach_the_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Path, environment and format, and the exit code back."""
    calls: list[tuple[str, ...]] = []

    def python(*arguments: str) -> int:
        calls.append(arguments)
        return 1

    monkeypatch.setattr(policy_charts, "python", python)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["policy-charts", "--stack", "dev", "--manifests", "x.yaml", "--format", "json"]) == 1
    assert calls == [("reports.manifests", str(tmp_path / "x.yaml"), "--environment", "dev", "--format", "json")]


@pytest.mark.parametrize(("options", "says"), [(["--stack", "devv", "--manifests", "x"], "is no environment")])
def test_what_is_missing_is_said(options: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert cli.main(["policy-charts", *options]) == 2
    assert says in capsys.readouterr().err
