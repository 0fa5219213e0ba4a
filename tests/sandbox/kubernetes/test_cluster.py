"""A folder's cluster with real processes: what runs, what comes back, and what is never touched."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError

import pytest

from sandbox.account import DamagedError
from sandbox.kubernetes import cluster, identity
from sandbox.kubernetes.api import Api
from tests.support.depth import DEEP

SPACES = "/api/v1/namespaces"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A stack's folder with a cluster that runs."""
    made = tmp_path_factory.mktemp("clusters") / "dev"
    made.mkdir()
    cluster.start(made)
    yield made
    cluster.remove(made)
    assert cluster.pids(made) == {}


def api(folder: Path, user: str = "admin") -> Api:
    """The folder's API server."""
    port = cluster.port(folder)
    assert port
    return Api(cluster.place(folder), port, user)


def until(done: Callable[[], object]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def spaces(folder: Path) -> set[str]:
    """The namespaces."""
    return {entry["metadata"]["name"] for entry in api(folder).call("GET", SPACES)["items"]}


def test_described_for_others(folder: Path) -> None:
    """Address and authority are where the emulated account reads them; what is secret is the owner's alone."""
    described = json.loads((folder / "kubernetes" / "cluster.json").read_text())
    own = cluster.place(folder)
    assert described == {"server": api(folder).server, "certificateAuthority": identity.authority(own)}
    secret = [own / "tokens.csv", own / "kubeconfig", *(own / "tokens").iterdir(), *(own / "pki").glob("*.key")]
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert own.stat().st_mode & 0o777 == 0o700


def test_nobody_comes_in_without_a_token(folder: Path) -> None:
    """Neither without one, nor with one that is made up; the kubelet's token reads no secret."""
    stranger = api(folder)
    command = ["curl", "-sk", "-o", os.devnull, "-w", "%{http_code}", "--noproxy", "*", f"{stranger.server}{SPACES}"]
    for words in ([], ["-H", "Authorization: Bearer admin-token"]):
        said = subprocess.run([*command, *words], capture_output=True, text=True, check=True).stdout
        assert said == "401"
    with pytest.raises(HTTPError) as refused:
        api(folder, "kubelet").call("GET", "/api/v1/secrets")
    assert refused.value.code == 403


def test_policies_of_eks_are_roles(folder: Path) -> None:
    """Whoever is in the group of a policy has its rights and no more."""
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"

    def may(policy: str, verb: str, resource: str) -> bool:
        attributes = {"verb": verb, "resource": resource, "namespace": "default"}
        spec = {"user": "somebody", "groups": [f"eks:{policy}"], "resourceAttributes": attributes}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        return bool(api(folder).call("POST", path, body)["status"]["allowed"])

    until(lambda: may("AmazonEKSViewPolicy", "get", "pods"))  # the controller manager aggregates `view`
    assert not may("AmazonEKSViewPolicy", "get", "secrets")
    assert not may("AmazonEKSViewPolicy", "delete", "pods")
    assert may("AmazonEKSAdminViewPolicy", "get", "secrets")
    assert may("AmazonEKSClusterAdminPolicy", "delete", "nodes")


def test_pods_run_and_jobs_end(folder: Path) -> None:
    """The stand-in for a kubelet marks a pod ready, a Job's pod succeeded, and what a test asks for otherwise."""
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a"}]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": {"template": template}}
    wish = {"metadata": {"annotations": {"sandbox/pod": "failed"}}, **template}
    failing = {**job, "metadata": {"name": "never"}, "spec": {"template": wish, "backoffLimit": 0}}
    path = "/apis/batch/v1/namespaces/default/jobs"
    until(lambda: any(cluster.pids(folder)))
    for body in (job, failing):
        api(folder).call("POST", path, body)

    def conditions(name: str) -> set[str]:
        found = api(folder).call("GET", f"{path}/{name}")["status"].get("conditions") or ()
        return {entry["type"] for entry in found if entry["status"] == "True"}

    until(lambda: "Complete" in conditions("once"))
    until(lambda: "Failed" in conditions("never"))


