"""Derives ``sandbox/aws/constraints/enumerations.json`` from the models of AWS's services that botocore ships.

After an upgrade of botocore: ``python -m tests.sandbox.aws.support.enumerations``, then read the difference.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader

from sandbox.aws import constraints

PATH = constraints.HERE / "constraints" / "enumerations.json"


def _named(checks: Any) -> Iterator[str]:
    if isinstance(checks, dict):
        for name, wanted in checks.items():
            if name in ("shape", "any_case_shape"):
                yield wanted
            yield from _named(wanted)
    elif isinstance(checks, list):
        for entry in checks:
            yield from _named(entry)


@cache
def _shapes(service: str) -> dict[str, Any]:
    shapes: dict[str, Any] = Loader().load_service_model(service, "service-2")["shapes"]
    return shapes


def derived() -> dict[str, list[str]]:
    """The values of every enumeration that a table names as ``service.Shape``."""
    names = sorted(set(_named(constraints.table())))
    return {name: _shapes(name.partition(".")[0])[name.partition(".")[2]]["enum"] for name in names}


if __name__ == "__main__":
    lines = [f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in derived().items()]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n")
