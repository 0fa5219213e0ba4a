"""INF-04 by the real Argo CD: the migrations of a database run before the service that they belong to, or it stays."""

from pathlib import Path
from typing import Any

import pytest

from lib.helm_parameters import IMAGE, MIGRATIONS
from models.versions.loader import read_versions
from models.versions.model import Version
from reports.verdicts import applications
from sandbox.kubernetes import cluster, kubelet
from tests.e2e.argocd.support.laboratory import HEALTHY, Laboratory, until
from tests.e2e.argocd.support.repository import VERSIONS

pytestmark = pytest.mark.e2e
SERVICE, JOB, TEAM = "graph-api", "graph-api-migration", "graph"
STEPS, BUILD = (f"sha256:{sign * 64}" for sign in "ab")
FAILED = r"matching FailJob rule"
RETRIES = 150.0
"""Seconds: Argo CD tries a sync that failed again after 10, 20, 40 and 80."""


def write(where: Laboratory, **digests: str) -> None:
    """Another image or migrations in the line of the service, in one commit on main."""

    def change(work: Path) -> None:
        path = work / VERSIONS
        line = read_versions("dev", work).versions()[SERVICE]
        path.write_text(path.read_text().replace(line.line(), line.model_copy(update=digests).line()))

    where.repository.commit(change)
    where.refresh(SERVICE)


def jobs(where: Laboratory) -> dict[str, Any]:
    """The Job as it is; none while it is made anew."""
    return where.found("batch/v1", "Job", TEAM, JOB)


def image(job: dict[str, Any]) -> str:
    """What its container runs."""
    return str(job["spec"]["template"]["spec"]["containers"][0]["image"]) if job else ""


def deployment(where: Laboratory) -> dict[str, Any]:
    """The service's."""
    return where.get("apps/v1", "Deployment", TEAM, SERVICE)


def sets(where: Laboratory) -> set[str]:
    """The generations of its pods."""
    path = f"/apis/apps/v1/namespaces/{TEAM}/replicasets?labelSelector=app.kubernetes.io/name={SERVICE}"
    return {one["metadata"]["uid"] for one in where.api.call("GET", path)["items"]}


def verdict(where: Laboratory) -> dict[str, Any]:
    """What promotion would read."""
    found, _ = applications.verdicts(list(where.applications().values()), "dev")
    return found[SERVICE].model_dump()


def line(where: Laboratory) -> Version:
    """As it was at first."""
    return where.catalog.versions["dev"][SERVICE]


def refusing(where: Laboratory, *images: str) -> None:
    """The programs of these images end with exit code 1 from now on."""
    (cluster.place(where.folder) / kubelet.FAILING).write_text("".join(f"{one}\n" for one in images))


def test_the_job_ran_before_the_service_was_there(delivered: Laboratory) -> None:
    """With the line's digest and its own account, and its credential and policy were there before it."""
    job, version = jobs(delivered), line(delivered)
    assert job["status"]["succeeded"] == 1
    assert image(job).endswith(f"/nationgraph-migrations@{version.migrations}")
    assert job["spec"]["template"]["spec"]["serviceAccountName"] == "migrations"
    made = deployment(delivered)
    assert job["status"]["completionTime"] <= made["metadata"]["creationTimestamp"]
    for kind in ("secrets-store.csi.x-k8s.io/v1/namespaces/{}/secretproviderclasses",
                 "networking.k8s.io/v1/namespaces/{}/networkpolicies"):  # fmt: skip
        before = delivered.api.call("GET", f"/apis/{kind.format(TEAM)}/{JOB}")
        assert before["metadata"]["creationTimestamp"] <= job["metadata"]["creationTimestamp"]
    assert verdict(delivered)["migrations"] == version.migrations


def test_no_other_service_has_one(delivered: Laboratory) -> None:
    """Nor another parameter."""
    for name, one in delivered.applications().items():
        parameters = [row["name"] for row in one["spec"]["source"]["helm"]["parameters"]]
        more = [MIGRATIONS] if name == SERVICE else []
        assert parameters == [IMAGE, *more]
    found = [job["metadata"]["name"] for team in delivered.teams
             for job in delivered.api.call("GET", f"/apis/batch/v1/namespaces/{team}/jobs")["items"]]  # fmt: skip
    assert found == [JOB]


def test_migrations_that_fail_stop_the_sync_and_the_old_version_stays(delivered: Laboratory) -> None:
    """Image and steps are new, and the steps are refused: nothing of the service changes, no line goes on. When they
    pass at a later try, all of it is deployed.
    """
    before, pods = deployment(delivered), sets(delivered)
    bad = image(jobs(delivered)).partition("@")[0] + f"@{STEPS}"
    refusing(delivered, bad)
    write(delivered, image=BUILD, migrations=STEPS)
    until(lambda: image(jobs(delivered)) == bad and delivered.says(SERVICE, FAILED), "its Job is refused")
    now = deployment(delivered)
    assert now["spec"] == before["spec"]
    assert now["metadata"]["annotations"] == before["metadata"]["annotations"]
    assert (sets(delivered), now["status"]["readyReplicas"]) == (pods, before["status"]["readyReplicas"])
    said = verdict(delivered)
    assert (said["sync"], said["operation"]) != ("Synced", "Succeeded")
    assert delivered.states()[SERVICE][0] == "OutOfSync"

    refusing(delivered)
    until(lambda: delivered.states()[SERVICE] == HEALTHY, "a later try passes", RETRIES)
    until(lambda: verdict(delivered)["operation"] == "Succeeded", "the sync has ended")
    assert delivered.image(SERVICE).endswith(BUILD)
    assert (verdict(delivered)["image"], verdict(delivered)["migrations"]) == (BUILD, STEPS)
    assert jobs(delivered)["status"]["succeeded"] == 1


def test_migrations_alone_run_too_and_restart_no_pod(delivered: Laboratory) -> None:
    """Argo CD compares no hooks; the Deployment names the digest, so that it sees a difference. Back is as forth."""
    version, pods, job = line(delivered), sets(delivered), jobs(delivered)
    for digest in (str(version.migrations), STEPS):
        write(delivered, migrations=digest)
        until(lambda digest=digest: image(jobs(delivered)).endswith(digest), "its Job is another one")  # type: ignore[misc]
        until(lambda digest=digest: verdict(delivered)["migrations"] == digest, "it is compared")  # type: ignore[misc]
        until(lambda: delivered.states()[SERVICE] == HEALTHY, "it is deployed")
        assert deployment(delivered)["metadata"]["annotations"]["nationgraph.io/migrations"] == digest
        assert jobs(delivered)["status"]["succeeded"] == 1
    assert jobs(delivered)["metadata"]["uid"] != job["metadata"]["uid"]
    assert sets(delivered) == pods
