"""Whoever follows a how-to word for word gets what it promises."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.how_to.support.pages import Page
from tests.support.depth import sampled
from tests.test_documents import ROOT, TRACKED

FOLDER = ROOT / "docs" / "how-to"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
FOLLOWED = [path for path in PAGES if Page(path).commands()]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository's files as they are, and as Python has compiled them, without its history."""
    root = tmp_path / "platform"
    for name in TRACKED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    for compiled in {(ROOT / name).parent / "__pycache__" for name in TRACKED}:
        if compiled.is_dir():
            shutil.copytree(compiled, root / compiled.relative_to(ROOT))
    for words in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(words, cwd=root, check=True)
    return root


@sampled(4)
@pytest.mark.parametrize("path", FOLLOWED, ids=lambda path: path.stem)
def test_following_the_page_works(path: Path, copy: Path) -> None:
    """Every edit fits, every command that the page runs ends well, and linters have nothing to say."""
    page = Page(path)
    before = {name for name in copy.rglob("*") if name.is_file()}
    page.follow(copy)
    environment = {**os.environ, "PYTHONPATH": str(copy), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    made = [str(name) for name in copy.rglob("*.py") if name not in before]
    lint = ["ruff check --quiet " + " ".join(made), "ruff format --check --quiet " + " ".join(made)] if made else []
    for command in [*lint, *page.commands()]:
        done = subprocess.run(
            ["sh", "-c", command], cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"


def test_every_page_is_followed() -> None:
    """A page that runs nothing here names the test that follows it."""
    for path in set(PAGES) - set(FOLLOWED):
        (test,) = re.findall(r"`(tests/\S+\.py)` follows this page", path.read_text(encoding="utf-8"))
        assert path.name in (ROOT / test).read_text(encoding="utf-8")


def test_the_index_lists_every_page() -> None:
    """A page that the index leaves out is not found."""
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in PAGES if f"({path.name})" not in index] == []


@pytest.mark.parametrize(
    ("lead", "reason"),
    [
        ("Create `README.md`", "exists already"),
        ("In `README.md`, below `no such line`", "0 lines"),
        ("In `README.md`, above `no such line`", "0 lines"),
        ("In `README.md`, instead of `no such text`", "0 times"),
        ("Then write", "says not where"),
    ],
)
def test_a_block_that_cannot_go_where_it_says_is_refused(lead: str, reason: str, tmp_path: Path) -> None:
    """A page that no longer fits the tree fails by name of the block."""
    (tmp_path / "README.md").write_text("# Title\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(f"{lead}:\n\n```text\nline\n```\n", encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        Page(page).follow(tmp_path)
