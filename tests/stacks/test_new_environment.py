"""Every reader takes a new environment from the table; layers and rules do too: docs/how-to/add-an-environment.md."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lib.yaml_file import ROOT

LEFT = shutil.ignore_patterns(".*", "__pycache__", "e2e", "node_modules")
STACK = (
    ("111122223333", "121212121212"),
    ("10.1.0.0/16", "10.9.0.0/16"),
    ("tailnet: dev.", "tailnet: qa."),
    ("+dev@", "+qa@"),
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the environment ``qa``: the row and the file of dev, with other values."""
    folder = tmp_path_factory.mktemp("clone") / "platform"
    shutil.copytree(ROOT, folder, ignore=LEFT)
    table = folder / "stacks" / "environments.py"
    rows = re.search(r'        "dev": Environment\(.*?\n        \),\n', table.read_text(encoding="utf-8"), re.DOTALL)
    assert rows
    row = rows[0]
    table.write_text(
        table.read_text(encoding="utf-8").replace(row, row + row.replace('"dev"', '"qa"', 1)), encoding="utf-8"
    )
    text = (folder / "stacks" / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    for before, after in STACK:
        text = text.replace(before, after)
    (folder / "stacks" / "Pulumi.qa.yaml").write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> str:
    """What a module of the copy prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_readers_take_it_everywhere(clone: Path) -> None:
    """In settings, grants, variables and exceptions alike; no other file names environments."""
    for path in (clone / "catalog").glob("*.yaml"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("[sandbox, dev", "[qa, sandbox, dev"), encoding="utf-8"
        )
    run(clone, "models.everything")
    assert "group:engineering" in run(clone, "models.access", "qa", "core-database")
