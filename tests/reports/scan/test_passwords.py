"""The hook finds a secret in values and in comments, names file and line, and does not show it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lib.yaml_file import ROOT
from tests.reports.scan.support.planted import SECRETS, git, repository

KEY = SECRETS["AWS access key"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("settings.yaml", f"# {KEY}"),
        ("settings.yaml", f"owner: platform # {KEY}"),
        ("deep/er.yml", f"  # key: {KEY}"),
        ("settings.yaml", f"owner: {KEY}"),
        ("notes.md", KEY),
    ],
)
def test_secret_is_named_by_file_and_line(tmp_path: Path, name: str, line: str) -> None:
    """Wherever it stands on the line."""
    root = repository(tmp_path / "planted")
    shutil.copy(ROOT / ".secrets.baseline", root)
    git(root, "add", ".secrets.baseline")  # what is not staged would be refused as changed
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# first\n{line}\nlast: 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "reports.scan.passwords", name]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert f"{name}:2" in done.stdout
    assert KEY not in done.stdout + done.stderr
