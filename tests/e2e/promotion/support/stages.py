"""Each environment as it is: a cluster with the Argo CD of its own, all of which follow one repository."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from cli import delivery_lab
from components.argocd.args import delivery, installation, namespace
from models.catalog.loader import load_catalog
from models.catalog.placement import namespaces
from models.versions.model import Version
from sandbox.argocd import lab, objects
from sandbox.argocd.lab import Lab
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import MERGE, Api
from tests.components.argocd.support.arguments import arguments
from tests.e2e.argocd.support import declared
from tests.e2e.argocd.support.laboratory import ARGO, OWN, REFRESH, REFRESH_SET

Versions = dict[str, Version]


class Stage:
    """One environment. ``repositories`` is the folder that all of them serve."""

    def __init__(self, environment: str, folder: Path, repositories: Path) -> None:
        self.environment, self.folder, self.lab = environment, folder, Lab(folder=folder)
        self.lab.repositories.mkdir(parents=True)
        for owner in repositories.iterdir():
            (self.lab.repositories / owner.name).symlink_to(owner)

    @property
    def api(self) -> Api:
        """The cluster, as its administrator."""
        return self.lab.api

    def start(self) -> None:
        """A cluster with teams' namespaces and Argo CD, which is told what the platform tells it."""
        cluster.start(self.folder)
        environment, catalog = self.environment, load_catalog()
        args = arguments(
            environment=environment, versions=environment, tiers=namespaces(catalog, environment), protect=False
        )
        teams = [one for name in sorted(catalog.teams) for one in declared.team(name)]
        objects.apply(self.api, [*delivery_lab.definitions(), *teams, namespace(), *installation(args)])
        objects.apply(self.api, delivery(args))
        lab.start(self.lab)

    def kubeconfig(self, group: str) -> Path:
        """What somebody of a group reaches it by, with the rights of the group alone."""
        config = yaml.safe_load(cluster.kubeconfig(self.folder).read_text())
        for user in config["users"]:
            user["user"] |= {"as": "workflow", "as-groups": [group, "system:authenticated"]}
        path = self.folder / "impersonating"
        path.write_text(yaml.safe_dump(config))
        return path

    def _ask(self, kind: str, name: str, mark: str) -> None:
        for value in (None, "hard"):
            body = {"metadata": {"annotations": {mark: value}}}
            self.api.call("PATCH", objects.path(ARGO, kind, OWN, name), body, kind=MERGE)

    def look(self) -> None:
        """Have sets and Applications look at Git now: by themselves they do every two minutes."""
        for kind, mark in (("ApplicationSet", REFRESH_SET), ("Application", REFRESH)):
            for name in objects.listed(self.api, ARGO, kind, OWN):
                self._ask(kind, name, mark)

    def states(self) -> dict[str, tuple[str, str]]:
        """Sync and health of each Application."""
        return {name: delivery_lab.state(one) for name, one in delivery_lab.states(self.lab).items()}

    def runs(self, version: Version) -> bool:
        """Whether the cluster runs a line's images, its migrations first, and Argo CD says so."""
        states = delivery_lab.states(self.lab)
        compared: Any = states.get(version.service, {}).get("status", {}).get("sync", {}).get("comparedTo", {})
        path = objects.path("apps/v1", "Deployment", version.namespace, version.service)
        made = self.api.call("GET", path)
        (container,) = made["spec"]["template"]["spec"]["containers"]
        steps = made["metadata"].get("annotations", {}).get("nationgraph.io/migrations")
        if version.migrations:
            jobs = objects.listed(self.api, "batch/v1", "Job", version.namespace)
            migrated = jobs.get(f"{version.service}-migration", {})  # none while it is made anew
            steps = (
                steps if migrated.get("status", {}).get("succeeded") and version.migrations in str(migrated) else None
            )
        said = all(image in str(compared) for image in (version.image, version.migrations) if image)
        return said and container["image"].endswith(version.image) and steps == version.migrations

    def generations(self) -> dict[str, tuple[str, int]]:
        """Each Deployment of a service, and how often it was changed."""
        return {
            name: (one["metadata"]["uid"], one["metadata"]["generation"])
            for team in load_catalog().teams
            for name, one in objects.listed(self.api, "apps/v1", "Deployment", team).items()
        }

    @contextmanager
    def without_nodes(self) -> Iterator[None]:
        """No pod becomes ready meanwhile."""
        pid = cluster.pids(self.folder)["kubelet"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        """Nothing of it is left."""
        lab.stop(self.folder)
        cluster.remove(self.folder)
        shutil.rmtree(self.folder / "argocd", ignore_errors=True)
