"""Argo CD for real: ten services are delivered, nothing foreign is, and no outage deletes anything."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from cli import application as cli
from models.versions.loader import read_versions
from sandbox.kubernetes import cluster
from sandbox.kubernetes.api import MERGE, Api
from tests.e2e.argocd.support.declared import UNGUARDED
from tests.e2e.argocd.support.laboratory import DEPLOYED, HEALTHY, OWN, Laboratory, until
from tests.e2e.argocd.support.outages import OUTAGES
from tests.e2e.argocd.support.repository import VERSIONS
from tests.support.depth import DEEP

pytestmark = pytest.mark.e2e
HALF = "generator result half"
UNREADABLE = "versions file removed"
SAMPLE = (HALF, "ApplicationSet deleted by hand", "policy overridden in the ApplicationSet")
TRIED = tuple(OUTAGES) if DEEP else SAMPLE
DIGEST = "sha256:" + "ab" * 32


def test_one_application_a_service(delivered: Laboratory) -> None:
    """Each in its tier's project and its team's namespace, with the chart and image of its line."""
    for name, version in delivered.catalog.versions["dev"].items():
        one = delivered.application(name)
        assert one["spec"]["project"] == version.tier
        assert one["spec"]["destination"]["namespace"] == version.namespace
        assert "finalizers" not in one["metadata"]
        deployment = delivered.get("apps/v1", "Deployment", version.namespace, name)
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert container["image"].endswith(f"/{name}@{version.image}")
        least = delivered.catalog.services[name].in_environment("dev").scaling.min
        assert deployment["status"]["readyReplicas"] == least


DELIVERY = {"applications": True, "applicationsets": True, "appprojects": True}
"""What people see of Argo CD by the API server."""


@pytest.mark.parametrize(
    ("group", "sees"),
    [
        ("nationgraph:on-call", DELIVERY),
        ("nationgraph:verdicts", {**dict.fromkeys(DELIVERY, False), "applications": True}),
        ("nationgraph:support", dict.fromkeys(DELIVERY, False)),
    ],
)
def test_who_sees_what_is_delivered(delivered: Laboratory, group: str, sees: dict[str, bool]) -> None:
    """By the roles of the program alone: nobody of them changes it, or reads a Secret beside it."""
    person = replace(delivered.api, acting=("somebody", group))
    place = "/apis/argoproj.io/v1alpha1/namespaces/argocd"
    found = {kind: _answer(person, "GET", f"{place}/{kind}") == 200 for kind in sees}
    assert found == sees
    assert _answer(person, "PATCH", f"{place}/applications/billing?dryRun=All", {"spec": {}}) == 403
    assert _answer(person, "DELETE", f"{place}/applications/billing?dryRun=All") == 403
    assert _answer(person, "GET", "/api/v1/namespaces/argocd/secrets") == 403


def _answer(api: Api, method: str, path: str, body: object = None) -> int:
    try:
        api.call(method, path, body, kind=MERGE)
    except HTTPError as error:
        return error.code
    return 200


def test_foreign_sources_and_kinds_are_refused(delivered: Laboratory) -> None:
    """Another repository, another team's namespace, a kind that the golden chart does not make: nothing is deployed."""
    delivered.repository.commit(_secret_chart)
    own = delivered.application("billing")["spec"]
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "other-repository": (
            {**own, "source": {**own["source"], "repoURL": "https://github.com/nationgraph/other.git"}},
            "is not permitted in project",
        ),
        "other-namespace": (
            {**own, "destination": {**own["destination"], "namespace": "kube-system"}},
            "is not permitted in project|do not match any of the allowed destinations",
        ),
        "other-kind": (
            {**own, "source": {key: own["source"][key] for key in ("repoURL", "targetRevision")} | {"path": "foreign"}},
            "is not permitted in project",
        ),
    }
    for name, (spec, _) in cases.items():
        delivered.create_application(name, spec)
    for name, (_, said) in cases.items():
        until(lambda name=name, said=said: delivered.says(name, said), f"{name}: {said}")  # type: ignore[misc]
        delivered.delete("Application", name)
    assert delivered.get("v1", "ConfigMap", "payments", "kube-root-ca.crt")
    assert not delivered.exists("v1", "ConfigMap", "payments", "foreign")


