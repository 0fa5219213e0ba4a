"""What ``make lab`` puts beside a stack's cluster, and what it shows of Argo CD."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from rich.table import Table

from cli.charts_repository import CHARTS, export, git
from lib.printable import one_line
from lib.repository import SERVICES
from reports.charts.schemas import CRDS
from reports.orphans import without_line
from sandbox.argocd import objects
from sandbox.argocd.lab import Lab

REPOSITORY: Final = urlsplit(SERVICES).path.strip("/")
API: Final = "argoproj.io/v1alpha1"
HEALTHY: Final = ("Synced", "Healthy")


def definitions() -> list[dict[str, Any]]:
    """The kinds that EKS's add-on for secrets would bring."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in CRDS.glob("*.yaml")]


def declare(where: Lab, stack: str) -> None:
    """Apply what EKS's add-on for secrets would bring. RuntimeError where `make up` has not declared Argo CD."""
    if where.namespace not in objects.listed(where.api, "v1", "Namespace", ""):
        raise RuntimeError(
            f"{stack} has no Argo CD in its cluster; `make up STACK={stack}` declares it, and then run this again"
        )
    objects.apply(where.api, definitions())


def serve(where: Lab, charts: Path = CHARTS) -> Path:
    """The bare repository that ``charts`` begin, as nationgraph-services; it is kept, with what was pushed to it."""
    bare = where.repositories / REPOSITORY
    if not bare.exists():
        bare.parent.mkdir(parents=True, exist_ok=True)
        work = where.folder / "argocd" / "export"
        export(work, charts)
        git(work, "clone", "--quiet", "--bare", str(work), str(bare))
        git(bare, "config", "http.receivepack", "true")
    return bare


def states(where: Lab) -> dict[str, Mapping[str, Any]]:
    """The Applications by name."""
    found: dict[str, Mapping[str, Any]] = dict(objects.listed(where.api, API, "Application", where.namespace))
    return found


def state(one: Mapping[str, Any]) -> tuple[str, str]:
    """Sync and health, as Argo CD says them."""
    status = one.get("status") or {}
    sync, health = ((status.get(key) or {}).get("status") or "Unknown" for key in ("sync", "health"))
    return sync, health


def settled(where: Lab, wanted: int, patience: float) -> bool:
    """Wait until so many Applications are as Git says and healthy; False where time runs out."""
    deadline = time.monotonic() + patience
    while sum(state(one) == HEALTHY for one in states(where).values()) < wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def table(applications: Mapping[str, Mapping[str, Any]], lines: Mapping[str, str]) -> Table:
    """One row an Application, with a mark on orphans. ``lines`` is as in ``reports.orphans``."""
    made = Table(title="Applications")
    for head in ("Application", "Project", "Namespace", "Sync", "Health", "Chart", "Image"):
        made.add_column(head)
    for name, one in sorted(applications.items()):
        spec, (sync, health) = one["spec"], state(one)
        source = spec["source"]
        parameters = (source.get("helm") or {}).get("parameters") or [{"value": ""}]
        image = str(parameters[0]["value"])[:19]
        shown = f"{name} (orphan)" if without_line(one, lines) else name
        style = "" if (sync, health) == HEALTHY else "yellow"
        cells = (shown, spec["project"], spec["destination"]["namespace"], sync, health, source["path"], image)
        made.add_row(*(one_line(str(cell)) for cell in cells), style=style)
    return made
