"""``make verdicts``: one file of what cluster and Prometheus say."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from cli import application as cli
from cli.commands import verdicts
from lib.yaml_file import ROOT
from models.promotion.freight import load
from models.promotion.verdicts import load_verdicts
from reports.verdicts import UnreadableError
from tests.reports.verdicts.support.applications import application

PIPELINE = load(ROOT / "charts")
DEV = PIPELINE.stage("dev").versions


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command with a cluster that runs two services of dev, and something of its own."""
    items = [application(DEV["auth"], "dev"), application(DEV["billing"], "dev", health="Degraded")]
    items.append(application(DEV["web"].model_copy(update={"service": "stranger"}), "dev"))
    rates = {("auth", "availability"): 0.5, ("auth", "nothing"): 9.0}
    monkeypatch.setattr(verdicts.applications, "fetch", lambda _: items)
    monkeypatch.setattr(verdicts.slos, "burn_rates", lambda _: rates)
    (tmp_path / "config").touch()
    return ["verdicts", "--environment", "dev", "--kubeconfig", str(tmp_path / "config")]


def test_the_file_is_what_promotion_reads(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the SLOs of the catalog that have data, and a note of what belongs to nobody."""
    path = tmp_path / "dev.json"
    assert cli.main([*words, "--prometheus", "https://x", "--output", str(path)]) == 0
    known = load_verdicts(path, "dev", PIPELINE.services, dt.datetime.now(dt.UTC))
    found: dict[str, Any] = {name: verdict for name, (_, verdict) in known.entries.items()}
    assert {name: verdict.health for name, verdict in found.items()} == {"auth": "Healthy", "billing": "Degraded"}
    assert [(slo.name, slo.burn_rate) for slo in found["auth"].slos] == [("availability", 0.5)]
    err = capsys.readouterr().err
    assert "stranger: an application of no service of the catalog" in err
    assert f"2 of {len(PIPELINE.services)} services have a verdict in dev" in err


def test_without_prometheus_no_objective_has_data(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and the rest is printed."""
    assert cli.main(words) == 0
    captured = capsys.readouterr()
    assert '"slos": []' in captured.out
    assert "PROMETHEUS not given" in captured.err


def test_mistakes_are_one_sentence(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Environment, kubeconfig, a cluster that does not answer."""
    monkeypatch.delenv("KUBECONFIG", raising=False)
    assert cli.main(["verdicts", "--environment", "devv"]) == 2
    assert cli.main(["verdicts", "--environment", "dev"]) == 2
    assert cli.main(["verdicts", "--environment", "dev", "--kubeconfig", str(tmp_path / "none")]) == 2

    def refuse(_: Path) -> None:
        raise UnreadableError("applications of Argo CD cannot be read: forbidden")

    monkeypatch.setattr(verdicts.applications, "fetch", refuse)
    assert cli.main(words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[-1].endswith("cannot be read: forbidden")
