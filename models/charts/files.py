"""The generated files of ``charts/``: ``values/<environment>/<service>.yaml``, each of one clone."""

from pathlib import Path
from typing import Any, Final

import yaml

from lib.yaml_file import ROOT
from models.access.loader import load_access
from models.catalog.loader import load_catalog
from models.charts.values import values
from stacks.environments import ENVIRONMENTS
from stacks.settings import load_file

COMMAND: Final = "make charts"
HEAD: Final = f"# Written by `{COMMAND}` from the catalog, the access model and the stack's settings; never edited.\n"


class _Dumper(yaml.SafeDumper):
    """Sequences are indented, as in every other file."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def text(document: Any) -> str:
    """Values as a file: what is small on one line, keys in their order."""
    return HEAD + yaml.dump(document, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=120)


def texts(root: Path = ROOT) -> dict[Path, str]:
    """Every file below ``charts/values`` of a clone, by path relative to ``charts``.

    Raises ``FileError`` where catalog or access model are wrong, ``SettingsError`` where settings are.
    """
    catalog, access = load_catalog(root), load_access(root / "catalog" / "access.yaml")
    made = {}
    for environment in ENVIRONMENTS:
        settings = load_file(root / "stacks" / f"Pulumi.{environment}.yaml")
        for name in catalog.services:
            path = Path("values") / environment / f"{name}.yaml"
            made[path] = text(values(catalog, access, settings, name))
    return made


def stale(root: Path = ROOT) -> list[Path]:
    """Files that are not what the catalog says, or that it says nothing of, relative to ``charts``."""
    folder, fresh = root / "charts", texts(root)
    there = {path.relative_to(folder) for path in (folder / "values").rglob("*") if path.is_file()}
    return sorted({path for path in fresh if not _same(folder / path, fresh[path])} | (there - fresh.keys()))


def write(root: Path = ROOT) -> list[Path]:
    """Write what is stale, and remove what no service has; the paths, relative to ``charts``."""
    folder, fresh, changed = root / "charts", texts(root), stale(root)
    for path in changed:
        if path in fresh:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(fresh[path], encoding="utf-8")
        else:
            (folder / path).unlink()
    return changed


def _same(path: Path, content: str) -> bool:
    return path.is_file() and path.read_bytes() == content.encode()
