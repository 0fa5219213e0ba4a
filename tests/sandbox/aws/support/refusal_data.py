"""Derives files of ``sandbox/aws/refusals/data`` from the packages that hold the same facts: cfn-lint's specifications.

After an upgrade: ``python -m tests.sandbox.aws.support.refusal_data``, then read the difference. ``README.md`` beside
the data says where each file comes from.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cfnlint

from sandbox.aws.refusals.check import DATA

SPECIFICATIONS = Path(cfnlint.__file__).parent / "data"
INSTANCES = SPECIFICATIONS / "schemas" / "extensions" / "aws_rds_dbinstance"
ENGINES = ("mariadb", "mysql", "postgres")
SERVERLESS = "db.serverless"
"""Listed for every engine, and only members of clusters are of it."""


def _of_engine(path: Path, engine: str) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Condition and consequence of each rule about an engine."""
    rules = [(rule["if"]["properties"], rule["then"]["properties"]) for rule in json.loads(path.read_text())["allOf"]]
    return [(given, then) for given, then in rules if given["Engine"].get("const") == engine]


def engines() -> dict[str, Any]:
    """Versions of each engine, and the classes that one of these versions runs on, by family."""
    found = {}
    for engine in ENGINES:
        versions = {
            str(version)
            for _, then in _of_engine(INSTANCES / "engine_version.json", engine)
            for version in then["EngineVersion"]["enum"]
        }
        classes: dict[str, set[str]] = defaultdict(set)
        for given, then in _of_engine(INSTANCES / "db_instance_class.json", engine):
            if any(re.search(given["EngineVersion"]["pattern"], version) for version in versions):
                for name in {*then["DBInstanceClass"].get("enum", ())} - {SERVERLESS}:
                    _, family, size = name.split(".")
                    classes[family].add(size)
        sizes = {family: " ".join(sorted(classes[family])) for family in sorted(classes)}
        found[engine] = {"versions": " ".join(sorted(versions)), "classes": sizes}
    return found


def retired_runtimes() -> dict[str, str]:
    """The day from which AWS creates no function of a runtime any more."""
    lifecycle = json.loads((SPECIFICATIONS / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json").read_text())
    return {name: days["create-block"] for name, days in sorted(lifecycle.items()) if days["create-block"]}


DERIVED = {"engines.json": engines, "retired_runtimes.json": retired_runtimes}


def text_of(derived: Any) -> str:
    """A file's text."""
    return json.dumps(derived, indent=1) + "\n"


if __name__ == "__main__":
    for name, derive in DERIVED.items():
        (DATA / name).write_text(text_of(derive()))
