"""An orphan is what no line of the environment's file looks after: Applications, what they left behind, and gaps."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.argocd.application_sets import application_set
from components.argocd.patches import SETTINGS
from components.argocd.projects import KINDS
from models.versions.model import Version
from reports import orphans
from reports.verdicts import UnreadableError, cluster
from tests.models.support.catalogs import A
from tests.reports.verdicts.support.applications import application
from tests.support.depth import examples

ORDERS = Version(service="orders", tier="core", namespace="shop", chart="1.1.0", image=A)
SEARCH = Version(service="search", tier="standard", namespace="graph", chart="1.1.0", image=A)
LINES = {one.service: one.place for one in (ORDERS, SEARCH)}
APPLICATIONS = [application(ORDERS, "dev"), application(SEARCH, "dev")]
TEAMS = [
    {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name, "labels": {"nationgraph.io/team": name}}}
    for name in ("shop", "graph")
]


def deployed(name: str, namespace: str, *, by: str = "", kind: str = "Deployment", group: str = "apps") -> Any:
    """An object as Argo CD leaves it, with the mark of the Application ``by``."""
    mark = f"{by or name}:{group}/{kind}:{namespace}/{name}"
    metadata = {"name": name, "namespace": namespace, "annotations": {"argocd.argoproj.io/tracking-id": mark}}
    return {"kind": kind, "apiVersion": f"{group}/v1" if group else "v1", "metadata": metadata}


OBJECTS = [*TEAMS, deployed("orders", "shop"), deployed("search", "graph", kind="Service", group="")]


def found(applications: Any = APPLICATIONS, objects: Any = OBJECTS, lines: Any = LINES) -> dict[str, str]:
    """Why, by what."""
    return {one.what: one.why for one in orphans.orphans(applications, objects, lines)}


def test_what_lines_name_is_no_orphan() -> None:
    """Nor is what no set of ours made, what Argo CD did not deploy, and what lies elsewhere or was copied."""
    assert found() == {}
    other = copy.deepcopy(application(ORDERS, "dev"))
    other["metadata"] = {"name": "tailscale-operator", "namespace": "argocd"}
    own = {"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "own", "namespace": "shop"}}
    copied = deployed("orders-7c9d", "shop", by="gone")
    copied["metadata"]["annotations"] = deployed("orders", "shop", by="gone")["metadata"]["annotations"]
    elsewhere = deployed("a", "kube-system", by="gone")
    assert found([*APPLICATIONS, other], [*OBJECTS, own, copied, elsewhere]) == {}


def test_applications_without_a_line_are_named() -> None:
    """Removed, or of another tier, whose set may not take over what another set controls."""
    assert found(lines={"search": LINES["search"]}) == {"Application orders": "no line names it"}
    moved = {**LINES, "search": "core/graph"}
    why = "the set of standard made it, its line is of core, and neither updates it"
    assert found(lines=moved) == {"Application search": why}
    assert set(found(lines={})) == {"Application orders", "Application search"}


def test_what_applications_left_behind_is_named() -> None:
    """The Application is gone, or deploys to another namespace now."""
    left = [*OBJECTS, deployed("old", "shop"), deployed("orders", "graph", kind="Service", group="")]
    assert found(objects=left) == {
        "Deployment shop/old": "Application old, which deployed it, is gone",
        "Service graph/orders": "Application orders, which deployed it, deploys to another namespace now",
    }


def test_lines_without_an_application_are_named() -> None:
    """With the set that should have made it."""
    (one,) = orphans.orphans(APPLICATIONS[:1], OBJECTS[:3], LINES)
    assert (one.what, one.why) == ("line of search", "has no Application")
    assert one.fix.endswith("describe applicationset standard")


def test_each_has_a_command_that_removes_it_alone() -> None:
    """Printed with it, for a person who means it."""
    rows = orphans.orphans(APPLICATIONS, [*OBJECTS, deployed("old", "shop")], {"search": "core/graph"})
    fixes = {one.what: one.fix for one in rows}
    assert "delete application orders" in fixes["Application orders"]
    assert "makes it anew" not in fixes["Application orders"]
    assert "makes it anew" in fixes["Application search"]
    assert fixes["Deployment shop/old"] == "kubectl --namespace shop delete deployment old"
    assert orphans.table(rows, "dev").row_count == len(rows)


def test_labels_and_marks_are_those_that_argo_cd_is_told_to_write() -> None:
    """The set's template, and the way in which Argo CD marks what it deploys."""
    made = application_set("core", environment="dev", versions="dev", repository="https://x.example/r.git")
    labels = made["spec"]["template"]["metadata"]["labels"]
    one = {"metadata": {"name": "orders", "labels": labels}}
    assert orphans.without_line(one, {}) == "no line names it"
    assert SETTINGS["application.resourceTrackingMethod"] == "annotation"


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("a:b/c:d/e"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(value=SHAPES, key=st.sampled_from(["kind", "apiVersion", "metadata", "spec"]), data=st.data())
@settings(max_examples=examples(100), deadline=None)
def test_no_shape_raises(value: Any, key: str, data: st.DataObject) -> None:
    """And the others are still found."""
    inner = data.draw(st.sampled_from(["name", "namespace", "labels", "annotations"]))
    strange: list[Any] = [{**deployed("a", "shop"), key: value}, {**deployed("a", "shop"), "metadata": {inner: value}}]
    what = found([*APPLICATIONS, *strange, value], [*OBJECTS, *strange, value, deployed("old", "shop")])
    assert "Deployment shop/old" in what


def kubectl(path: Path, code: int = 0) -> Path:
    """A stand-in that writes down how it was called, and answers with an empty list."""
    path.write_text(f"#!/bin/sh\necho \"$@\" >> {path}.calls\necho '{json.dumps({'items': []})}'\nexit {code}\n")
    path.chmod(0o755)
    return path


def test_cluster_is_asked_for_every_kind_in_every_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects first, so that an Application of this moment does not make orphans of its objects."""
    monkeypatch.setattr(cluster.kubernetes, "kubectl", lambda: kubectl(tmp_path / "kubectl"))
    assert orphans.fetch(tmp_path / "config", KINDS) == ([], [])
    first, second = (tmp_path / "kubectl.calls").read_text().splitlines()
    assert "--all-namespaces namespace,service,deployment.apps," in first
    assert "secretproviderclass.secrets-store.csi.x-k8s.io" in first
    assert "applications.argoproj.io" in second
    monkeypatch.setattr(cluster.kubernetes, "kubectl", lambda: kubectl(tmp_path / "kubectl", 1))
    with pytest.raises(UnreadableError, match="what is deployed cannot be read"):
        orphans.fetch(tmp_path / "config", KINDS)
