"""A bump of dev goes on in order; bad health in staging stops production; a rollback is one line.

API server, kubectl, Argo CD's definition of an Application and Prometheus are real. Argo CD's controller is played by
the test, which writes the status that the controller would.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import application as cli
from cli.charts_repository import export, git
from models.promotion.verdicts import text
from models.versions.loader import read_versions
from sandbox.argocd import objects
from sandbox.kubernetes.api import APPLY, Api
from stacks.environments import PROMOTION
from tests.reports.verdicts.support.applications import application
from tests.support.clusters import running
from toolchain import kubernetes

pytestmark = pytest.mark.e2e
SERVICE, NEW = "billing", f"sha256:{'f' * 64}"
PLACE = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
DAYS = dt.timedelta(days=2)


class Clusters:
    """One API server that plays the cluster of each environment in turn, and the charts' repository."""

    def __init__(self, api: Api, folder: Path, url: str) -> None:
        self.api, self.folder, self.url = api, folder, url
        self.charts = folder / "nationgraph-services"
        export(self.charts)

    def runs(self, environment: str, **changes: Any) -> None:
        """Argo CD of the environment holds what its file says, since days; ``changes`` are the service's own status."""
        since = text(dt.datetime.now(dt.UTC) - DAYS)
        for version in read_versions(environment, self.charts).versions().values():
            own = changes if version.service == SERVICE else {}
            item = application(version, environment, **{"deployed": since, "health_since": since, **own})
            query = "fieldManager=argocd&force=true&fieldValidation=Strict"
            self.api.call("PATCH", f"{PLACE}/{version.service}?{query}", item, kind=APPLY)

    def promote(self, to: str) -> None:
        """Read the verdicts of the environment before, then promote, then commit: what the workflow does."""
        before = PROMOTION[PROMOTION.index(to) - 1]
        file = self.folder / f"{before}.json"
        words = ["--kubeconfig", str(self.api.folder / "kubeconfig"), "--prometheus", self.url]
        assert cli.main(["verdicts", "--environment", before, "--output", str(file), *words]) == 0
        verdicts, charts = ["--verdicts", str(file)], ["--charts", str(self.charts)]
        assert cli.main(["promote", "--to", to, *verdicts, *charts]) == 0
        self.commit()

    def commit(self) -> None:
        """Merge what has changed."""
        if git(self.charts, "status", "--porcelain"):
            git(self.charts, "commit", "--quiet", "--all", "--message", "chore: versions")

    def image(self, environment: str) -> str:
        """What the file of the environment says of the service."""
        return read_versions(environment, self.charts).versions()[SERVICE].image

    def changed(self) -> list[str]:
        """Files and counts of lines of the last commit."""
        return git(self.charts, "show", "--format=", "--numstat", "HEAD").splitlines()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API server that serves Applications."""
    with running(tmp_path_factory.mktemp("promotion") / "stack") as server:
        definition = yaml.safe_load((kubernetes.argocd_manifests() / "crds" / "application-crd.yaml").read_text())
        objects.apply(server, [definition, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}])
        yield server


@pytest.fixture
def clusters(api: Api, url: str, tmp_path: Path) -> Clusters:
    """A repository of charts with one commit."""
    return Clusters(api, tmp_path, url)


def test_a_bump_is_promoted_in_order_stopped_by_bad_health_and_taken_back(
    clusters: Clusters, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each edit is one line of one file."""
    old = clusters.image("production")
    path = clusters.charts / "versions" / "dev.yaml"
    path.write_text(path.read_text().replace(old, NEW))
    clusters.commit()

    clusters.runs("dev", deployed=text(dt.datetime.now(dt.UTC)))
    clusters.promote("staging")
    assert clusters.image("staging") == old, "it has not soaked"
    clusters.runs("dev")
    clusters.promote("staging")
    assert clusters.image("staging") == NEW
    assert clusters.changed() == ["1\t1\tversions/staging.yaml"]

    clusters.runs("staging", health="Degraded")
    capsys.readouterr()
    clusters.promote("production")
    assert clusters.image("production") == old
    assert "health: 'Degraded': is not Healthy" in capsys.readouterr().out
    clusters.runs("staging", sync="OutOfSync")
    clusters.promote("production")
    assert clusters.image("production") == old

    clusters.runs("staging")
    clusters.promote("production")
    assert clusters.image("production") == NEW
    assert clusters.changed() == ["1\t1\tversions/production.yaml"]

    words = ["--charts", str(clusters.charts), "--service", SERVICE, "--environment", "production"]
    assert cli.main(["rollback", *words]) == 0
    clusters.commit()
    assert clusters.image("production") == old
    assert clusters.changed() == ["1\t1\tversions/production.yaml"]
    assert cli.main(["skew", "--charts", str(clusters.charts)]) == 0


def test_an_objective_without_data_holds_back(clusters: Clusters, capsys: pytest.CaptureFixture[str]) -> None:
    """Search is healthy, and Prometheus knows nothing of it."""
    path = clusters.charts / "versions" / "dev.yaml"
    old = read_versions("dev", clusters.charts).versions()["search"].image
    path.write_text(path.read_text().replace(old, NEW))
    clusters.runs("dev")
    clusters.promote("staging")
    assert read_versions("staging", clusters.charts).versions()["search"].image == old
    assert "has no data of the SLO availability" in capsys.readouterr().out


def test_a_reader_of_nothing_is_refused(api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kubeconfig without rights is an error, and no empty cluster."""
    config = yaml.safe_load((api.folder / "kubeconfig").read_text())
    for user in config["users"]:
        user["user"] = {"token": "nobody"}
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    assert cli.main(["verdicts", "--environment", "dev", "--kubeconfig", str(path)]) == 2
    assert "applications of Argo CD cannot be read" in capsys.readouterr().err
