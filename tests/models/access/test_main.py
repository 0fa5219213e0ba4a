"""The command that prints the roles of a database."""

import datetime as dt

import pytest

from lib.problems import FileError, Problem
from models.access import __main__ as command
from models.access.database_roles import sql
from models.access.loader import load_access


def test_it_prints_the_statement_of_one_environment(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else, so that it can be piped into psql; another schema can be named."""
    assert command.main(["production", "core-database"]) == 0
    access = load_access().for_environment("production")
    assert capsys.readouterr().out == sql(access, "core-database")
    assert command.main(["production", "core-database", "--schema", "shop"]) == 0
    assert "target CONSTANT text := 'shop';" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["prod", "core-database"], ["production", "grafana"]])
def test_wrong_arguments_are_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A stack or a database that does not exist ends it with the choices."""
    with pytest.raises(SystemExit, match="2"):
        command.main(arguments)
    assert "python -m models.access" in capsys.readouterr().err


def test_a_wrong_model_prints_its_problems(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And no statement."""

    def refuse(today: dt.date | None = None) -> None:
        problem = Problem(file="access.yaml", line=7, key="grants.0", value="x", why="is wrong", fix="repair it")
        raise FileError([problem])

    monkeypatch.setattr(command, "load_access", refuse)
    assert command.main(["production", "core-database"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "access.yaml:7: grants.0: 'x': is wrong; fix: repair it\n")
