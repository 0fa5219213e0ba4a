"""Manifests against the schemas of Kubernetes' own API, strictly: a key that no schema knows is an error.

The schemas are those of PyPI's ``kubernetes-validate``, which holds every version offline. Its own function reads all
definitions anew for each object; here each is read once. ``kubeconform`` would be another program to build, for schemas
that it does not bring. SecretProviderClass is judged by the definition of its driver (crds/, v1.5.4, as released).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema.validators import Draft202012Validator
from referencing import Registry, Resource

from reports.charts.render import KUBERNETES, Rendered

CRDS: Final = Path(__file__).parent / "crds"


class NoSchemaError(LookupError):
    """No schema speaks of such an object: the cluster would have to know it by a definition that is not here."""


def faults(objects: Iterable[Rendered]) -> Iterator[str]:
    """What is wrong, with service, template and path of the value. NoSchemaError for a kind that nobody defines."""
    for one in objects:
        found = _validator(str(one.body["apiVersion"]), one.kind).iter_errors(one.body)
        for error in sorted(found, key=lambda error: error.json_path):
            yield f"{one.service}: {one.source}: {one.kind} {error.json_path}: {error.message[:200]}"


@cache
def _folder() -> Any:
    minor = ".".join(KUBERNETES.split(".")[:2])
    root = resources.files("kubernetes_validate") / "kubernetes-json-schema"
    names = [
        entry.name for entry in root.iterdir() if re.fullmatch(rf"v{re.escape(minor)}\.\d+-local-strict", entry.name)
    ]
    return root / max(names, key=lambda name: int(name.split(".")[2].partition("-")[0]))


@cache
def _registry() -> Any:
    definitions = Resource.from_contents(json.loads((_folder() / "_definitions.json").read_text(encoding="utf-8")))
    return definitions @ Registry()


@cache
def _validator(api_version: str, kind: str) -> Any:
    own = _custom().get((api_version, kind))
    if own is not None:
        return Draft202012Validator(own)
    path = _folder() / _name(api_version, kind)
    if not path.is_file():
        raise NoSchemaError(f"{api_version} {kind}: Kubernetes {KUBERNETES} has none, and {CRDS.name}/ defines none")
    schema = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _registry())


def _name(api_version: str, kind: str) -> str:
    """``networkpolicy-networking-v1.json``: the group's first label."""
    group, _, version = api_version.rpartition("/")
    return "-".join(filter(None, (kind.lower(), group.partition(".")[0], version))) + ".json"


@cache
def _custom() -> Mapping[tuple[str, str], Any]:
    made = {}
    for path in sorted(CRDS.glob("*.yaml")):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]
        for version in spec["versions"]:
            schema = _strict(version["schema"]["openAPIV3Schema"])
            made[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return made


def _strict(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keys that are not named are pruned by the API server in silence; here they are an error, as strict fields are."""
    made = {
        key: _strict(value) if isinstance(value, Mapping) and key == "items" else value for key, value in schema.items()
    }
    if "properties" in schema:
        made["properties"] = {key: _strict(value) for key, value in schema["properties"].items()}
        made.setdefault("additionalProperties", False)
    return made