def _secret_chart(work: Path) -> None:
    (work / "foreign").mkdir()
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: foreign}\n"
    (work / "foreign" / "map.yaml").write_text(text)


def test_one_line_rolls_out_and_back(delivered: Laboratory) -> None:
    """A new image is rolled out; one whose pods do not become ready is not healthy, and takes no ready pod away; the
    old line brings the old version back.
    """
    before = delivered.repository.head
    old = delivered.catalog.versions["dev"]["billing"]
    least = delivered.catalog.services["billing"].in_environment("dev").scaling.min

    delivered.repository.commit(lambda work: _replace(work, old.image, DIGEST))
    delivered.refresh("billing")
    until(lambda: delivered.image("billing").endswith(DIGEST), "the new image is deployed")
    until(lambda: delivered.states()["billing"] == HEALTHY, "the new image is healthy")

    delivered.repository.commit(_never_ready)
    delivered.refresh("billing")
    until(lambda: delivered.states()["billing"] == ("Synced", "Progressing"), "pods that are not ready are seen")
    status = delivered.get("apps/v1", "Deployment", "payments", "billing")["status"]
    assert status["readyReplicas"] >= least
    assert status["unavailableReplicas"] >= 1
    assert delivered.states()["billing"] != HEALTHY

    delivered.repository.revert(before)
    delivered.refresh("billing")
    until(lambda: delivered.image("billing").endswith(old.image), "the old image is back")
    until(lambda: delivered.states()["billing"] == HEALTHY, "the old image is healthy")
    assert delivered.application("billing")["spec"]["source"]["path"] == f"service/{old.chart}"


def _replace(work: Path, before: str, after: str) -> None:
    path = work / VERSIONS
    path.write_text(path.read_text().replace(before, after))


def _never_ready(work: Path) -> None:
    """Another version of the chart, whose pods are never ready, for one service."""
    newest = max(path for path in (work / "service").iterdir() if path.is_dir())
    shutil.copytree(newest, work / "service" / "9.9.9")
    template = work / "service" / "9.9.9" / "templates" / "deployment.yaml"
    text = template.read_text()
    head = "      annotations:\n        {{- if $metrics }}"
    assert head in text
    template.write_text(text.replace(head, head.replace("\n", "\n        sandbox/pod: unready\n", 1)))
    path = work / VERSIONS
    rows = path.read_text().splitlines(keepends=True)
    made = [re.sub(r"chart: [^,]+", "chart: 9.9.9", row) if "service: billing," in row else row for row in rows]
    path.write_text("".join(made))


def report(where: Laboratory, capsys: pytest.CaptureFixture[str]) -> tuple[int, set[str]]:
    """The exit code of ``make orphans``, and what its table names."""
    capsys.readouterr()
    kubeconfig = str(cluster.kubeconfig(where.folder))
    words = ["orphans", "--environment", "dev", "--kubeconfig", kubeconfig, "--charts", str(where.repository.work)]
    code = cli.main(words)
    rows = [[cell.strip() for cell in line.split("│")] for line in capsys.readouterr().out.splitlines() if "│" in line]
    return code, {row[1] for row in rows}


def test_another_tier_is_an_orphan_until_its_application_is_deleted(
    delivered: Laboratory, capsys: pytest.CaptureFixture[str]
) -> None:
    """No set takes over what another one made. Once it is deleted, the set of the line makes it anew, and everything
    that it had deployed is the same as before.
    """
    name, old, new = next(
        (name, line.tier, tier)
        for name, line in delivered.catalog.versions["dev"].items()
        for tier, places in delivered.args.tiers.items()
        if line.namespace in places and tier != line.tier
    )
    before, kept = delivered.repository.head, delivered.alive()
    for tier in (new, old):
        if tier == new:
            delivered.repository.commit(lambda work: _tier(work, name, new))
        else:
            delivered.repository.revert(before)
        for one in delivered.sets:
            delivered.ask(one["metadata"]["name"])
        until(lambda tier=tier: delivered.failing() == [tier], f"the set of {tier} cannot take over")  # type: ignore[misc]
        assert delivered.application(name)["metadata"]["labels"]["nationgraph.io/tier"] != tier
        assert report(delivered, capsys) == (1, {f"Application {name}"})
        delivered.delete("Application", name)
        delivered.ask(tier)
        until(lambda: delivered.states().get(name) == HEALTHY, f"{name} is there again")
        assert delivered.application(name)["metadata"]["labels"]["nationgraph.io/tier"] == tier
        assert report(delivered, capsys) == (0, set())
    assert delivered.alive() == kept


