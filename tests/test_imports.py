"""Data flows one way: each room imports what DESIGN allows it, and a line that breaks it is named."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from lib.yaml_file import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the hook says of a tree."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_every_room_has_a_contract() -> None:
    """All packages of the project are looked at; only the command line may import any of them."""
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert {*SETTINGS["root_packages"]} == rooms
    bound = {module for contract in SETTINGS["contracts"] for module in contract["source_modules"]}
    assert bound == rooms - {"cli"}


def test_contracts_hold() -> None:
    """The tree as it is."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_line_against_the_flow_is_named(tmp_path: Path) -> None:
    """A component that reads a model breaks its contract, and the message names the module and the line."""
    for room in SETTINGS["root_packages"]:
        shutil.copytree(
            ROOT / room,
            tmp_path / room,
            ignore=lambda _, names: [n for n in names if n.endswith((".txt", ".pem", ".pyc"))],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "components" / "alerts" / "alerts.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nimport models.people\n", encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "components.alerts.alerts -> models.people" in done.stdout
