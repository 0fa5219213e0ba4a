"""The editors' schema of access.yaml: fresh, right about the real file, and strict."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from models.access import schema as module
from models.access.loader import ACCESS
from models.access.schema import main, schema


def real() -> Any:
    """The company's file as an editor sees it: dates are text."""
    return _typed(yaml.safe_load(ACCESS.read_text(encoding="utf-8")))


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return value if isinstance(value, str | int) else str(value)


def test_the_check_covers_schema_and_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both as committed pass; a wrong file fails with its problems."""
    assert main(["--check"]) == 0
    wrong = tmp_path / "access.yaml"
    wrong.write_text(ACCESS.read_text(encoding="utf-8").replace("group: data", "group: date"), encoding="utf-8")
    assert main(["--check"], access=wrong) == 1
    assert "access.yaml:" in capsys.readouterr().err


def test_a_stale_schema_fails_the_check_and_is_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check fails on an absent or another schema, and passes once it is written."""
    monkeypatch.setattr(module, "PATH", tmp_path / "access.schema.json")
    assert main(["--check"]) == 1
    (tmp_path / "access.schema.json").write_text("{}\n")
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_the_schema_is_valid_and_so_is_the_real_file() -> None:
    """It is JSON Schema of the draft that it names, and marks nothing in a file that loads."""
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(real())


@pytest.mark.parametrize(
    ("section", "name", "key", "value"),
    [
        ("groups", "ci", "kind", "robots"),
        ("groups", "data", "members", ["edgar"]),
        ("groups", "data", "manager", "edgar@nationgraph.example"),
        ("groups", "Data", None, {"kind": "machines", "description": "x"}),
        ("resources", "grafana", "ports", ["443"]),
        ("resources", "grafana", "ports", []),
        ("resources", "grafana", "ports", [70000]),
        ("resources", "grafana", "reached", "internet"),
        ("grants", 0, "role", "admin"),
        ("grants", 0, "environments", ["prod"]),
        ("grants", 0, "purpose", ""),
        ("grants", 0, "why", "x"),
    ],
)
def test_a_wrong_value_is_marked(section: str, name: Any, key: str | None, value: Any) -> None:
    """What one value shows to be wrong, the editor shows."""
    edited = copy.deepcopy(real())
    if key is None:
        edited[section][name] = value
    else:
        edited[section][name][key] = value
    (error,) = Draft202012Validator(schema()).iter_errors(edited)
    assert error.json_path.startswith(f"$.{section}")
