"""``python -m sandbox.kubernetes.kubelet``: says that every pod runs and is ready, and a Job's is done.

No container runs anywhere. A pod's annotation ``sandbox/pod`` asks for another outcome:
``pending``, ``unready`` or ``failed``. The file ``failing`` of the cluster's folder names images, one a line, whose
program ends with exit code 1: a Job's pod fails, any other one is never ready.
"""

import argparse
import datetime as dt
import json
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sandbox.kubernetes.api import MERGE, Api

ANNOTATION = "sandbox/pod"
FAILING = "failing"
WATCH_SECONDS = 240
RETRY_SECONDS = 1.0


def failing(folder: Path) -> Collection[str]:
    """The images whose program fails."""
    try:
        return (folder / FAILING).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()


def status(pod: Mapping[str, Any], now: str, broken: Collection[str] = ()) -> dict[str, Any] | None:
    """The status that a kubelet would report; None where there is nothing to say. ``broken`` are images that fail."""
    metadata, known = pod["metadata"], pod.get("status") or {}
    wish = (metadata.get("annotations") or {}).get(ANNOTATION, "")
    if metadata.get("deletionTimestamp") or known.get("phase", "Pending") != "Pending" or wish == "pending":
        return None
    done = any(owner["kind"] == "Job" for owner in metadata.get("ownerReferences") or ())
    if any(container["image"] in broken for container in pod["spec"]["containers"]):
        wish = "failed" if done else "unready"
    ended = "Failed" if wish == "failed" else "Succeeded" if done else ""
    ready = not ended and wish != "unready"
    truths = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
    conditions = [{"type": kind, "status": str(true), "lastTransitionTime": now} for kind, true in truths.items()]
    number = int(metadata["uid"].replace("-", "")[:4] or "1", 16)
    address = f"10.244.{number >> 8}.{number & 255}"
    state: dict[str, Any] = {"running": {"startedAt": now}}
    if ended:
        reason = "Completed" if ended == "Succeeded" else "Error"
        state = {"terminated": {"exitCode": int(ended == "Failed"), "reason": reason, "finishedAt": now}}
    containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": container["image"],
            "ready": ready,
            "started": not ended,
            "restartCount": 0,
            "state": state,
        }
        for container in pod["spec"]["containers"]
    ]
    return {
        "phase": ended or "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": now,
        "conditions": conditions,
        "containerStatuses": containers,
    }


def report(api: Api, pod: Mapping[str, Any], folder: Path) -> None:
    """Report a pod's status where there is one; a pod that is gone meanwhile needs none."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = status(pod, now, failing(folder))
    if found:
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/status"
        try:
            api.call("PATCH", path, {"status": found}, kind=MERGE)
        except OSError as error:
            print(f"{path}: {error}", flush=True)  # noqa: T201 - to the log


def follow(api: Api, folder: Path) -> None:
    """List the pods and watch them until the API server ends the watch."""
    listed = api.call("GET", "/api/v1/pods")
    for pod in listed["items"]:
        report(api, pod, folder)
    version = listed["metadata"]["resourceVersion"]
    path = f"/api/v1/pods?watch=1&resourceVersion={version}&timeoutSeconds={WATCH_SECONDS}"
    with api.open("GET", path, timeout=WATCH_SECONDS + 30) as events:
        for line in events:
            event = json.loads(line)
            if event["type"] in ("ADDED", "MODIFIED"):
                report(api, event["object"], folder)
            elif event["type"] == "ERROR":
                return


def main() -> None:
    """Work for as long as the folder has its tokens."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    api = Api(given.folder, given.port, "kubelet")
    while (given.folder / "tokens" / api.user).exists():
        try:
            follow(api, given.folder)
        except (OSError, ValueError):
            time.sleep(RETRY_SECONDS)


if __name__ == "__main__":
    main()
