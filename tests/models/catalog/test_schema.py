"""The editors' schemas of the catalog: fresh, right about the company's files, and strict."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lib.yaml_file import ROOT
from models.catalog.schema import SCHEMAS, main, schema

FILES = {
    "services/service.schema.json": "catalog/services/*.yaml",
    "teams/team.schema.json": "catalog/teams/*.yaml",
    "dependencies/dependency.schema.json": "catalog/dependencies/*.yaml",
    "prices/prices.schema.json": "catalog/prices/*.yaml",
    "prices/usage.schema.json": "catalog/usage.yaml",
    "versions/versions.schema.json": "charts/versions/*.yaml",
}


def test_a_stale_schema_fails_the_check_and_is_rewritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As committed all pass; absent or other ones fail, each by name."""
    assert main(["--check"]) == 0
    assert main(["--check"], folder=tmp_path) == 1
    assert capsys.readouterr().err.count("is stale; run python -m models.catalog.schema") == len(SCHEMAS)
    assert main([], folder=tmp_path) == 0
    assert main(["--check"], folder=tmp_path) == 0
    (tmp_path / "teams/team.schema.json").write_text("{}\n", encoding="utf-8")
    assert main(["--check"], folder=tmp_path) == 1


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_company_s_files_name_their_schema_and_pass(name: str) -> None:
    """Each begins with the way to it, and an editor marks nothing."""
    Draft202012Validator.check_schema(schema(name))
    files = sorted(ROOT.glob(FILES[name]))
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        head = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / head).resolve() == ROOT / "models" / name
        written = json.loads(json.dumps(yaml.safe_load(text), default=str))  # days are text to a schema
        Draft202012Validator(schema(name)).validate(written)


@pytest.mark.parametrize(
    ("name", "way", "value"),
    [
        ("services/service.schema.json", ["tier"], "important"),
        ("services/service.schema.json", ["ports", 0, "port"], 80),
        ("services/service.schema.json", ["ports", 0, "protocol"], "udp"),
        ("services/service.schema.json", ["probes", "readiness", "periodSeconds"], 0),
        ("services/service.schema.json", ["probes", "readiness", "period_seconds"], 5),
        ("services/service.schema.json", ["scaling", "min"], 0),
        ("services/service.schema.json", ["resources", "cpu"], "1"),
        ("services/service.schema.json", ["environments", "sandbox"], {"scaling": {"min": 3}}),
        ("services/service.schema.json", ["dependencies", "services", 0], 7),
        ("services/service.schema.json", ["slos", 0, "objective"], 100),
        ("services/service.schema.json", ["manager"], "ada"),
        ("teams/team.schema.json", ["slack", "channel"], "payments"),
        ("dependencies/dependency.schema.json", ["endpoints", 0, "host"], "https://api.stripe.com"),
        ("versions/versions.schema.json", [0, "image"], "latest"),
        ("versions/versions.schema.json", [0, "chart"], "v1"),
    ],
)
def test_a_wrong_value_is_marked(name: str, way: list[Any], value: Any) -> None:
    """What one value shows to be wrong, the editor shows."""
    files = {"services": "billing", "teams": "payments", "dependencies": "stripe", "versions": "dev"}
    kind = name.partition("/")[0]
    path = next(path for path in ROOT.glob(FILES[name]) if path.stem == files[kind])
    edited = copy.deepcopy(yaml.safe_load(path.read_text(encoding="utf-8")))
    at = edited
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = value
    (error,) = Draft202012Validator(schema(name)).iter_errors(edited)
    assert error.json_path.startswith("$")
