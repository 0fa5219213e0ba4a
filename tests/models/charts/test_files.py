"""Generated files are what the catalog says; whoever changed one by hand, or forgot to write one, is told."""

import shutil
from pathlib import Path

import pytest

from lib.yaml_file import ROOT
from models.charts import __main__ as program
from models.charts import files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone with what is read, free to break."""
    for name in ("catalog", "charts", "docs/runbooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "stacks").mkdir()
    for path in (ROOT / "stacks").glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path / "stacks")
    return tmp_path


def test_files_of_this_repository_are_fresh() -> None:
    """Every environment, every service."""
    assert files.stale() == []
    assert len(files.texts()) == len(list((ROOT / "charts" / "values").rglob("*.yaml")))


def test_what_is_stale_is_named_and_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Changed, missing, and of a service that is gone; --check writes nothing."""
    values = root / "charts" / "values" / "dev"
    (values / "auth.yaml").write_text("x: 1\n")
    (values / "web.yaml").unlink()
    (values / "gone.yaml").write_text("x: 1\n")
    assert program.main(["--check"], root) == 1
    said = capsys.readouterr().err
    for name in ("auth", "web", "gone"):
        assert f"charts/values/dev/{name}.yaml: is not what the catalog says; run make charts" in said
    assert not (values / "web.yaml").exists()
    assert program.main([], root) == 0
    assert capsys.readouterr().out.count("written") == 3
    assert not (values / "gone.yaml").exists()
    assert program.main(["--check"], root) == 0


def test_a_changed_release_and_a_chart_that_is_not_released_are_errors(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where every generated file is fresh."""
    shutil.copytree(root / "charts" / "service" / "1.0.0", root / "charts" / "service" / "1.1.1")
    versions = root / "charts" / "versions" / "dev.yaml"
    versions.write_text(versions.read_text().replace("chart: 1.0.0", "chart: 1.1.1", 1))
    (root / "charts" / "service" / "1.0.0" / "values.yaml").write_text("replicas: 3\n")
    assert program.main(["--check"], root) == 1
    said = capsys.readouterr().err
    assert "1.0.0/values.yaml: was changed in version 1.0.0" in said
    assert "dev.yaml:4: 0.chart: '1.1.1': is not released" in said


def test_wrong_data_are_said_and_nothing_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the readers of catalog and settings."""
    before = (root / "charts" / "values" / "dev" / "auth.yaml").read_text()
    path = root / "catalog" / "services" / "auth.yaml"
    path.write_text(path.read_text().replace("tier: core", "tier: kore"))
    assert program.main([], root) == 1
    assert "kore" in capsys.readouterr().err
    assert (root / "charts" / "values" / "dev" / "auth.yaml").read_text() == before
