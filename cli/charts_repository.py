"""Folders that become repositories of their own: ``charts/`` and ``migrations/``."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from cli.output import refuse, say
from lib.yaml_file import ROOT

CHARTS: Final = ROOT / "charts"
MIGRATIONS: Final = ROOT / "migrations"
HOLDS: Final = {CHARTS: "charts, values and versions", MIGRATIONS: "steps, roles and runner"}
"""By folder: what the first commit's message says of it."""
MARK: Final = "nationgraph.exported"
"""In the configuration of an exported repository: it may be replaced by another export."""
AUTHOR: Final = {"NAME": "NationGraph platform", "EMAIL": "platform@nationgraph.example"}
UNPINNED: Final = "0" * 40
"""Stands in the workflows for the commit of this repository whose action they run; an export writes the real one."""


class NotExportedError(ValueError):
    """Nothing was written; the message says why and what to do."""


def git(folder: Path, *arguments: str) -> str:
    """Git without the user's configuration, hooks and signing keys; what it printed. RuntimeError where it fails."""
    people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in AUTHOR.items()}
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env = {**own, **people, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(["git", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git {arguments[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout.strip()


def export(target: Path, seed: Path = CHARTS) -> str:
    """Make ``target`` a repository with ``seed`` as its root and one commit on ``main``; the commit.

    An earlier export is replaced, with its history. Raises ``NotExportedError`` where the folder holds anything else,
    ``RuntimeError`` where git fails.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise NotExportedError(f"{target} is no folder; name one that is empty or not there yet")
    if target.is_dir() and any(target.iterdir()) and not _exported(target):
        raise NotExportedError(f"{target} holds something that no export wrote; name an empty folder, or a new one")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(seed, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    source = _commit(seed)
    for path in sorted((target / ".github").rglob("*.yml")):
        path.write_text(path.read_text(encoding="utf-8").replace(UNPINNED, source or UNPINNED), encoding="utf-8")
    git(target, "init", "--quiet", "--initial-branch", "main")
    git(target, "config", MARK, "true")
    git(target, "add", "--all")
    words = f"feat: {HOLDS.get(seed, 'files')} of {source or 'the platform'}"
    git(target, "commit", "--quiet", "--message", words)
    return git(target, "rev-parse", "HEAD")


def command(name: str, output: Path | None, seed: Path, repository: str) -> int:
    """What a command of that name does; 2, and nothing is written, where the folder holds something else."""
    if output is None:
        return refuse(f"{name}: OUTPUT not given; write make {name} OUTPUT=../{repository}")
    try:
        commit = export(output.absolute(), seed)
    except NotExportedError as error:
        return refuse(f"{name}: {error}")
    say(f"exported to {output}: commit {commit[:12]} on main")
    return 0


def _exported(folder: Path) -> bool:
    """By its own configuration: a folder inside some repository is not it."""
    if not (folder / ".git").is_dir():
        return False
    try:
        return git(folder, "config", "--local", "--get", MARK) == "true"
    except RuntimeError:
        return False


def _commit(seed: Path) -> str:
    """The commit of the clone in which the folder lies; empty where there is none."""
    try:
        return git(seed, "rev-parse", "HEAD")
    except (RuntimeError, OSError):
        return ""
