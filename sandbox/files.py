"""Files that are whole or not there: written beside their place, flushed to the disk, and put in place by a rename."""

import os
from pathlib import Path


def write(path: Path, text: str | bytes, mode: int = 0o600) -> None:
    """Write a file. Whoever reads it meanwhile, or after a kill or on a full disk, finds the old one or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def number(path: Path) -> int | None:
    """The positive number that a file holds; None where it is not there, empty or damaged."""
    try:
        found = int(path.read_text())
    except (OSError, ValueError):
        return None
    return found if found > 0 else None
