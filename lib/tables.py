"""Tables in YAML of the tree's own, read as they are: tests hold them right, and nothing checks them at run time."""

from pathlib import Path
from typing import Any

import yaml


def table(file: Path) -> Any:
    """What the file holds. Anything malformed raises."""
    with file.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=yaml.CSafeLoader)
