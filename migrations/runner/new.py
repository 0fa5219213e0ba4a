"""The file of the next step."""

import re
from pathlib import Path

from migrations.runner.errors import UsageError
from migrations.runner.history import ROOT, History

TEMPLATE = ROOT / "step.py.template"


def write(history: History, name: str) -> Path:
    """Write the next step's file and return its path.

    Raises:
        UsageError: the name has no letter, or would end the docstring.

    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    if not words or '"' in name or "\\" in name or "\n" in name:
        raise UsageError(f"name {name!r}: say in a few words what the step does, as in `add seats to tenants`")
    number = int((history.head or "r0000")[1:]) + 1
    path = history.folder / "versions" / f"r{number:04}_{'_'.join(words)[:50].rstrip('_')}.py"
    before = f'"{history.head}"' if history.head else "None"
    title = name.strip().rstrip(".")
    text = TEMPLATE.read_text(encoding="utf-8")
    for key, value in (("TITLE", title[:1].upper() + title[1:]), ("REVISION", f"r{number:04}"), ("BEFORE", before)):
        text = text.replace(f"{{{key}}}", value)
    path.write_text(text, encoding="utf-8")
    return path
