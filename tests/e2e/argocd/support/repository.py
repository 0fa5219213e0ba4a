"""The repository of charts as the laboratory serves it: the clone's own charts, and one that is small."""

import shutil
from collections.abc import Callable
from pathlib import Path

from cli.charts_repository import export, git

NAME = "nationgraph/nationgraph-services"
URL = f"https://github.com/{NAME}.git"
VERSIONS = Path("versions") / "dev.yaml"
SMALL = "small"
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\n",
    "templates/service.yaml": (
        "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\nspec: {ports: [{port: 80}]}\n"
    ),
}
"""What stands for a service where only its existence counts."""


class Repository:
    """A bare repository below ``served``, and a clone in which commits are made."""

    def __init__(self, served: Path, work: Path) -> None:
        self.bare = served / f"{NAME}.git"
        self.work = work
        self.bare.parent.mkdir(parents=True, exist_ok=True)
        export(work)
        for name, text in CHART.items():
            path = work / SMALL / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message", "test: a small chart")
        git(work, "clone", "--quiet", "--bare", str(work), str(self.bare))
        git(work, "remote", "add", "origin", str(self.bare))

    def commit(self, change: Callable[[Path], object]) -> str:
        """What ``change`` makes of the clone, on main; the commit."""
        change(self.work)
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--allow-empty", "--message", "test: a change")
        git(self.work, "push", "--quiet", "origin", "main")
        return git(self.work, "rev-parse", "HEAD")

    def revert(self, commit: str) -> str:
        """The tree of an earlier commit, as a new one."""
        git(self.work, "rm", "-r", "--quiet", "--ignore-unmatch", ".")
        git(self.work, "checkout", commit, "--", ".")
        return self.commit(lambda _: None)

    @property
    def head(self) -> str:
        """The newest commit."""
        return git(self.work, "rev-parse", "HEAD")

    def rename(self) -> None:
        """Nobody finds it under its name."""
        shutil.move(self.bare, self.bare.with_name("renamed.git"))

    def rename_back(self) -> None:
        """Everybody does."""
        shutil.move(self.bare.with_name("renamed.git"), self.bare)
