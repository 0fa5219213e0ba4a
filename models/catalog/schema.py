"""The JSON schemas of the catalog's files, for editors, generated from the models; ``--check`` finds stale ones.

They show one value at a time to be wrong; what compares values or files is checked by ``models.everything``.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from models.dependencies.model import Dependency
from models.prices.model import PriceList, Usage
from models.services.model import Service
from models.teams.model import Team
from models.versions.model import Version

MODELS: Final = Path(__file__).parents[1]
SCHEMAS: Final[Mapping[str, tuple[type[BaseModel], str]]] = MappingProxyType(
    {
        "services/service.schema.json": (Service, "A service: catalog/services/<name>.yaml"),
        "teams/team.schema.json": (Team, "A team: catalog/teams/<name>.yaml"),
        "dependencies/dependency.schema.json": (
            Dependency,
            "An external dependency: catalog/dependencies/<name>.yaml",
        ),
        "prices/prices.schema.json": (PriceList, "Prices of a region: catalog/prices/<region>.yaml"),
        "prices/usage.schema.json": (Usage, "What an idle month uses, and what is free: catalog/usage.yaml"),
        "versions/versions.schema.json": (Version, "What an environment runs: charts/versions/<environment>.yaml"),
    }
)
"""Below ``models``: the file of each schema, the model of one entry, and the title."""


def schema(name: str) -> dict[str, Any]:
    """JSON Schema, draft 2020-12. Versions are a list of entries, the others are one entry a file."""
    model, title = SCHEMAS[name]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    document = model.model_json_schema()
    if model is Version:
        definitions = {"$defs": document.pop("$defs", {}) | {"Version": document}}
        document = {**definitions, "type": "array", "items": {"$ref": "#/$defs/Version"}}
    return head | document | {"title": title}


def main(arguments: list[str], *, folder: Path = MODELS) -> int:
    """Write the schemas; with ``--check`` say which are stale: 1 where one is."""
    stale = False
    for name in SCHEMAS:
        text = json.dumps(schema(name), indent=2) + "\n"
        path = folder / name
        if "--check" not in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"models/{name} is stale; run python -m models.catalog.schema\n")
            stale = True
    return int(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
