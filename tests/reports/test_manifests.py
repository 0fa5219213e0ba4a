"""Manifests are judged as the pack judges: rules, dates, waivers, and where the object stands."""

import datetime as dt
import json
from pathlib import Path

import pytest
import yaml

from models.roadmap.loader import load_ledger
from models.roadmap.waiver import Waiver, WaiverFile
from policy.facts import manifests
from reports import manifests as report
from tests.policy.support.kubernetes import CONTAINER, METADATA, POD, TEMPLATE, changed

BAD = {"apiVersion": "v1", "kind": "Pod", "metadata": METADATA, "spec": changed(POD, ("hostPID", True))}
LATER = dt.date(2030, 1, 1)
TODAY = dt.date(2026, 3, 1)
WAIVER = Waiver(
    policy="sec-07-restricted-pods",
    stack="charts-dev",
    resource="kubernetes:core/v1:Pod::payments/billing",
    reason="Until the agent is gone.",
    owner="ada",
    approver="grace",
    created=TODAY,
    expires=TODAY,
)


def written(folder: Path, *bodies: object) -> Path:
    """A file of manifests."""
    path = folder / "all.yaml"
    path.write_text(yaml.safe_dump_all([json.loads(json.dumps(body)) for body in bodies]))
    return path


def verdict(path: Path, day: dt.date = LATER, *waivers: Waiver) -> report.Verdict:
    """What is said of a file."""
    found = manifests.load([path], "charts-dev")
    return report.judge(found, ledger=load_ledger(), waivers=WaiverFile(waivers), today=day)


def test_findings_name_place_object_and_property(tmp_path: Path) -> None:
    """Mandatory, since SEC-07 holds from the start."""
    (only,) = verdict(written(tmp_path, BAD)).findings
    assert (only.policy, only.level, only.severity) == ("sec-07-restricted-pods", "mandatory", "high")
    assert only.message == (
        f"{tmp_path}/all.yaml:1 (document 1): Pod payments/billing: spec.hostPID is True, must be false"
    )


def test_dates_are_the_ledgers(tmp_path: Path) -> None:
    """INF-02 is due in 2027; rules about a whole set are judged over all documents."""
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}}
    path = written(tmp_path, claim)
    assert [finding.level for finding in verdict(path, TODAY).findings] == ["advisory"]
    assert verdict(path, LATER).blocking
    pods = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": METADATA, "spec": {"template": TEMPLATE}}
    assert {finding.policy for finding in verdict(written(tmp_path, pods)).findings} == {"inf-06-zone-loss"}


def test_waivers_of_the_charts_hold(tmp_path: Path) -> None:
    """By stack ``charts-<environment>``, type and name; of another stack they do not."""
    path = written(tmp_path, BAD)
    waived = verdict(path, TODAY, WAIVER)
    assert (waived.findings, waived.waived, waived.blocking) == ([], 1, False)
    other = Waiver(**{**vars(WAIVER), "stack": "dev"})
    assert verdict(path, TODAY, other).blocking


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_command_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    """1 where something is mandatory, 0 where nothing is."""
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.mkdir()
    good.mkdir()
    written(bad, BAD, {**BAD, "spec": {"containers": [CONTAINER]}})
    assert report.main([str(bad), "--format", form]) == 1
    printed = capsys.readouterr().out
    assert "spec.hostPID is True" in printed
    assert "2 objects" in printed
    assert form != "json" or json.loads(printed)["findings"]
    written(good, {**BAD, "spec": POD})
    assert report.main([str(good), "--environment", "dev", "--format", form]) == 0


def test_what_cannot_be_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With one sentence and exit code 2."""
    assert report.main([str(tmp_path / "nothing.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
