"""A command is one file: Makefile, help and documents find it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli import documents, registry
from cli.target import ROOT

COMMANDS = registry.commands()


def make(*words: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Make as people call it; a recipe's interpreter prints what the commands would get instead of running them."""
    if shutil.which("make") is None:
        pytest.fail("make is a tool of this repository; install it")
    show = 'RUN=env printf "%s\\n" "$$STACK" "$$FORMAT"'
    variables = {**os.environ, "MAKEFLAGS": "", **environment}
    command = ["make", "-s", "-o", ".venv/synced", *words, show]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_file_says_what_it_is(command: registry.Command) -> None:
    """One line of help without a full stop, a group, and a function that returns the exit code."""
    assert command.summary
    assert not command.summary.endswith(".")
    assert command.run.__annotations__["return"] is int
    assert command.load().__doc__.splitlines()[0] == command.summary


def test_help_of_make_names_every_command_once() -> None:
    """With its summary, below its group, in the order of the tables."""
    said = make("help").stdout.splitlines()
    assert said == [
        line
        for group in registry.GROUPS
        for line in (
            group,
            *(f"  make {c.name:<16} {c.summary}" for c in COMMANDS if c.group == group),
        )
    ]


def test_a_new_file_is_a_command(tmp_path: Path) -> None:
    """Nothing else is edited: make runs it, and help and tables have it."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "cli" / "commands").mkdir(parents=True)
    (tmp_path / "cli" / "commands" / "fire_drill.py").write_text('"""rehearse an incident"""\n\nGROUP = "Look"\n')
    assert make("fire-drill", folder=tmp_path).returncode == 0
    assert make("help", folder=tmp_path).stdout == "Look\n  make fire-drill       rehearse an incident\n"
    (found,) = registry.commands(tmp_path / "cli" / "commands")
    assert "| Look | `make fire-drill` | rehearse an incident |" in documents.table([found])


@pytest.mark.parametrize("text", ["dev;id", "$(shell touch pwned)", "`touch pwned`", "$HOME", "a'b\"c", "%s # ?"])
@pytest.mark.parametrize("by", ["environment", "word"])
def test_text_of_variables_reaches_no_shell(tmp_path: Path, text: str, by: str) -> None:
    """It arrives as it was typed, whether it stood before or behind ``make``."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "cli" / "commands").mkdir(parents=True)
    (tmp_path / "cli" / "commands" / "up.py").touch()
    given = {"STACK": text, "FORMAT": text}
    words = [f"{name}={value}" for name, value in given.items()] if by == "word" else []
    said = make("up", *words, folder=tmp_path, **({} if words else given))
    assert said.stdout.splitlines()[:2] == [text, text]
    assert not (tmp_path / "pwned").exists()


def test_documents_are_fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The committed tables are what the commands say; a stale one is named, then written."""
    assert documents.main(["--check"]) == 0
    for name in documents.DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("| `make up` |", "| `make gone` |"), encoding="utf-8")
    assert documents.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err.count("is out of date; run python -m cli.documents") == len(documents.DOCUMENTS)
    assert documents.main([], tmp_path) == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_environment_is_synced_where_it_is_not_what_is_locked(tmp_path: Path) -> None:
    """A new clone, a sync that was interrupted, another lock, an interpreter that is gone; else nothing is done."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "cli" / "commands").mkdir(parents=True)
    (tmp_path / "cli" / "commands" / "up.py").touch()
    for name in ("pyproject.toml", "uv.lock"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    python, synced = tmp_path / ".venv" / "bin" / "python", tmp_path / ".venv" / "synced"

    def syncs() -> bool:
        command = ["make", "-n", "--no-print-directory", "up"]
        variables = {**os.environ, "MAKEFLAGS": ""}
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == ".venv/bin/python -m cli up"
        return "toolchain/uv.sh --check sync" in done.stdout

    assert syncs()
    python.parent.mkdir(parents=True)
    python.symlink_to(tmp_path / "interpreter")
    (tmp_path / "interpreter").touch()
    os.utime(tmp_path / "interpreter", (1_000_000_000, 1_000_000_000))
    assert syncs()
    synced.touch()
    assert not syncs()
    os.utime(tmp_path / "uv.lock")
    os.utime(synced, (1_500_000_000, 1_500_000_000))
    assert syncs()
    synced.touch()
    (tmp_path / "interpreter").unlink()
    assert syncs()
