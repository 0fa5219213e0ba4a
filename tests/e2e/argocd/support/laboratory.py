"""Argo CD twice on one cluster, as the platform declares it and without its guards, with one repository for both."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError

from cli import delivery_lab
from components.argocd.args import delivery, installation, namespace
from models.catalog.loader import load_catalog
from models.catalog.placement import namespaces
from sandbox.argocd import lab, objects
from sandbox.argocd.lab import Lab
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import MERGE, Api
from tests.e2e.argocd.support import declared
from tests.e2e.argocd.support.declared import TAKEN_AWAY, TIER, UNGUARDED, VICTIMS
from tests.e2e.argocd.support.naive import NaiveGenerator
from tests.e2e.argocd.support.repository import Repository

ARGO = "argoproj.io/v1alpha1"
OWN = "argocd"
REFRESH = "argocd.argoproj.io/refresh"
REFRESH_SET = "argocd.argoproj.io/application-set-refresh"
DEPLOYED = (
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
)
PATIENCE = 60.0
HEALTHY = ("Synced", "Healthy")

Objects = dict[str, str]


def until(done: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait for it; an AssertionError says what did not come."""
    deadline = time.monotonic() + patience
    while not done():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.25)


def failed(one: Mapping[str, Any]) -> bool:
    """Whether a set could not do its work."""
    conditions = one.get("status", {}).get("conditions", ())
    return any(row["type"] == "ErrorOccurred" and row["status"] == "True" for row in conditions)


