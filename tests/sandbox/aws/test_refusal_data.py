"""The data of the refusals: each file says where it comes from, and what is derived is as its package has it."""

import json
import re
import subprocess

import pytest

from sandbox.aws.refusals.check import DATA
from tests.e2e.support.programs import programs
from tests.sandbox.aws.support.refusal_data import DERIVED, text_of


@pytest.mark.parametrize("name", DERIVED)
def test_derived_files_are_what_the_installed_package_says(name: str) -> None:
    """Whoever upgrades the package writes the file anew: ``python -m tests.sandbox.aws.support.refusal_data``."""
    assert (DATA / name).read_text() == text_of(DERIVED[name]())


def test_every_file_names_its_source() -> None:
    """A row each, with the day of what is not derived; no row for what is gone."""
    table = re.findall(r"^\| `(\w+\.json)` \| .+ \| .+ \| (.+) \|$", (DATA / "README.md").read_text(), re.MULTILINE)
    assert sorted(name for name, _ in table) == sorted(path.name for path in DATA.glob("*.json"))
    dated = {name for name, day in table if re.fullmatch(r"\d{4}-\d\d-\d\d", day)}
    assert dated == {name for name, _ in table} - set(DERIVED)


def test_the_parameters_are_of_forms_that_the_check_reads() -> None:
    """When they apply, their type, and the range or the words that are allowed."""
    form = r"(dynamic|static|fixed) (bool|string|integer|real|enum|list)( \S.*)?"
    parameters = json.loads((DATA / "postgres_parameters.json").read_text())
    assert [name for name, spec in parameters.items() if not re.fullmatch(form, spec)] == []


def test_the_parameters_are_those_of_postgresql() -> None:
    """Each parameter of the server here is listed, with its type; ranges differ between versions and are not judged."""
    described = subprocess.run(
        [programs() / "postgres", "--describe-config"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    types = {row[0].lower(): row[3].lower() for row in (line.split("\t") for line in described.splitlines())}
    parameters = json.loads((DATA / "postgres_parameters.json").read_text())
    listed = {name: spec.split(" ")[1] for name, spec in parameters.items()}
    known = {"bool": "boolean", "list": "string"}
    assert {name: known.get(listed[name], listed[name]) for name in types} == types
