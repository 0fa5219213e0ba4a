"""The table: one row for each Pulumi type, read from ``types/*.yaml`` and ``replace.yaml``."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.protocol import schema

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one type is created, changed, read, listed and deleted. The fields are explained in README.md."""

    type: str
    file: str
    schema: dict[str, Any]
    client: str
    create: dict[str, Any]
    read: dict[str, Any]
    delete: list[dict[str, Any]]
    set: list[dict[str, Any]] = field(default_factory=list)
    update: dict[str, Any] | None = None
    also: list[dict[str, Any]] = field(default_factory=list)
    tag: dict[str, Any] | None = None
    untag: dict[str, Any] | None = None
    tags: dict[str, Any] | None = None
    rename: dict[str, str] = field(default_factory=dict)
    get: dict[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)
    latency: float = 1.0  # seconds that AWS takes, of which the sandbox simulates a configured fraction
    source: str = ""
    replace: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    autoname: str | None = None
    longest: int = 255  # characters of an automatic name
    delete_before_replace: bool = False
    defaults: dict[str, Any] = field(default_factory=dict)
    clear: dict[str, Any] = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    recomputed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    parse: str = ""
    in_use: list[dict[str, Any]] = field(default_factory=list)
    list: dict[str, Any] | None = None  # last: below it, ``list`` would no longer be the builtin

    @property
    def composed(self) -> str:
        """The template of ids that are composed of inputs; empty where the account gives the id, or a part of it."""
        rule = str(self.create["id"])
        return rule[1:] if rule.startswith("=") and "{response" not in rule else ""

    @property
    def single(self) -> bool:
        """Whether the id is one text for every account, so that there is one at most."""
        return bool(self.composed) and "{" not in self.composed


def _load(path: Path) -> Any:
    loader = getattr(
        yaml, "CSafeLoader", yaml.SafeLoader
    )  # C where it was compiled: the plugin starts with each preview
    return yaml.load(path.read_text(), Loader=loader)  # noqa: S506 - both are safe loaders


@cache
def rows() -> dict[str, Row]:
    """Every row by Pulumi type."""
    replace = _load(HERE / "replace.yaml")
    specs, found = {}, {}
    for path in sorted((HERE / "types").glob("*.yaml")):
        content = _load(path)
        shared = {key: content[key] for key in ("client", "tag", "untag", "tags") if key in content}
        for token, spec in content["types"].items():
            own = shared if spec.get("client", shared["client"]) == shared["client"] else {}
            specs[token] = {**own, **spec, "file": f"types/{path.name}"}
    for token, described in schema.load(specs).items():
        facts = dict(replace.get(token, {}))
        before = facts.pop("deleteBeforeReplace", False)
        merged = {**specs[token], **facts, "delete_before_replace": before}
        for key in ("ignore", "hooks", "replace", "computed", "recomputed", "exclusive", "kept", "lower", "partial"):
            merged[key] = tuple(merged.get(key, ()))
        found[token] = Row(type=token, schema=described, **merged)
    return found
