"""The JSON schema of stack files, for editors: generated from the model. ``--check`` fails where the file is stale."""

import json
import sys
from typing import Any

from stacks.files import ENGINE_KEYS, FOLDER
from stacks.model import StackConfig

PATH = FOLDER / "settings.schema.json"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12. It holds for one value at a time; what compares values is checked by settings.py."""
    config = StackConfig.model_json_schema(by_alias=True)
    for key in config["properties"].values():
        key.pop("title")
        key.pop("default", None)  # the default is the environment's, not one value
    engine: dict[str, Any] = {key: {"description": text} for key, text in ENGINE_KEYS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi.<stack>.yaml of nationgraph-platform",
        "type": "object",
        "additionalProperties": False,
        "required": ["config"],
        "properties": {"config": config, **engine},
    }


def main(arguments: list[str]) -> int:
    """Write the schema, or compare it with ``--check``: 1 where it is stale."""
    text = json.dumps(schema(), indent=2) + "\n"
    if "--check" not in arguments:
        PATH.write_text(text, encoding="utf-8")
    elif not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"stacks/{PATH.name} is stale; run python -m stacks.schema\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
