"""What the stand-in for a kubelet says of a pod."""

from typing import Any

import pytest

from sandbox.kubernetes.kubelet import status

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


@pytest.mark.parametrize(
    "given", [pod("pending"), pod(deletionTimestamp=NOW), {**pod(), "status": {"phase": "Running"}}]
)
def test_nothing_to_say(given: dict[str, Any]) -> None:
    """Of a pod that is to stay pending, is being deleted, or runs already."""
    assert status(given, NOW) is None
