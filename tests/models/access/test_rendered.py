"""The roles' SQL beside the migrations: what is stale is said, and written; a model that is wrong writes nothing."""

import shutil
from pathlib import Path

import pytest

from lib.problems import FileError, Problem
from models.access import rendered
from models.access.database_roles import sql
from models.access.loader import load_access


def test_each_environment_has_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Written where it is missing or edited; with ``--check`` it is named and stays."""
    (tmp_path / "migrations" / "core").mkdir(parents=True)
    assert rendered.main(["--check"], tmp_path) == 1
    assert "migrations/core/roles/dev.sql is out of date; run python -m models.access.rendered" in (
        capsys.readouterr().err
    )
    assert rendered.main([], tmp_path) == 0
    path = tmp_path / "migrations" / "core" / "roles" / "dev.sql"
    assert path.read_text(encoding="utf-8") == sql(load_access().for_environment("dev"), "core-database")
    path.write_text("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC")
    assert rendered.main(["--check"], tmp_path) == 1
    assert rendered.main([], tmp_path) == 0
    assert rendered.main(["--check"], tmp_path) == 0
    shutil.rmtree(tmp_path / "migrations")
    assert list(rendered.rendered(load_access(), tmp_path)) == []


def test_a_wrong_model_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With its file."""

    def wrong() -> None:
        raise FileError([Problem(file="catalog/access.yaml", key="groups", why="is wrong", fix="mend it")])

    monkeypatch.setattr(rendered, "load_access", wrong)
    assert rendered.main([]) == 1
    assert "catalog/access.yaml" in capsys.readouterr().err
