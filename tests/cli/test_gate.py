"""Whose pack judges, and which files of a tree it judges by."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import gate
from cli.target import PACK, ROOT, TargetError
from tests.cli.support.programs import FakeEngine

IMPORTS = """
import sys
from models.roadmap.waiver import load_waivers
from policy.core import due, engine, pack, snapshot
engine.load_rules(), due.load_due_dates(), load_waivers()
print("\\n".join(path for module in [*sys.modules.values()] if (path := getattr(module, "__file__", None))))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Another tree with the same rules."""
    for name in gate.READ:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    return tmp_path


def _update(result: str, head: str | None) -> dict[str, object]:
    return {"kind": "update", "result": result, "environment": {} if head is None else {"git.head": head}}


def test_all_that_a_pack_imports_counts_as_rules() -> None:
    """A change of anything else cannot change a verdict."""
    said = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    outside = Path(sys.prefix), ROOT / ".venv"
    own = {Path(line) for line in said.splitlines() if Path(line).is_relative_to(ROOT)}
    imported = {path.relative_to(ROOT) for path in own if not any(path.is_relative_to(place) for place in outside)}
    assert imported
    assert [path for path in imported if not any(path.is_relative_to(name) for name in gate.READ)] == []


@pytest.mark.parametrize(
    "changed",
    [
        "roadmap/waivers.yaml",
        "roadmap/clauses.yaml",
        "policy/facts/props.py",
        "lib/urn.py",
        "models/people.py",
        "catalog/access.yaml",
    ],
)
def test_another_file_is_another_set_of_rules(tree: Path, engine: FakeEngine, changed: str) -> None:
    """Equal trees are equal; a line more in one of these is not, nor is a file that is gone."""
    chosen = gate.pack(engine.target(), str(tree))
    assert chosen == ("--policy-pack", str(tree / "policy"))
    assert not gate.brings_rules(chosen)
    with (tree / changed).open("a") as file:
        file.write("\n")
    assert gate.brings_rules(chosen)
    shutil.copy(ROOT / changed, tree / changed)
    assert not gate.brings_rules(chosen)
    (tree / changed).unlink()
    assert gate.brings_rules(chosen)


def test_without_a_choice_the_tree_judges_itself(engine: FakeEngine) -> None:
    """No second run is needed."""
    assert gate.pack(engine.target(), "") == PACK
    assert not gate.brings_rules(PACK)


def test_a_folder_without_a_pack(engine: FakeEngine, tmp_path: Path) -> None:
    """The message names the folder and what belongs there."""
    with pytest.raises(TargetError, match=re.escape(f"{tmp_path / 'policy'} holds no policy pack; check out there")):
        gate.pack(engine.target(), str(tmp_path))


def test_before_the_first_deployment_the_tree_judges_itself(engine: FakeEngine) -> None:
    """A deployment that failed, or was a destruction, is none."""
    for updates in ([], [_update("failed", "abc"), {**_update("succeeded", "abc"), "kind": "destroy"}]):
        engine.answer("stack history", json.dumps(updates))
        assert gate.pack(engine.target(), gate.DEPLOYED) == PACK


@pytest.mark.parametrize(
    ("stdout", "code", "said"),
    [
        (json.dumps([_update("succeeded", None)]), 0, "names no commit"),
        (json.dumps([_update("succeeded", "0" * 40)]), 0, f"{'0' * 40} was deployed last; fetch the whole history"),
        ("", 255, "the history of dev cannot be read"),
    ],
)
def test_a_last_deployment_that_nobody_knows(engine: FakeEngine, stdout: str, code: int, said: str) -> None:
    """Nothing is judged by rules that were guessed."""
    engine.answer("stack history", stdout, code=code)
    with pytest.raises(TargetError, match=re.escape(said)):
        gate.pack(engine.target(), gate.DEPLOYED)
