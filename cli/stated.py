"""Exported states that a person hands to a command."""

from collections.abc import Sequence
from pathlib import Path

from reports.state import Entry, StateError, exported

WRITE = "write one with `pulumi stack export`"


def exported_resources(path: Path) -> Sequence[Entry]:
    """The resources of an exported state. RuntimeError, with what to do, where it cannot be read."""
    try:
        return (exported(path.read_text(encoding="utf-8"))["deployment"] or {})["resources"] or ()
    except KeyError:
        raise RuntimeError(f"{path}: not an exported state (it holds no resources); {WRITE}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RuntimeError(f"{path}: cannot be read ({error}); {WRITE}") from error
    except StateError as error:
        raise RuntimeError(f"{path}: {error}; {WRITE}") from error
