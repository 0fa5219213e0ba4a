"""A real API server counts the services that a change takes away, names them, and lets previews try and not write."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.error import HTTPError

import pytest

from components.admission.deletion_budget import deletion_budget
from components.argocd.args import namespace
from components.argocd.rights import previewers
from components.argocd.services import BUDGET, NAME, services
from layers.delivery import PREVIEW_GROUP, WRITERS
from sandbox.argocd import objects
from sandbox.kubernetes.api import APPLY, MERGE, Api
from stacks.model import BUDGET_KEY
from tests.support import clusters
from tests.support.clusters import until

pytestmark = pytest.mark.e2e
POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
MAPS = "/api/v1/namespaces/argocd/configmaps"
LIST = f"{MAPS}/{NAME}"
PIPELINE = ("arn:aws:sts::123456789012:assumed-role/nationgraph-deploy/run", WRITERS)
PREVIEW = ("arn:aws:sts::123456789012:assumed-role/nationgraph-preview/run", PREVIEW_GROUP)
PERSON = ("arn:aws:sts::123456789012:assumed-role/nationgraph-on-call/ada", "nationgraph:on-call")
RUNS = {"auth": "core/platform", "billing": "core/payments", "web": "standard/graph"}
EDITORS = {
    "metadata": {"name": "editors"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name} for name in (WRITERS, PERSON[1])
    ],
}
"""The pipeline and a person may do everything by RBAC; previews have what the component gives them, and to read."""
READERS = {
    "metadata": {"name": "readers"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": PREVIEW_GROUP}],
}
OTHERS = [
    {"apiVersion": "v1", "kind": kind, "metadata": {"name": "other", "namespace": "argocd"}}
    for kind in ("ConfigMap", "ServiceAccount")
]
"""What is there besides the list."""
GARBLED = ("", "two", "-1", "+2", "02", "2.0", "1e3", " 2", "2\n", "1001", "9999999999999999999999")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A cluster with the policies in force and the list of three services."""
    with clusters.running(tmp_path_factory.mktemp("clusters") / "budget") as made:
        for one in (EDITORS, READERS):
            made.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", one)
        for row in deletion_budget(setting=BUDGET_KEY, writers=[WRITERS], preview=PREVIEW_GROUP):
            body = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": row.name}}
            kind, bound = "ValidatingAdmissionPolicy", {"policyName": row.name, "validationActions": ["Deny"]}
            made.apply(f"{POLICIES}/{row.name}", {**body, "kind": kind, "spec": row.spec()})
            made.apply(f"{BINDINGS}/{row.name}", {**body, "kind": f"{kind}Binding", "spec": bound})
        pipeline = replace(made, acting=PIPELINE)
        objects.apply(pipeline, [namespace(), *previewers(PREVIEW_GROUP), *OTHERS])
        objects.apply(pipeline, [services(RUNS, 0)])  # which is the first creation
        for who, body in ((PERSON, services(RUNS, 1)), (PIPELINE, services({}, 0))):
            until(lambda who=who, body=body: said(made, body, who))  # type: ignore[misc]
        yield made


def said(api: Api, body: Mapping[str, Any], who: tuple[str, str] = PIPELINE, *, dry: bool = True) -> str:
    """The code and reason with which a server-side apply of the list is refused; "" where it is taken."""
    query = "fieldManager=sandbox&force=true" + ("&dryRun=All" if dry else "")
    try:
        replace(api, acting=who).call("PATCH", f"{LIST}?{query}", body, kind=APPLY)
    except HTTPError as error:
        return f"{error.code} {error.reason}"
    return ""


def without(*names: str, budget: int = 0, **changed: str) -> dict[str, Any]:
    """The list without some services, and with others changed or new."""
    return services({**{name: value for name, value in RUNS.items() if name not in names}, **changed}, budget)


TAKEN: dict[str, dict[str, Any]] = {
    "unchanged": without(),
    "another budget": without(budget=7),
    "one more": without(search="standard/graph"),
    "one less of one": without("web", budget=1),
    "two less of two": without("web", "auth", budget=2),
    "moved within the budget": without(budget=1, web="standard/data"),
    "all within the largest budget": services({}, 1000),
}
REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "one less of none": (without("web"), ("web",)),
    "two less of one": (without("web", "auth", budget=1), ("auth", "web")),
    "renamed": (without("web", site="standard/graph"), ("web",)),
    "to another namespace": (without(web="standard/data"), ("web (standard/graph becomes standard/data)",)),
    "to another tier": (without(web="core/graph"), ("web (standard/graph becomes core/graph)",)),
    "all at once": (services({}, 0), tuple(RUNS)),
    "no list": ({key: value for key, value in services({}, 0).items() if key != "data"}, tuple(RUNS)),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_the_budget_allows_is_taken(api: Api, name: str) -> None:
    """By the pipeline and, as a dry run, by a preview."""
    assert said(api, TAKEN[name]) == ""
    assert said(api, TAKEN[name], PREVIEW) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_what_goes_beyond_is_refused_by_name(api: Api, name: str) -> None:
    """As invalid, which a preview does not pass over; with budget and way out, and no name of a service that stays."""
    body, names = REFUSED[name]
    for who, dry in ((PIPELINE, True), (PIPELINE, False), (PREVIEW, True)):
        answer = said(api, body, who, dry=dry)
        assert answer.startswith("422 ")
        assert f"would orphan {len(names)} of the services" in answer
        budget = body["metadata"]["annotations"][BUDGET]
        listed = answer.partition(f"the deletion budget is {budget}: ")[2].partition(";")[0]
        assert set(listed.split(", ")) == set(names)
        assert f"write {BUDGET_KEY}: {len(names)} in the file of the stack" in answer
    assert replace(api, acting=PIPELINE).call("GET", LIST)["data"] == services(RUNS, 0)["data"]


