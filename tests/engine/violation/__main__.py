"""Registers the resources of a case (``CASE``: a JSON file), references and all, as a program would."""

import json
import os
from pathlib import Path
from typing import Any

import pulumi

made: dict[str, pulumi.CustomResource] = {}


def resolved(value: Any) -> Any:
    """``{"$ref": [name, attribute]}`` becomes the output of a resource that was registered before."""
    if isinstance(value, dict) and "$ref" in value:
        name, attribute = value["$ref"]
        return made[name].id if attribute == "id" else getattr(made[name], attribute)
    if isinstance(value, dict):
        return {key: resolved(item) for key, item in value.items()}
    return [resolved(item) for item in value] if isinstance(value, list) else value


class Any_(pulumi.CustomResource):  # noqa: N801 - stands for every type
    """A resource of any type; ``arn``, ``name`` and ``bucket`` are outputs that others may refer to."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    bucket: pulumi.Output[str]


VERSIONS = {"aws": "7.51.1", "kubernetes": "4.25.0", "tailscale": "0.29.2"}
"""Of the SDK by package, which is how the engine finds the plugin."""


def typed(token: str) -> dict[str, str]:
    """What an object of Kubernetes says of its own type; nothing for other resources."""
    package, path, kind = token.split(":")
    return {"apiVersion": path.removeprefix("core/"), "kind": kind} if package == "kubernetes" else {}


def named(value: Any) -> set[str]:
    """The resources that a value refers to."""
    if isinstance(value, dict):
        return {value["$ref"][0]} if "$ref" in value else {name for item in value.values() for name in named(item)}
    return {name for item in value for name in named(item)} if isinstance(value, list) else set()


left = json.loads(Path(os.environ["CASE"]).read_text())
while left:
    # A case lists its resources as it likes; a program registers first what others refer to.
    resource = next(entry for entry in left if named(entry["inputs"]) | {*entry.get("after", ())} <= {*made})
    left.remove(resource)
    if resource["type"] == "pulumi:pulumi:Stack":
        for key, value in resource["inputs"].items():
            pulumi.export(key, value)
        continue
    made[resource["name"]] = Any_(
        resource["type"],
        resource["name"],
        {"arn": None, "name": None, "bucket": None, **typed(resource["type"]), **resolved(resource["inputs"])},
        pulumi.ResourceOptions(
            protect=resource["protect"],
            depends_on=[made[name] for name in resource.get("after", ())],
            version=VERSIONS.get(resource["type"].partition(":")[0], VERSIONS["aws"]),
        ),
    )