def _tier(work: Path, name: str, tier: str) -> None:
    path = work / VERSIONS
    rows = path.read_text().splitlines(keepends=True)
    made = [re.sub(r"tier: [^,]+", f"tier: {tier}", row) if f"service: {name}," in row else row for row in rows]
    path.write_text("".join(made))


def listed(where: Laboratory) -> set[str]:
    """The services that the file names at this moment."""
    return set(read_versions("dev", where.repository.work).versions())


def orphans_are_exactly(where: Laboratory, capsys: pytest.CaptureFixture[str], *deleted: str) -> None:
    """Applications without a line and, of those that are ``deleted``, what they had deployed; each by its name."""
    lost = set(where.catalog.versions["dev"]) - listed(where)
    assert {*deleted} < lost
    left = set()
    for name in deleted:
        where.delete("Application", name)
        place = where.catalog.services[name].namespace
        until(lambda name=name: name not in where.applications(), f"{name} is gone")  # type: ignore[misc]
        left |= {key for key in where.alive() if key.partition(" ")[2] == f"{place}/{name}"}
        assert {key.partition(" ")[0] for key in left} >= {"Deployment", "Service"}
    code, named = report(where, capsys)
    assert code == 1
    kinds = {kind for _, kind in DEPLOYED}
    assert {what for what in named if what.startswith("Application ")} == {
        f"Application {name}" for name in lost - {*deleted}
    }
    assert {what for what in named if what.partition(" ")[0] in kinds} == left
    assert not [what for what in named if what.startswith("line of ")]


def test_outages_delete_nothing(delivered: Laboratory, capsys: pytest.CaptureFixture[str]) -> None:
    """Each outage is seen by both; the platform's Argo CD keeps everything, the other one deletes."""
    delivered.install_others()
    delivered.start()
    assert report(delivered, capsys) == (0, set())
    survived, deleted, lines = [], [], []
    for name in TRIED:
        outage = OUTAGES[name]
        until(delivered.restored, f"before {name}: all is there")
        kept = delivered.alive() | (delivered.alive_applications() if outage.applications else {})
        lost = delivered.victims()
        outage.begin(delivered)
        delivered.look_at_outage()
        gone: set[str] = set()

        def without(lost: dict[str, str] = lost, gone: set[str] = gone) -> bool:
            now = delivered.victims()
            gone |= {key for key, uid in lost.items() if now.get(key) != uid}
            return any(key.startswith("Service ") for key in gone)

        until(without, f"{name}: the unguarded one deletes something")
        now = delivered.alive() | delivered.alive_applications()
        missing = {key for key, uid in kept.items() if now.get(key) != uid}
        survived += [name] if not missing else []
        deleted += [name] if gone else []
        lines.append(
            f"  {name}: {len(kept) - len(missing)} of {len(kept)} kept by {outage.guard}; {len(gone)} deleted without"
        )
        assert not missing, f"{name}: {sorted(missing)}"
        if name == HALF:
            orphans_are_exactly(delivered, capsys)
            orphans_are_exactly(delivered, capsys, max(set(delivered.catalog.versions["dev"]) - listed(delivered)))
        if name == UNREADABLE:
            assert report(delivered, capsys) == (2, set()), "a file that is not there is no empty list"
        outage.end(delivered)
    with capsys.disabled():
        print("\n" + "\n".join(lines))
        print(
            f"outages survived: {len(survived)} of {len(TRIED)}; "
            f"with the guard away: {len(deleted)} of {len(TRIED)} deleted"
        )
    assert len(deleted) == len(TRIED)
    assert UNGUARDED != OWN
