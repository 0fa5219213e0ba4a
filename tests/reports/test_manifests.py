"""Manifests are judged as the pack judges: rules, dates, waivers, and where the object stands."""

import datetime as dt
import json
from pathlib import Path

import yaml

from models.roadmap.loader import load_ledger
from models.roadmap.waiver import Waiver, WaiverFile
from policy.facts import manifests
from reports import manifests as report
from reports.findings.model import Exempt
from reports.findings.report import Report
from tests.policy.support.kubernetes import METADATA, POD, TEMPLATE, changed

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


def verdict(path: Path, day: dt.date = LATER, *waivers: Waiver) -> Report:
    """What is said of a file."""
    found = manifests.load([path], "charts-dev")
    return report.judge(found, ledger=load_ledger(), waivers=WaiverFile(waivers), today=day)


def test_findings_name_place_object_and_property(tmp_path: Path) -> None:
    """Mandatory, since SEC-07 holds from the start."""
    (only,) = verdict(written(tmp_path, BAD)).findings
    assert (only.policy, only.level, only.severity) == ("sec-07-restricted-pods", "mandatory", "high")
    assert only.text == f"{tmp_path}/all.yaml:1: Pod payments/billing: spec.hostPID is True, must be false"
    assert (only.clause, only.type) == ("SEC-07", "kubernetes:core/v1:Pod")


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
    assert (waived.counts["waived"], len(waived.findings), waived.blocking) == (1, 1, False)
    assert waived.findings[0].exempt == Exempt("Until the agent is gone.", "ada", "grace", TODAY)
    other = Waiver(**{**vars(WAIVER), "stack": "dev"})
    assert verdict(path, TODAY, other).blocking