class Laboratory:
    """The whole of it. ``guarded`` is the platform's Argo CD, ``unguarded`` the other one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        cluster.start(folder)
        self.guarded = Lab(folder=folder)
        self.unguarded = Lab(folder=folder, namespace=UNGUARDED, settings=TAKEN_AWAY, administrator=True)
        self.api: Api = self.guarded.api
        self.catalog = load_catalog()
        self.args = declared.told(namespaces(self.catalog, "dev"))
        self.teams = sorted(self.catalog.teams)
        self.repository = Repository(self.guarded.repositories, folder / "work")
        self.naive = NaiveGenerator(self.guarded.git)
        try:
            self._namespaces()
            self.install()
            self.first = self.repository.head
            lab.start(self.guarded)
        except BaseException:  # nobody else knows what runs already
            self.close()
            raise

    def _namespaces(self) -> None:
        teams = [one for name in (*self.teams, VICTIMS) for one in declared.team(name)]
        objects.apply(self.api, [*delivery_lab.definitions(), *teams])

    @property
    def sets(self) -> list[dict[str, Any]]:
        """The sets that the platform declares."""
        return [one for one in delivery(self.args) if one["kind"] == "ApplicationSet"]

    def install(self) -> None:
        """What the platform declares."""
        objects.apply(self.api, [namespace(), *installation(self.args)])
        objects.apply(self.api, delivery(self.args))

    def install_others(self) -> None:
        """The Argo CD without guards, and in both a set that follows clusters."""
        objects.apply(self.api, declared.unguarded_installation(self.args))
        made = list(declared.unguarded_delivery(self.args))
        first = next(one for one in made if one["kind"] == "ApplicationSet")
        objects.apply(self.api, [*made, declared.cluster_secret(UNGUARDED), declared.clustered(first)])
        objects.apply(self.api, declared.naive(first, self.naive.url))
        self.install_clustered()

    def install_clustered(self) -> None:
        """In the platform's Argo CD: a set with its guards and another generator."""
        objects.apply(self.api, [declared.cluster_secret(OWN), declared.clustered(self.sets[0])])

    def applications(self, place: str = OWN) -> dict[str, dict[str, Any]]:
        """The Applications, by name."""
        return objects.listed(self.api, ARGO, "Application", place)

    def states(self, place: str = OWN) -> dict[str, tuple[str, str]]:
        """Sync and health of each Application."""
        found = {}
        for name, one in self.applications(place).items():
            status = one.get("status", {})
            found[name] = (status.get("sync", {}).get("status", ""), status.get("health", {}).get("status", ""))
        return found

    def application(self, name: str) -> dict[str, Any]:
        """One of the platform's Applications."""
        return self.applications()[name]

    def get(self, api_version: str, kind: str, place: str, name: str) -> dict[str, Any]:
        """Any object."""
        return cast("dict[str, Any]", self.api.call("GET", objects.path(api_version, kind, place, name)))

    def patch(self, kind: str, name: str, body: object, *, place: str = OWN, api_version: str = ARGO) -> None:
        """Change an object by hand."""
        self.api.call("PATCH", objects.path(api_version, kind, place, name), body, kind=MERGE)

    def delete(self, kind: str, name: str, *, place: str = OWN, api_version: str = ARGO) -> None:
        """Delete an object by hand, as kubectl does."""
        path = objects.path(api_version, kind, place, name)
        self.api.call("DELETE", path, {"propagationPolicy": "Background"})

    def alive(self) -> Objects:
        """What the platform's Argo CD deployed, by a name for each; the value tells it from one made anew."""
        found = {}
        for version, kind in DEPLOYED:
            for team in self.teams:
                for name, one in objects.listed(self.api, version, kind, team).items():
                    if "argocd.argoproj.io/tracking-id" in one["metadata"].get("annotations", {}):
                        found[f"{kind} {team}/{name}"] = one["metadata"]["uid"]
        return found

    def alive_applications(self) -> Objects:
        """The same of the Applications themselves."""
        return {f"Application {name}": one["metadata"]["uid"] for name, one in self.applications().items()}

    def victims(self) -> Objects:
        """What the unguarded one deployed, Applications included."""
        made = objects.listed(self.api, "v1", "Service", VICTIMS)
        return {
            **{f"Service {name}": one["metadata"]["uid"] for name, one in made.items()},
            **{f"Application {name}": one["metadata"]["uid"] for name, one in self.applications(UNGUARDED).items()},
        }

    def ask(self, name: str, place: str = OWN) -> None:
        """Have a set look at its generator. A request that an error left is put anew: only a change is heard."""
        for value in (None, "true"):
            self.patch("ApplicationSet", name, {"metadata": {"annotations": {REFRESH_SET: value}}}, place=place)

    def seen(self, place: str = OWN) -> None:
        """Wait until the controllers have looked at Git, clusters and Applications as they are at this moment."""
        names = list(objects.listed(self.api, ARGO, "ApplicationSet", place))
        for name in names:
            self.ask(name, place)
        applications = list(self.applications()) if place == OWN else []
        for name in applications:
            self.patch("Application", name, {"metadata": {"annotations": {REFRESH: "hard"}}}, place=place)
        until(lambda: all(self._looked(place, name) for name in names), f"{place}: sets are looked at")
        until(lambda: not self._asked(place, applications), f"{place}: Applications are looked at")

    def _asked(self, place: str, names: Iterable[str]) -> list[str]:
        found = self.applications(place)
        return [name for name in names if REFRESH in found.get(name, {}).get("metadata", {}).get("annotations", {})]

    def _looked(self, place: str, name: str) -> bool:
        """Whether a request to look is answered: it is gone, as the set may be, or an error stands there."""
        found = objects.listed(self.api, ARGO, "ApplicationSet", place).get(name)
        return found is None or REFRESH_SET not in found["metadata"].get("annotations", {}) or failed(found)

    def failing(self, place: str = OWN) -> list[str]:
        """The sets that say that something failed."""
        return [name for name, one in objects.listed(self.api, ARGO, "ApplicationSet", place).items() if failed(one)]

    def start(self) -> None:
        """Both, with Git."""
        lab.start(self.guarded)
        lab.start(self.unguarded)

    def look_at_outage(self) -> None:
        """Both look at what is, where they are still there."""
        for place in (UNGUARDED, OWN):
            if not self.leaving(place):
                self.seen(place)

    def restored(self) -> bool:
        """Whether both have everything again, after they were asked to look."""
        services = set(self.catalog.versions["dev"])
        wanted = {*services, "clustered-own"}
        tier = [name for name in services if self.catalog.services[name].tier == TIER]
        asked = [f"naive-{name}" for name in sorted(services)[:2]]
        others = {f"victim-{name}" for name in ("clustered-own", *tier, *asked)}
        named = {key.partition(" ")[2] for key in self.victims() if key.startswith("Service ")}
        if self.failing() or self.failing(UNGUARDED) or named != others or not wanted <= set(self.applications()):
            for place in (OWN, UNGUARDED):
                for name in objects.listed(self.api, ARGO, "ApplicationSet", place):
                    self.ask(name, place)
            time.sleep(2)
            return False
        late = [name for name, state in self.states().items() if state != HEALTHY]
        for name in late:
            self.patch("Application", name, {"metadata": {"annotations": {REFRESH: "normal"}}})
        if late:
            time.sleep(1)
        return not late

    def found(self, api_version: str, kind: str, place: str, name: str) -> dict[str, Any]:
        """An object; nothing where there is none."""
        try:
            return self.get(api_version, kind, place, name)
        except HTTPError as error:
            if error.code != 404:
                raise
            return {}

    def exists(self, api_version: str, kind: str, place: str, name: str) -> bool:
        """Whether there is such an object."""
        return bool(self.found(api_version, kind, place, name))

    def gone(self, place: str) -> bool:
        """Whether a namespace is gone."""
        return not self.exists("v1", "Namespace", "", place)

    def leaving(self, place: str) -> bool:
        """Whether a namespace is being deleted, or gone."""
        return self.gone(place) or "deletionTimestamp" in self.get("v1", "Namespace", "", place)["metadata"]

    def release(self, place: str) -> None:
        """Take finalizers off what a namespace still has of Argo CD."""
        for kind in ("ApplicationSet", "Application"):
            for name in objects.listed(self.api, ARGO, kind, place):
                self.patch(kind, name, {"metadata": {"finalizers": None}}, place=place)

    def create_application(self, name: str, spec: Mapping[str, Any]) -> None:
        """An Application by hand."""
        body = {"apiVersion": ARGO, "kind": "Application", "metadata": {"name": name, "namespace": OWN}, "spec": spec}
        objects.apply(self.api, [body])

    def says(self, name: str, pattern: str) -> bool:
        """Whether conditions or the last operation of an Application say so."""
        status = self.application(name).get("status", {})
        said = [row["message"] for row in status.get("conditions", ())]
        operation = status.get("operationState", {})
        said += [operation.get("message", "")]
        said += [row.get("message", "") for row in operation.get("syncResult", {}).get("resources", ())]
        return any(re.search(pattern, text) for text in said)

    def refresh(self, name: str) -> None:
        """Have sets and Application looked at."""
        for one in self.sets:
            self.ask(one["metadata"]["name"])
        self.patch("Application", name, {"metadata": {"annotations": {REFRESH: "hard"}}})

    def image(self, name: str) -> str:
        """The image of a service's Deployment."""
        deployment = self.get("apps/v1", "Deployment", self.catalog.services[name].namespace, name)
        return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])

    def close(self) -> None:
        """End everything."""
        self.naive.close()
        lab.remove(self.folder)
        cluster.remove(self.folder)
