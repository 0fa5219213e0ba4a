"""What a cluster has, by kubectl, which knows how to sign in."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from reports.verdicts import UnreadableError
from toolchain import kubernetes

SECONDS: Final = 60


def listed(kubeconfig: Path, what: str, *arguments: str) -> Sequence[Any]:
    """What ``kubectl get`` with ``arguments`` returns. UnreadableError, which names ``what``, without an answer."""
    command = [str(kubernetes.kubectl()), "--kubeconfig", str(kubeconfig), "--request-timeout=30s", "get", *arguments]
    try:
        done = subprocess.run(
            [*command, "--output", "json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            env={**os.environ, "KUBECONFIG": ""},
        )
        items = json.loads(done.stdout)["items"] if not done.returncode else None
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        raise UnreadableError(f"{what} cannot be read: {error}") from None
    if not isinstance(items, list):
        why = (done.stderr.strip() or "no list came back").splitlines()[-1]
        raise UnreadableError(f"{what} cannot be read: {why}; see KUBECONFIG={kubeconfig}, its rights")
    return items
