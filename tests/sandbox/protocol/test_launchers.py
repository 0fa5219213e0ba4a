"""What the engine starts of ours, wherever the clone lies."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.protocol import launchers


@pytest.mark.parametrize("name", ["$HOME", "%20", "#q", "?", "a b", "it's", "`id`", '"', "$(id)", "\\", "Über"])
def test_no_text_of_a_path_is_read_by_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The interpreter and the checkout are found, and words are passed on as they are."""
    clone = tmp_path / name
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s|" "$PYTHONPATH" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(launchers, "ROOT", clone)
    monkeypatch.setattr(sys, "executable", str(python))
    launchers.write(clone / "folder")
    for path in (clone / "folder").rglob("pulumi-*"):
        if path.is_file():
            said = subprocess.run([path, "127.0.0.1:1", "$x y"], capture_output=True, text=True, check=True).stdout
            root, flag, module, *words = said.rstrip("|").split("|")
            assert (root, flag, words) == (str(clone), "-m", ["127.0.0.1:1", "$x y"])
            assert module.startswith("sandbox.")
