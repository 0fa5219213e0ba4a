"""Every service of every environment is rendered, with the place of each object, and Helm's refusals name the file."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from lib.problems import FileError
from models.catalog.loader import load_catalog
from reports.charts import __main__ as program
from reports.charts.render import CHARTS, lint, render
from reports.charts.schemas import faults
from stacks.environments import ENVIRONMENTS
from tests.reports.charts.support.rendered import of, rendered

KINDS = {"Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy"}


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    """A copy of ``charts/``, free to break."""
    made = tmp_path / "charts"
    shutil.copytree(CHARTS, made)
    return made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_is_valid_by_kubernetes_schemas(environment: str) -> None:
    """Strictly: a key that no schema knows would be an error."""
    objects = rendered(environment)
    assert list(faults(objects)) == []
    print(f"{environment}: {len(objects)} of {len(objects)} objects valid by schema")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_service_has_its_objects(environment: str) -> None:
    """Whatever the catalog deploys, in the namespace of its team, labelled, from a template that is there."""
    deployed = {one.service.name: one for one in load_catalog().deployed(environment)}
    for name, one in deployed.items():
        own = [item for item in rendered(environment) if item.service == name]
        secrets = {"SecretProviderClass"} if one.service.secrets or one.service.data_stores else set()
        job = {"Job"} if one.service.migrates else set()
        assert {item.kind for item in own} == KINDS | secrets | job
        for item in own:
            assert (CHARTS / item.source).is_file()
            metadata = item.body["metadata"]
            hook = "argocd.argoproj.io/hook" in metadata.get("annotations", {})
            assert (metadata["name"], metadata["namespace"]) == (
                f"{name}-migration" if hook else name,
                one.service.owner,
            )
            assert (
                metadata["labels"]
                | {
                    "app.kubernetes.io/name": name,
                    "app.kubernetes.io/component": "migration" if hook else "service",
                    "app.kubernetes.io/part-of": "nationgraph",
                    "app.kubernetes.io/managed-by": "Helm",
                    "nationgraph.io/tier": one.service.tier,
                    "nationgraph.io/team": one.service.owner,
                }
                == metadata["labels"]
            )
    assert {item.service for item in rendered(environment)} == set(deployed)


def test_image_is_the_digest_of_the_environments_line() -> None:
    """Of one registry for all, and never a tag."""
    version = load_catalog().versions["production"]["billing"]
    (container,) = of("production", "billing", "Deployment").body["spec"]["template"]["spec"]["containers"]
    assert re.fullmatch(rf"\d{{12}}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/billing@{version.image}", container["image"])


def test_sandbox_runs_what_dev_runs_with_its_own_network() -> None:
    """Versions are those it follows, addresses its own."""
    blocks = [str(of(name, "billing", "NetworkPolicy").body["spec"]["egress"]) for name in ("sandbox", "dev")]
    assert "10.0.144.0/23" in blocks[0]
    assert "10.1.144.0/23" in blocks[1]
    images = [str(of(name, "billing", "Deployment").text.split("image: ")[1].split()[0]) for name in ("sandbox", "dev")]
    assert images[0] == images[1]


def test_lint_is_strict_and_names_the_file(charts: Path) -> None:
    """All values of an environment pass; one that is wrong is named with its key, with all others at once."""
    assert lint("dev") == len(load_catalog().versions["dev"])
    for name in ("auth", "billing"):
        path = charts / "values" / "dev" / f"{name}.yaml"
        path.write_text(path.read_text().replace("shutdownSeconds: 30", "shutdownSeconds: soon"))
    for action in (lint, render):
        with pytest.raises(FileError) as refused:
            action("dev", charts)
        assert [Path(problem.file).name for problem in refused.value.problems] == ["auth.yaml", "billing.yaml"]
        assert "/shutdownSeconds" in str(refused.value)


def test_what_is_missing_is_named(charts: Path) -> None:
    """Values that nobody generated, and a chart that is not there, all at once."""
    (charts / "values" / "dev" / "web.yaml").unlink()
    versions = charts / "versions" / "dev.yaml"
    versions.write_text(versions.read_text().replace("chart: 1.0.0", "chart: 9.9.9", 1))
    with pytest.raises(FileError) as refused:
        render("dev", charts)
    said = str(refused.value)
    assert "service/9.9.9/Chart.yaml: is not there, and auth needs it" in said
    assert "values/dev/web.yaml: is not there, and web needs it; fix: run make charts" in said
    versions.write_text("- {service: auth}\n")
    with pytest.raises(FileError, match="chart"):
        render("dev", charts)


def test_program_writes_one_file_a_service(tmp_path: Path, capsys: pytest.CaptureFixture[str], charts: Path) -> None:
    """Which read back as the objects that were rendered; a fault by schema is exit code 1."""
    assert program.main(["--environment", "staging", "--output", str(tmp_path / "out")]) == 0
    assert "staging: 10 services, 61 objects, 0 faults by schema" in capsys.readouterr().out
    files = sorted((tmp_path / "out" / "staging").iterdir())
    read = [body for path in files for body in yaml.safe_load_all(path.read_text()) if body]
    assert read == [one.body for one in rendered("staging")]
    template = charts / "service" / "1.0.0" / "templates" / "service.yaml"
    template.write_text(template.read_text().replace("type: ClusterIP", "tipe: ClusterIP"))
    assert program.main(["--environment", "staging", "--charts", str(charts)]) == 1
    assert "tipe" in capsys.readouterr().err
    (charts / "versions" / "staging.yaml").unlink()
    assert program.main(["--environment", "staging", "--charts", str(charts)]) == 1


def test_program_compares_with_other_charts(capsys: pytest.CaptureFixture[str], charts: Path) -> None:
    """What becomes an orphan stands before the objects; the count goes to the other stream."""
    versions = charts / "versions" / "staging.yaml"
    lines = versions.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("- ") or "service: auth," in line]
    versions.write_text("".join(kept))
    arguments = ["--environment", "staging", "--charts", str(charts), "--against"]
    assert program.main([*arguments, str(CHARTS)]) == 0
    captured = capsys.readouterr()
    gone = sorted(set(load_catalog().versions["staging"]) - {"auth"})
    assert captured.out.startswith("### staging: ")
    assert f"#### Orphans: {len(gone)} services of those that run here" in captured.out
    assert captured.out.index(f"- `{gone[-1]}`: its line is gone") < captured.out.index("<details>")
    assert captured.err.startswith("staging: 1 services")
    assert program.main([*arguments, str(charts)]) == 0
    assert capsys.readouterr().out == "### staging: no object differs\n"
