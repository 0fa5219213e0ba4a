"""EKS's API of the emulated account: its requests by botocore's description of the service, all others passed on."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from sandbox.aws.eks import tokens
from sandbox.aws.eks.access import Access
from sandbox.aws.eks.account import POLICIES, Refused, Surroundings, Values, catalogue, refuse, unique_id
from sandbox.aws.eks.clusters import Clusters
from sandbox.aws.eks.nodes import Nodes
from sandbox.aws.eks.pods import ASSOCIATION, Addons, Pods

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Route = tuple[str, re.Pattern[str], str]
STATUS = {"ResourceNotFoundException": "404 Not Found", "ResourceInUseException": "409 Conflict"}


@cache
def routes() -> list[Route]:
    """Method, path and name of each operation. A part of a path may hold slashes: an ARN, sent encoded or not."""
    from botocore.loaders import Loader  # noqa: PLC0415 - read once the emulator has changed how files are read

    made = []
    for name, operation in Loader().load_service_model("eks", "service-2")["operations"].items():
        uri = operation["http"]["requestUri"]
        pattern = re.sub(
            r"\\\{(\w+)\\\}", lambda m: f"(?P<{m[1]}>{'.+' if m[1].endswith('Arn') else '[^/]+'})", re.escape(uri)
        )
        made.append((operation["http"]["method"], re.compile(pattern), name))
    return sorted(made, key=lambda route: -len(re.sub(r"\(\?P<.*?\)", "", route[1].pattern)))  # the narrower path first


def _named(given: Values) -> Values:
    """URI parameters by the names of their members: ``name`` is the cluster's, but in calls on clusters themselves."""
    return given if "clusterName" in given else {**given, "clusterName": given.get("name", "")}


class Region:
    """Everything of EKS in one region. Each method named like an operation answers it."""

    def __init__(self, region: str, folder: Path) -> None:
        self.clusters = Clusters(Surroundings(region), folder)
        self.nodes, self.access, self.pods = Nodes(self.clusters), Access(self.clusters), Pods(self.clusters)
        self.addons = Addons(self.clusters, self.pods)

    def answer(self, operation: str, given: Values) -> Values:
        """What EKS answers to an operation."""
        handler = self._handlers().get(operation)
        if handler is None:
            refuse(f"the emulated account does not know {operation}", "InvalidRequestException")
        made: Values = handler(_named(given), dt.datetime.now(dt.UTC).isoformat())
        return made

    def _handlers(self) -> Mapping[str, Callable[[Values, str], Values]]:
        return {**self._cluster_handlers(), **self._part_handlers(), **self._tag_handlers()}

    def _cluster_handlers(self) -> Mapping[str, Callable[[Values, str], Values]]:
        own = self.clusters

        def changed(action: Callable[[Values, str], object], kind: str) -> Callable[[Values, str], Values]:
            def call(given: Values, now: str) -> Values:
                action(given, now)
                return {"update": {"id": unique_id(), "status": "Successful", "type": kind, "createdAt": now}}

            return call

        return {
            "CreateCluster": lambda g, now: (own.create(g, now), {"cluster": own.shown(g["name"])})[1],
            "DescribeCluster": lambda g, _: {"cluster": own.shown(g["name"])},
            "ListClusters": lambda *_: {"clusters": list(own.clusters)},
            "DeleteCluster": lambda g, _: {"cluster": own.delete(g["name"])},
            "UpdateClusterConfig": changed(lambda g, _: own.update(g["name"], g), "EndpointAccessUpdate"),
            "UpdateClusterVersion": changed(lambda g, _: own.upgrade(g["name"], g["version"]), "VersionUpdate"),
            "AssociateEncryptionConfig": changed(
                lambda g, _: own.encrypt(g["clusterName"], g["encryptionConfig"]), "AssociateEncryptionConfig"
            ),
            "UpdateNodegroupConfig": changed(self.nodes.configure, "ConfigUpdate"),
            "UpdateNodegroupVersion": changed(self.nodes.upgrade, "VersionUpdate"),
            "UpdateAddon": changed(self.addons.update, "AddonUpdate"),
            "DescribeUpdate": lambda g, _: {"update": {"id": g["updateId"], "status": "Successful"}},
        }

    def _part_handlers(self) -> Mapping[str, Callable[[Values, str], Values]]:
        nodes, access, pods, addons = self.nodes, self.access, self.pods, self.addons
        part = self.clusters.part
        return {
            "CreateNodegroup": lambda g, now: {"nodegroup": nodes.create(g, now)},
            "DescribeNodegroup": lambda g, _: {"nodegroup": nodes.of(g["clusterName"], g["nodegroupName"])},
            "ListNodegroups": lambda g, _: {"nodegroups": list(part(g["clusterName"], "nodegroup"))},
            "DeleteNodegroup": lambda g, _: {"nodegroup": nodes.delete(g["clusterName"], g["nodegroupName"])},
            "CreateAddon": lambda g, now: {"addon": addons.create(g, now)},
            "DescribeAddon": lambda g, _: {"addon": addons.of(g["clusterName"], g["addonName"])},
            "ListAddons": lambda g, _: {"addons": list(part(g["clusterName"], "addon"))},
            "DeleteAddon": lambda g, _: {"addon": addons.delete(g["clusterName"], g["addonName"])},
            "DescribeAddonVersions": lambda g, _: {"addons": list(self._offered(g))},
            "CreateAccessEntry": lambda g, now: {"accessEntry": _without_policies(access.create(g, now))},
            "UpdateAccessEntry": lambda g, now: {"accessEntry": _without_policies(access.update(g, now))},
            "DescribeAccessEntry": lambda g, _: {
                "accessEntry": _without_policies(access.of(g["clusterName"], g["principalArn"]))
            },
            "ListAccessEntries": lambda g, _: {"accessEntries": list(part(g["clusterName"], "access-entry"))},
            "DeleteAccessEntry": lambda g, _: access.delete(g["clusterName"], g["principalArn"]),
            "AssociateAccessPolicy": lambda g, now: {
                "clusterName": g["clusterName"],
                "principalArn": g["principalArn"],
                "associatedAccessPolicy": access.associate(g, now),
            },
            "DisassociateAccessPolicy": lambda g, _: access.disassociate(
                g["clusterName"], g["principalArn"], g["policyArn"]
            ),
            "ListAssociatedAccessPolicies": lambda g, _: {
                "clusterName": g["clusterName"],
                "principalArn": g["principalArn"],
                "associatedAccessPolicies": list(access.of(g["clusterName"], g["principalArn"])["policies"].values()),
            },
            "ListAccessPolicies": lambda *_: {
                "accessPolicies": [{"name": name, "arn": f"{POLICIES}{name}"} for name in catalogue()["accessPolicies"]]
            },
            "CreatePodIdentityAssociation": lambda g, now: {"association": pods.create(g, now)},
            "UpdatePodIdentityAssociation": lambda g, now: {"association": pods.update(g, now)},
            "DescribePodIdentityAssociation": lambda g, _: {
                "association": pods.of(g["clusterName"], g["associationId"])
            },
            "DeletePodIdentityAssociation": lambda g, _: {
                "association": pods.delete(g["clusterName"], g["associationId"])
            },
            "ListPodIdentityAssociations": lambda g, _: {
                "associations": [
                    row
                    for row in part(g["clusterName"], ASSOCIATION).values()
                    if all(g.get(key) in (None, row[key]) for key in ("namespace", "serviceAccount"))
                ]
            },
        }

    def _offered(self, given: Values) -> Iterable[Values]:
        version = given.get("kubernetesVersion") or catalogue()["default"]
        for name in [given["addonName"]] if given.get("addonName") else catalogue()["addons"]:
            rows = [
                {"addonVersion": offered, "compatibilities": [{"clusterVersion": version}]}
                for offered in reversed(self.addons.offered(name, version))
            ]
            yield {"addonName": name, "addonVersions": rows}

    def _tag_handlers(self) -> Mapping[str, Callable[[Values, str], Values]]:
        def tag(given: Values, _: str) -> Values:
            self._tags(given["resourceArn"]).update(given["tags"])
            return {}

        def untag(given: Values, _: str) -> Values:
            for key in given["tagKeys"] if isinstance(given["tagKeys"], list) else [given["tagKeys"]]:
                self._tags(given["resourceArn"]).pop(key, None)
            return {}

        return {
            "TagResource": tag,
            "UntagResource": untag,
            "ListTagsForResource": lambda g, _: {"tags": self._tags(g["resourceArn"])},
        }

    def _tags(self, arn: str) -> dict[str, str]:
        """The tags of whatever has this ARN."""
        for name, cluster in self.clusters.clusters.items():
            parts = [row for kind in self.clusters.held[name].values() for row in kind.values()]
            for row in (cluster, *parts):
                own = ("arn", "nodegroupArn", "addonArn", "accessEntryArn", "associationArn")
                if arn in [row[key] for key in own if key in row]:
                    tags: dict[str, str] = row["tags"]
                    return tags
        return refuse(f"No resource found for {arn}", "NotFoundException")