@pytest.mark.parametrize("written", [None, *GARBLED])
def test_a_budget_that_is_no_number_is_none(api: Api, written: str | None) -> None:
    """Absent, garbled or beyond the largest: nothing may go; what takes nothing away is taken."""
    for names, refused in (((), False), (("web",), True)):
        body = without(*names)
        body["metadata"]["annotations"] = {} if written is None else {BUDGET: written}
        answer = said(api, body)
        assert bool(answer) is refused, answer
        assert not refused or "the deletion budget is 0: web;" in answer


def test_a_thousand_services_are_counted_and_named_as_far_as_there_is_room(api: Api) -> None:
    """The policy's cost stays within what Kubernetes allows, and the message within its size."""
    many = {f"service-with-a-long-name-{number:04}": "experimental/payments" for number in range(1000)}
    assert said(api, services({**RUNS, **many}, 0), dry=False) == ""
    answer = said(api, without())
    assert "would orphan 1000 of the services" in answer
    assert answer.count("service-with-a-long-name-") > 100
    assert answer.endswith("in the same change")
    assert said(api, without(budget=1000), dry=False) == ""
    assert said(api, without(), dry=False) == ""


def test_a_first_list_is_taken_whatever_it_leaves_out(api: Api) -> None:
    """Also after a deletion, which the deployment may do: then nobody knows any more what ran."""
    replace(api, acting=PIPELINE).call("DELETE", LIST)
    assert said(api, without("web", "auth"), dry=False) == ""
    assert "would orphan 1 of the services" in said(api, services({}, 0))
    assert said(api, without(), dry=False) == ""


def test_who_may_change_the_list(api: Api) -> None:
    """The deployment alone, whatever RBAC says; a preview tries, and writes neither here nor anywhere."""
    assert "403" in said(api, without(budget=1), PERSON)
    assert "changed by the deployment alone" in said(api, without(budget=1), PERSON)
    for method in ("PUT", "DELETE"):
        with pytest.raises(HTTPError, match="by the deployment alone"):
            replace(api, acting=PERSON).call(method, LIST, without(budget=1) if method == "PUT" else None)
    answer = said(api, without(budget=1), PREVIEW, dry=False)
    assert answer.startswith("403 ")
    assert "denied request" in answer
    preview = replace(api, acting=PREVIEW)
    for method, path in (("DELETE", LIST), ("PATCH", f"{MAPS}/other"), ("POST", MAPS)):
        kind = APPLY if method == "PATCH" else "application/json"
        with pytest.raises(HTTPError, match="is forbidden: User") as caught:
            preview.call(method, f"{path}?dryRun=All", without(), kind=kind)
        assert caught.value.code == 403


def test_previews_write_nothing_even_where_a_role_is_too_wide(api: Api) -> None:
    """A role that somebody gives them by mistake opens nothing: every kind, subresources and deletions too."""
    wide = cast("dict[str, Any]", {**EDITORS, "metadata": {"name": "mistake"}, "subjects": READERS["subjects"]})
    path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    api.call("POST", path, wide)
    preview = replace(api, acting=PREVIEW)
    account = "/api/v1/namespaces/argocd/serviceaccounts/other"
    token = {"spec": {"audiences": ["x"], "expirationSeconds": 600}}
    role = {"metadata": {"name": "x"}}
    tries = (
        ("POST", MAPS, role),
        ("DELETE", f"{MAPS}/other", None),
        ("POST", f"{account}/token", token),
        ("POST", "/api/v1/namespaces", role),
        ("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", role),
        ("DELETE", f"{path}/mistake", None),
    )

    def refused() -> bool:
        try:
            preview.call("PATCH", f"{MAPS}/other", {}, kind=MERGE)
        except HTTPError as error:
            return "previews of pull requests change nothing" in str(error)
        return False

    try:
        until(refused)
        for method, place, body in tries:
            with pytest.raises(HTTPError, match="previews of pull requests change nothing"):
                preview.call(method, place, body)
        preview.call("POST", f"{MAPS}?dryRun=All", {"metadata": {"name": "x"}})
        review = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
        assert preview.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)["status"]
    finally:
        api.call("DELETE", f"{path}/mistake")
