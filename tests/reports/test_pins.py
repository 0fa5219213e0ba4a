"""What is pinned, and since when it is out."""

import datetime as dt
import tomllib
from pathlib import Path

import yaml

from lib.yaml_file import ROOT
from reports.pins import PYTHON, Pin, canonical, pins

PINS = pins(ROOT)


def test_every_dependency_of_the_project_is_a_pin_with_its_day() -> None:
    """By the version that the lock has; the day is that of PyPI."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {canonical(text) for text in project["project"]["dependencies"]}
    found = {pin.name: pin for pin in PINS if pin.kind == PYTHON}
    assert wanted <= set(found)
    assert all(pin.released for pin in found.values())
    jinja = found["jinja2"]
    assert (jinja.version, jinja.released) == ("3.1.6", dt.date(2025, 3, 5))


def test_tools_modules_packages_and_actions_are_pins() -> None:
    """Each kind, from the files that pin them, and each once."""
    assert {pin.kind for pin in PINS} == {PYTHON, "Go module", "npm package", "program", "action"}
    programs = yaml.safe_load((ROOT / "toolchain" / "releases.yaml").read_text(encoding="utf-8"))
    assert {pin.name for pin in PINS if pin.kind == "program"} == set(programs)
    assert [pin for pin in PINS if pin.name == "actions/checkout"] == [
        Pin(kind="action", name="actions/checkout", version="v7.0.1", file=".github/workflows")
    ]
    assert len(PINS) == len(set(PINS))


def test_every_module_that_is_required_itself_is_a_pin() -> None:
    """Not those that others bring, and a commit without a tag has its day."""
    for path in ROOT.glob("toolchain/go/*/go.mod"):
        lines = path.read_text(encoding="utf-8").splitlines()
        direct = [line for line in lines if line.startswith(("require ", "\t")) and "// indirect" not in line]
        file = path.relative_to(ROOT).as_posix()
        own = [pin for pin in PINS if pin.file == file]
        assert {pin.name for pin in own} <= {word for line in lines for word in line.split()}
        assert all(any(pin.version in line for line in direct) for pin in own), path
    dated = [pin for pin in PINS if pin.kind == "Go module" and pin.released]
    assert all(pin.version.split("-")[-2][-14:-6] == f"{pin.released:%Y%m%d}" for pin in dated)


def test_names_are_compared_as_pypi_does() -> None:
    """Extras, markers and versions are no part of them."""
    assert canonical("Moto[server]==5.2.5") == "moto"
    assert canonical("types_PyYAML") == "types-pyyaml"
    assert canonical("setuptools<81") == "setuptools"


def test_an_age_that_nobody_knows_is_none() -> None:
    """And is not taken as new."""
    pin = Pin(kind="action", name="a/b", version="v1", file=".github/workflows")
    assert pin.age(dt.date(2026, 11, 29)) is None


def test_a_repository_without_tools_has_no_pins_of_them(tmp_path: Path) -> None:
    """Only what its project names."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["a==1", "gone==2"]\n')
    (tmp_path / "uv.lock").write_text('[[package]]\nname = "a"\nversion = "1"\n')
    (tmp_path / "toolchain").mkdir()
    (tmp_path / "toolchain" / "releases.yaml").write_text("{}")
    assert pins(tmp_path) == (Pin(kind=PYTHON, name="a", version="1", file="pyproject.toml"),)
