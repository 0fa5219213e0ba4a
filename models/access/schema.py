"""The JSON schema of ``access.yaml``, for editors: generated from the model. ``--check`` fails where it is stale.

It shows one value at a time to be wrong; names, expiry and who may reach what are checked by the loader, which
``--check`` runs too: that is how ``make check`` refuses a file that could not be deployed.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from lib.problems import FileError
from models.access.loader import ACCESS, load_access
from models.access.model import Access

PATH: Final = Path(__file__).parent / "access.schema.json"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    title = "Who may reach what: catalog/access.yaml of nationgraph-platform"
    document = (
        {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Access.model_json_schema() | {"title": title}
    )
    for key in ("groups", "resources"):
        document["properties"][key] |= {"additionalProperties": False, "minProperties": 1}
    return document


def main(arguments: list[str], *, access: Path = ACCESS) -> int:
    """Write the schema; with ``--check`` compare it and load ``access.yaml``: 1 where either is wrong."""
    text = json.dumps(schema(), indent=2) + "\n"
    if "--check" not in arguments:
        PATH.write_text(text, encoding="utf-8")
        return 0
    problems: list[str] = []
    try:
        load_access(access)
    except FileError as error:
        problems += map(str, error.problems)
    if not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
        problems.append(f"models/access/{PATH.name} is stale; run python -m models.access.schema")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