def _without_policies(entry: Values) -> Values:
    return {key: value for key, value in entry.items() if key != "policies"}


class Eks:
    """WSGI middleware that answers EKS's requests and reviews of its tokens, and passes on all others.

    ``folder`` is the stack's: ``kubernetes/cluster.json`` in it says where an API server runs.
    """

    def __init__(self, app: Wsgi, folder: Path) -> None:
        self._app, self._folder = app, folder
        self._regions: dict[str, Region] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """One request."""
        review = environ["PATH_INFO"] == tokens.PATH
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/eks/", environ.get("HTTP_AUTHORIZATION", ""))
        if not review and not scope:
            return self._app(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        code = ""
        try:
            given = json.loads(body) if body else {}
            status, answer = (
                "200 OK",
                self._review(given) if review or not scope else self._call(scope[1], environ, given),
            )
        except Refused as refusal:
            status, code = STATUS.get(refusal.code, "400 Bad Request"), refusal.code
            answer = {"__type": code, "message": refusal.message}
        except ValueError as error:
            status, answer = "400 Bad Request", {"__type": "BadRequestException", "message": str(error)}
        start(status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)])
        return [json.dumps(answer).encode()]

    def _review(self, given: Any) -> Values:
        regions = {name: region.clusters for name, region in self._regions.items()}
        return tokens.answer(regions, given, lambda: dt.datetime.now(dt.UTC))

    def _call(self, region: str, environ: Mapping[str, Any], given: Values) -> Values:
        path = unquote(str(environ["PATH_INFO"]))
        asked = {
            key: values if key == "tagKeys" else values[0]
            for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()
        }
        for method, pattern, operation in routes():
            match = pattern.fullmatch(path)
            if method == environ["REQUEST_METHOD"] and match:
                held = self._regions.setdefault(region, Region(region, self._folder))
                return held.answer(operation, {**given, **asked, **match.groupdict()})
        return refuse(f"no operation has the path {path}", "BadRequestException")
