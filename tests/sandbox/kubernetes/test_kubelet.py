"""What the stand-in for a kubelet says of a pod."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.kubernetes.kubelet import failing, status

NOW = "2026-01-01T00:00:00Z"


def pod(wish: str = "", owner: str = "ReplicaSet", **metadata: Any) -> dict[str, Any]:
    """A pod that is pending."""
    own = {"uid": "abcd-1", "annotations": {"sandbox/pod": wish}, "ownerReferences": [{"kind": owner}], **metadata}
    return {"metadata": own, "spec": {"containers": [{"name": "a", "image": "i"}]}, "status": {"phase": "Pending"}}


@pytest.mark.parametrize(
    ("given", "phase", "ready"),
    [
        (pod(), "Running", "True"),
        (pod("unready"), "Running", "False"),
        (pod("failed"), "Failed", "False"),
        (pod(owner="Job"), "Succeeded", "False"),
        (pod("failed", owner="Job"), "Failed", "False"),
    ],
)
def test_phase_and_readiness(given: dict[str, Any], phase: str, ready: str) -> None:
    """By owner and by what the pod asks for."""
    said = status(given, NOW)
    assert said
    conditions = {entry["type"]: entry["status"] for entry in said["conditions"]}
    assert (said["phase"], conditions["Ready"]) == (phase, ready)
    (container,) = said["containerStatuses"]
    assert ("terminated" in container["state"]) == (phase in ("Failed", "Succeeded"))


@pytest.mark.parametrize(("owner", "phase"), [("Job", "Failed"), ("ReplicaSet", "Running")])
def test_an_image_that_fails_fails_a_job_and_makes_no_other_pod_ready(tmp_path: Path, owner: str, phase: str) -> None:
    """By the list of the cluster's folder; another image, and no list, are as always."""
    assert failing(tmp_path) == ()
    (tmp_path / "failing").write_text("other\ni\n")
    said = status(pod(owner=owner), NOW, failing(tmp_path))
    assert said
    ready = {entry["status"] for entry in said["conditions"] if entry["type"] == "Ready"}
    assert (said["phase"], ready) == (phase, {"False"})
    (container,) = said["containerStatuses"]
    assert container["state"].get("terminated", {"exitCode": 1})["exitCode"] == 1
    assert status(pod(owner=owner), NOW, ["other"]) == status(pod(owner=owner), NOW)


@pytest.mark.parametrize(
    "given", [pod("pending"), pod(deletionTimestamp=NOW), {**pod(), "status": {"phase": "Running"}}]
)
def test_nothing_to_say(given: dict[str, Any]) -> None:
    """Of a pod that is to stay pending, is being deleted, or runs already."""
    assert status(given, NOW) is None