@pytest.mark.parametrize("part", cluster.PARTS if DEEP else ["etcd", "api-server"])
def test_killed_part_comes_back_with_its_state(folder: Path, part: str) -> None:
    """After ``kill -9`` of one, the next start brings it back; the others go on, and what was made is there."""
    api(folder).call("POST", SPACES, {"metadata": {"name": f"before-{part}"}})
    before, address = cluster.pids(folder), api(folder).server
    os.kill(before[part], signal.SIGKILL)
    until(lambda: part not in cluster.pids(folder))
    cluster.start(folder)
    after = cluster.pids(folder)
    assert set(after) == set(cluster.PARTS)
    assert {name for name in after if after[name] != before[name]} == {part}
    assert api(folder).server == address
    assert f"before-{part}" in spaces(folder)


def test_damaged_numbers_start_no_second_cluster(folder: Path) -> None:
    """What runs is told by processes, whatever is in the file of ports; two starters at once start nothing twice."""
    before = cluster.pids(folder)
    for text in ("", "garbage", '{"api": 1, "etcd": "x"}', "[]"):
        (folder / "kubernetes" / "ports.json").write_text(text)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(cluster.start, [folder, folder]))
        assert cluster.pids(folder) == before


def test_other_folders_and_processes_are_left_alone(folder: Path, tmp_path: Path) -> None:
    """A folder whose name begins with this one's, and a program that only names this one's, are not ours to stop."""
    near = folder.with_name("dev2")
    near.mkdir(exist_ok=True)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", f"{folder}/kubernetes/etcd"]) as other:
        before = cluster.pids(folder)
        cluster.stop(near)
        assert cluster.pids(folder) == before
        assert other.pid not in before.values()
        other.kill()


def test_stopped_and_started_with_another_reviewer(folder: Path) -> None:
    """It comes back where it was; with another judge of tokens the API server starts anew and asks there."""
    address = api(folder).server
    cluster.stop(folder)
    assert cluster.pids(folder) == {}
    cluster.start(folder, "http://127.0.0.1:9/sandbox/token-review")
    assert api(folder).server == address
    line = Path(f"/proc/{cluster.pids(folder)['api-server']}/cmdline").read_text()
    assert "--authentication-token-webhook-config-file=" in line
    environment = Path(f"/proc/{cluster.pids(folder)['api-server']}/environ").read_text().lower()
    assert "proxy" not in environment
    assert "kubeconfig" not in environment
    before = cluster.pids(folder)
    cluster.start(folder, "http://127.0.0.1:9/sandbox/token-review")
    assert cluster.pids(folder) == before
    cluster.start(folder, "http://127.0.0.1:10/sandbox/token-review")
    assert cluster.pids(folder)["api-server"] != before["api-server"]


def test_half_written_record_is_one_sentence(tmp_path: Path) -> None:
    """Files of etcd cut short: the message names the folder and the way out; nothing is left running."""
    home = tmp_path / "kubernetes" / "etcd" / "member"
    (home / "snap").mkdir(parents=True)
    (home / "wal").mkdir()
    (home / "snap" / "db").write_bytes(b"half")
    (home / "wal" / "0000000000000000-0000000000000000.wal").write_bytes(b"half")
    with pytest.raises(
        DamagedError, match=r"kubernetes/etcd, the record of .*cannot be read.*`make clean` starts over"
    ):
        cluster.start(tmp_path)
    assert cluster.pids(tmp_path) == {}


def test_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room etcd ends in the middle of a write: what is missing is said before it starts."""
    monkeypatch.setattr(cluster, "ROOM_BYTES", 1 << 60)
    with pytest.raises(RuntimeError, match=r"its disk is full, \d+ MiB are free"):
        cluster.start(tmp_path)
    assert cluster.pids(tmp_path) == {}
