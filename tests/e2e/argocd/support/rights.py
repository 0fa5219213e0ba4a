"""What Argo CD 3.2 knows to be allowed or refused, and what ``catalog/access.yaml`` promises of it.

Stated here a second time on purpose: the tests would not see a fault of ``models/access/argocd.py`` that they share.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import yaml

RESOURCES: Final[Mapping[str, str]] = {
    "applications": "core/billing",
    "applicationsets": "core/core",
    "logs": "core/billing",
    "exec": "core/billing",
    "projects": "core",
    "repositories": "github.com/nationgraph/nationgraph-services.git",
    "write-repositories": "github.com/nationgraph/nationgraph-services.git",
    "clusters": "kubernetes.default.svc",
    "accounts": "admin",
    "certificates": "github.com",
    "gpgkeys": "0123456789ABCDEF",
    "extensions": "metrics",
}
"""Every kind of thing that rights are given on, with a name of one; no path holds ``https://``."""
ACTIONS: Final = ("get", "create", "update", "delete", "sync", "override", "action", "invoke")

Right = tuple[str, str]

SEEN: Final[frozenset[Right]] = frozenset(
    (kind, "get") for kind in ("applications", "applicationsets", "clusters", "projects", "repositories")
)
RESTART: Final[Right] = ("applications", "action/apps/Deployment/restart")
EMPLOYED: Final = SEEN | {("applications", "sync"), RESTART, ("logs", "get")}
RIGHTS: Final[Mapping[str, frozenset[Right]]] = {"": frozenset(), "external": SEEN, "employed": EMPLOYED}
SUB_ACTIONS: Final[tuple[Right, ...]] = (
    RESTART,
    ("applications", "action/apps/Deployment/pause"),
    ("applications", "action/apps/Deployment/scale"),
    ("applications", "action/apps/StatefulSet/restart"),
    ("applications", "action/batch/CronJob/create-job"),
    ("applications", "delete/apps/Deployment/payments/billing"),
    ("applications", "update/apps/Deployment/payments/billing"),
)
"""What the API of rights does not take, and the command line does."""


def standing(source: str, environment: str, group: str) -> str:
    """How a group stands to Argo CD by the text of an access model: a key of ``RIGHTS``.

    People with a grant that holds today in the environment; machines and workloads have no user of Argo CD.
    """
    model = yaml.safe_load(source)
    row = model["groups"].get(group, {})
    today = dt.datetime.now(dt.UTC).date()
    granted = any(
        (grant["group"], grant["resource"]) == (group, "argocd")
        and environment in grant.get("environments", [environment])
        and grant.get("expires", today) >= today
        for grant in model["grants"]
    )
    if row.get("kind") != "people" or not granted:
        return ""
    return "external" if row.get("external") else "employed"


def rights(source: str, environment: str, groups: Iterable[str]) -> frozenset[Right]:
    """Those of somebody in all of these groups."""
    return frozenset[Right]().union(*(RIGHTS[standing(source, environment, group)] for group in groups))


