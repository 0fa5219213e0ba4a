"""What ``make lab`` puts beside a stack's cluster: the repository of charts, and Argo CD's objects where none are."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from rich.table import Table

from cli.charts_repository import export, git
from cli.target import ROOT
from components.argocd.args import RESTRICTED, ArgoCdArgs, SignIn, delivery, installation, namespace
from components.namespaces.namespaces import SERVICE_ACCOUNTS
from lib.printable import one_line
from models.access.argocd import rbac
from models.access.loader import load_access
from models.catalog.loader import load_catalog
from models.catalog.placement import namespaces
from reports.charts.schemas import CRDS
from sandbox.argocd import lab, objects
from sandbox.argocd.lab import Lab
from stacks.environments import ENVIRONMENTS
from stacks.settings import load_file

REPOSITORY: Final = "nationgraph/nationgraph-services"
API: Final = "argoproj.io/v1alpha1"
HEALTHY: Final = ("Synced", "Healthy")


def arguments(stack: str) -> ArgoCdArgs:
    """What Argo CD of a stack is told. FileError, SettingsError where a file is wrong."""
    settings = load_file(ROOT / "stacks" / f"Pulumi.{stack}.yaml")
    return ArgoCdArgs(
        environment=stack,
        versions=ENVIRONMENTS[stack].versions,
        repository=f"https://{lab.HOST}/{REPOSITORY}.git",
        tiers=namespaces(load_catalog(), stack),
        rbac=rbac(load_access().for_environment(stack)),
        sign_in=SignIn(issuer="https://accounts.nationgraph.example", client_id="argocd"),
        host=f"argocd.{settings.tailnet}",
        tailnet_namespace="tailscale",
        api_cidrs=["10.0.0.0/8"],
        protect=ENVIRONMENTS[stack].protect,
    )


def definitions() -> list[dict[str, Any]]:
    """The kinds that EKS's add-on for secrets would bring."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in CRDS.glob("*.yaml")]


def team(name: str) -> list[dict[str, Any]]:
    """A namespace in which services can run, and nothing more: the accounts of their pods."""
    accounts = [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account, "namespace": name},
            "automountServiceAccountToken": False,
        }
        for account in SERVICE_ACCOUNTS
    ]
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}, *accounts]


def declare(where: Lab, stack: str) -> bool:
    """Apply Argo CD's objects where the cluster has none, and before them what `make up` makes, where it has not run.

    What EKS's add-on for secrets would bring is applied in any case. Returns whether Argo CD was applied.
    """
    api = where.api
    there = objects.listed(api, "v1", "Namespace", "")
    objects.apply(api, definitions())
    if where.namespace in there:
        return False
    made = [one for name in sorted({*load_catalog().teams} - {*there}) for one in team(name)]
    args = arguments(stack)
    objects.apply(api, [*made, namespace(), *installation(args)])
    objects.apply(api, delivery(args))
    return True


def serve(where: Lab) -> Path:
    """The bare repository that stands for nationgraph-services; it is kept, with what was pushed to it."""
    bare = where.repositories / f"{REPOSITORY}.git"
    if not bare.exists():
        bare.parent.mkdir(parents=True, exist_ok=True)
        work = where.folder / "argocd" / "export"
        export(work)
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


def table(applications: Mapping[str, Mapping[str, Any]], listed: frozenset[str]) -> Table:
    """One row an Application; one that no line of the versions file names any more is an orphan."""
    made = Table(title="Applications")
    for head in ("Application", "Project", "Namespace", "Sync", "Health", "Chart", "Image"):
        made.add_column(head)
    for name, one in sorted(applications.items()):
        spec, (sync, health) = one["spec"], state(one)
        source = spec["source"]
        parameters = (source.get("helm") or {}).get("parameters") or [{"value": ""}]
        image = str(parameters[0]["value"])[:19]
        shown = name if name in listed else f"{name} (orphan)"
        style = "" if (sync, health) == HEALTHY else "yellow"
        cells = (shown, spec["project"], spec["destination"]["namespace"], sync, health, source["path"], image)
        made.add_row(*(one_line(str(cell)) for cell in cells), style=style)
    return made
