"""Promotion through three clusters, each with the real Argo CD: what is committed is what comes to run, in order."""

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli import application as cli
from cli.charts_repository import git
from layers.delivery import VERDICTS_GROUP
from models.promotion.verdicts import text
from models.versions.loader import read_versions
from models.versions.model import Version
from stacks.environments import PROMOTION
from tests.e2e.argocd.support.laboratory import until
from tests.e2e.argocd.support.repository import Repository
from tests.e2e.promotion.support.stages import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
SERVICE, MIGRATES, NEW = "billing", "graph-api", f"sha256:{'f' * 64}"
DAYS = dt.timedelta(days=2)
PATIENCE = 180.0


class Company:
    """The stages, the repository that they follow, and who merges there."""

    def __init__(self, folder: Path, prometheus: str) -> None:
        self.folder, self.prometheus = folder, prometheus
        self.repository = Repository(folder / "served", folder / "work")
        self.stages = {name: Stage(name, folder / name, folder / "served") for name in PROMOTION}

    def start(self) -> None:
        """A cluster for each, and what runs there."""
        with ThreadPoolExecutor(len(self.stages)) as pool:
            list(pool.map(Stage.start, self.stages.values()))

    def bump(self, service: str, key: str = "image") -> list[str]:
        """Dev is to run a new image; what was merged."""
        path, line = self.repository.work / "versions" / "dev.yaml", self.line("dev", service)
        path.write_text(path.read_text().replace(line.line(), line.model_copy(update={key: NEW}).line()))
        return self.merge()

    def line(self, environment: str, service: str = SERVICE) -> Version:
        """What the repository says."""
        return read_versions(environment, self.repository.work).versions()[service]

    def merge(self) -> list[str]:
        """What has changed is on main; its files with the counts of their lines."""
        self.repository.commit(lambda _: None)
        return git(self.repository.work, "show", "--format=", "--numstat", "HEAD").splitlines()

    def promote(self, to: str, later: dt.timedelta = DAYS) -> list[str]:
        """What the workflow does, as it would be some time later: verdicts of the environment before, then the edit."""
        before = PROMOTION[PROMOTION.index(to) - 1]
        file = self.folder / f"{before}.json"
        words = ["--kubeconfig", str(self.stages[before].kubeconfig(VERDICTS_GROUP)), "--prometheus", self.prometheus]
        assert cli.main(["verdicts", "--environment", before, "--output", str(file), *words]) == 0
        said = json.loads(file.read_text())
        for verdict in said["verdicts"]:
            verdict["since"] = text(dt.datetime.fromisoformat(verdict["since"]) - later)
        file.write_text(json.dumps(said))
        charts = ["--charts", str(self.repository.work)]
        assert cli.main(["promote", "--to", to, "--verdicts", str(file), *charts]) == 0
        return self.merge()

    def arrives(self, environment: str, service: str = SERVICE, *, healthy: bool = True) -> None:
        """Wait until the environment runs what its line says, and is well."""
        stage, line = self.stages[environment], self.line(environment, service)
        stage.look()
        until(lambda: stage.runs(line), f"{environment} runs {line.image}", PATIENCE)
        if healthy:
            until(lambda: stage.states()[service] == ("Synced", "Healthy"), f"{environment} is well", PATIENCE)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, url: str) -> Iterator[Company]:
    """Three environments in which all services run."""
    made = Company(tmp_path_factory.mktemp("company"), url)
    try:
        made.start()
        yield made
    finally:
        for stage in made.stages.values():
            stage.close()


def test_a_commit_goes_through_the_clusters_in_order(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    """It soaks in each; an environment that is not well stops it; one line takes it back; nothing else moves."""
    for name, stage in company.stages.items():
        wanted = dict.fromkeys(read_versions(name, company.repository.work).versions(), ("Synced", "Healthy"))
        until(lambda stage=stage, wanted=wanted: stage.states() == wanted, f"all run in {name}", PATIENCE)  # type: ignore[misc]
    before = {name: stage.generations() for name, stage in company.stages.items()}
    old = company.line("production").image

    assert company.bump(SERVICE) == ["1\t1\tversions/dev.yaml"]
    company.arrives("dev")
    assert company.promote("staging", dt.timedelta()) == [], "it has not soaked"
    assert company.promote("staging") == ["1\t1\tversions/staging.yaml"]

    with company.stages["staging"].without_nodes():
        company.arrives("staging", healthy=False)
        capsys.readouterr()
        assert company.promote("production") == []
        assert "health: 'Progressing': is not Healthy" in capsys.readouterr().out
        assert company.line("production").image == old
    company.arrives("staging")
    assert company.promote("production") == ["1\t1\tversions/production.yaml"]
    assert company.line("production").image == NEW
    company.arrives("production")

    words = ["--charts", str(company.repository.work), "--service", SERVICE, "--environment", "production"]
    assert cli.main(["rollback", *words]) == 0
    assert company.merge() == ["1\t1\tversions/production.yaml"]
    assert company.line("production").image == old
    company.arrives("production")

    for name, stage in company.stages.items():
        changed = {one for one, was in stage.generations().items() if before[name].get(one) != was}
        assert changed == {SERVICE}, name


def test_migrations_go_with_their_line(company: Company) -> None:
    """Their digest alone is freight: it runs in dev, is verified there, and runs in staging; one line takes it back,
    and the Job of then runs again.
    """
    old = company.line("staging", MIGRATES)
    assert company.bump(MIGRATES, "migrations") == ["1\t1\tversions/dev.yaml"]
    company.arrives("dev", MIGRATES)
    assert company.promote("staging") == ["1\t1\tversions/staging.yaml"]
    assert company.line("staging", MIGRATES) == old.model_copy(update={"migrations": NEW})
    company.arrives("staging", MIGRATES)
    words = ["--charts", str(company.repository.work), "--service", MIGRATES]
    for environment in ("staging", "dev"):
        assert cli.main(["rollback", *words, "--environment", environment]) == 0
        assert company.merge() == [f"1\t1\tversions/{environment}.yaml"]
        assert company.line(environment, MIGRATES) == old
        company.arrives(environment, MIGRATES)


def test_an_objective_without_data_holds_back(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    """Search is healthy, and Prometheus knows nothing of it."""
    company.bump("search")
    company.arrives("dev", "search")
    capsys.readouterr()
    assert company.promote("staging") == []
    assert "has no data of the SLO availability" in capsys.readouterr().out


def test_a_reader_of_nothing_is_refused(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody without rights is an error, and no empty cluster."""
    path = company.stages["dev"].kubeconfig("nobody")
    assert cli.main(["verdicts", "--environment", "dev", "--kubeconfig", str(path)]) == 2
    assert "applications of Argo CD cannot be read" in capsys.readouterr().err