def with_grant(source: str, group: str) -> str:
    """The text of a model in which a group has a grant on Argo CD as well."""
    model = yaml.safe_load(source)
    model["grants"].append(
        {"group": group, "resource": "argocd", "ports": [443], "purpose": "See.", "owner": "engineering"}
    )
    return yaml.safe_dump(model)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A request to the API. ``right`` is what it takes; None where nobody has it.

    ``listed`` says that it answers everybody, with what they may see. ``done`` are the answers that only come to those
    who may.
    """

    name: str
    method: str = "GET"
    path: str
    body: Any = None
    right: Right | None
    listed: bool = False
    done: tuple[int, ...] = (200,)


APPLICATION: Final = "/api/v1/applications/billing"
DEPLOYMENT: Final = {
    "namespace": "payments",
    "resourceName": "billing",
    "version": "v1",
    "group": "apps",
    "kind": "Deployment",
}
LIVE: Final = f"{APPLICATION}/resource?{urlencode(DEPLOYMENT)}"
PATCH: Final = json.dumps({"spec": {"project": "default"}})
PROJECT: Final = {"project": {"metadata": {"name": "core"}, "spec": {"sourceRepos": ["*"]}}}
FOREIGN: Final = {"metadata": {"name": "foreign"}, "spec": {"project": "default", "destination": {"namespace": "a"}}}
OPERATIONS: Final = (
    Operation(name="list Applications", path="/api/v1/applications", right=("applications", "get"), listed=True),
    Operation(name="list sets", path="/api/v1/applicationsets", right=("applicationsets", "get"), listed=True),
    Operation(name="list projects", path="/api/v1/projects", right=("projects", "get"), listed=True),
    Operation(name="list clusters", path="/api/v1/clusters", right=("clusters", "get"), listed=True),
    Operation(name="list repositories", path="/api/v1/repositories", right=("repositories", "get"), listed=True),
    Operation(name="list accounts", path="/api/v1/account", right=None, listed=True),
    Operation(name="list certificates", path="/api/v1/certificates", right=None, listed=True),
    Operation(name="see an Application", path=APPLICATION, right=("applications", "get")),
    Operation(name="see what it deployed", path=f"{APPLICATION}/resource-tree", right=("applications", "get")),
    Operation(name="see a live object", path=LIVE, right=("applications", "get")),
    Operation(name="see manifests", path=f"{APPLICATION}/manifests", right=("applications", "get")),
    Operation(name="see a set", path="/api/v1/applicationsets/core", right=("applicationsets", "get")),
    Operation(name="see a project", path="/api/v1/projects/core", right=("projects", "get")),
    Operation(name="see the cluster", path="/api/v1/clusters/in-cluster?id.type=name", right=("clusters", "get")),
    Operation(name="see an account", path="/api/v1/account/admin", right=None),
    Operation(
        name="read logs",
        path=f"{APPLICATION}/logs?{urlencode({**DEPLOYMENT, 'container': 'billing', 'tailLines': '1'})}",
        right=("logs", "get"),
    ),
    Operation(
        name="restart",
        method="POST",
        path=f"{APPLICATION}/resource/actions/v2",
        body={**DEPLOYMENT, "action": "restart"},
        right=RESTART,
    ),
    Operation(name="sync", method="POST", path=f"{APPLICATION}/sync", body={}, right=("applications", "sync")),
    Operation(
        name="end a sync",
        method="DELETE",
        path=f"{APPLICATION}/operation",
        right=("applications", "sync"),
        done=(200, 400),  # there may be none any more
    ),
    Operation(
        name="pause",
        method="POST",
        path=f"{APPLICATION}/resource/actions/v2",
        body={**DEPLOYMENT, "action": "pause"},
        right=None,
    ),
    Operation(
        name="sync other manifests",
        method="POST",
        path=f"{APPLICATION}/sync",
        body={"manifests": ["{}"], "dryRun": True},
        right=None,
    ),
    Operation(name="create", method="POST", path="/api/v1/applications", body=FOREIGN, right=None),
    Operation(
        name="replace", method="PUT", path=APPLICATION, body={**FOREIGN, "metadata": {"name": "billing"}}, right=None
    ),
    Operation(name="change its spec", method="PUT", path=f"{APPLICATION}/spec", body=FOREIGN["spec"], right=None),
    Operation(name="patch", method="PATCH", path=APPLICATION, body={"patch": PATCH, "patchType": "merge"}, right=None),
    Operation(name="delete", method="DELETE", path=f"{APPLICATION}?cascade=true", right=None),
    Operation(name="delete what it deployed", method="DELETE", path=LIVE, right=None),
    Operation(
        name="patch what it deployed",
        method="POST",
        path=f"{LIVE}&patchType=application/merge-patch%2Bjson",
        body=json.dumps({"spec": {"replicas": 0}}),
        right=None,
    ),
    Operation(
        name="create a set",
        method="POST",
        path="/api/v1/applicationsets",
        body={"metadata": {"name": "foreign"}, "spec": {"template": {"spec": {"project": "core"}}}},
        right=None,
    ),
    Operation(name="delete a set", method="DELETE", path="/api/v1/applicationsets/core", right=None),
    Operation(name="create a project", method="POST", path="/api/v1/projects", body=PROJECT, right=None),
    Operation(name="change a project", method="PUT", path="/api/v1/projects/core", body=PROJECT, right=None),
    Operation(name="delete a project", method="DELETE", path="/api/v1/projects/core", right=None),
    Operation(
        name="add a repository",
        method="POST",
        path="/api/v1/repositories",
        body={"repo": "https://github.com/nationgraph/other.git"},
        right=None,
    ),
    Operation(
        name="add credentials",
        method="POST",
        path="/api/v1/repocreds",
        body={"url": "https://github.com/nationgraph", "password": "none"},  # pragma: allowlist secret
        right=None,
    ),
    Operation(
        name="add a cluster",
        method="POST",
        path="/api/v1/clusters",
        body={"server": "https://127.0.0.1:1", "name": "other", "config": {}},
        right=None,
    ),
    Operation(name="remove the cluster", method="DELETE", path="/api/v1/clusters/in-cluster?id.type=name", right=None),
    Operation(
        name="set the administrator's password",
        method="PUT",
        path="/api/v1/account/password",
        body={"name": "admin", "currentPassword": "", "newPassword": "correct horse"},  # pragma: allowlist secret
        right=None,
    ),
    Operation(
        name="make an account's token",
        method="POST",
        path="/api/v1/account/admin/token",
        body={"name": "admin", "id": "1"},
        right=None,
    ),
    Operation(name="add a certificate", method="POST", path="/api/v1/certificates", body={"items": []}, right=None),
)
