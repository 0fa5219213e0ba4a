"""Copies of the real stack files, to break one setting at a time."""

import re
import shutil
from pathlib import Path

import pytest

from stacks.errors import SettingsError
from stacks.files import FOLDER
from stacks.settings import load_file


class StackFolder:
    """The four stack files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        for source in FOLDER.glob("Pulumi.*.yaml"):
            shutil.copy(source, folder)
        self.folder = folder

    def path(self, stack: str) -> Path:
        """The file of a stack."""
        return self.folder / f"Pulumi.{stack}.yaml"

    def line(self, stack: str, key: str) -> int:
        """The line of a key, counted from 1."""
        lines = self.path(stack).read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(f"{key}:"))

    def set(self, stack: str, key: str, value: str | None) -> int:
        """Give a key another value (YAML text), add it at the end, or remove it with None. Returns its line."""
        path = self.path(stack)
        text = path.read_text()
        entry = re.compile(rf"^  {re.escape(key)}: .*\n", re.MULTILINE)
        if value is None:
            path.write_text(entry.sub("", text))
            return self.line(stack, "config")
        new = f"  {key}: {value}\n"
        path.write_text(entry.sub(lambda _: new, text) if entry.search(text) else text + new)
        return self.line(stack, key)

    def problems(self, stack: str) -> list[str]:
        """Each line that loading the stack reports, without the folder; none where it loads."""
        try:
            load_file(self.path(stack))
        except SettingsError as error:
            return str(error).replace(f"{self.folder}/", "").splitlines()
        return []


@pytest.fixture
def stacks(tmp_path: Path) -> StackFolder:
    """The real stack files, free to break."""
    return StackFolder(tmp_path)
