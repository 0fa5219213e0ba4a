"""One line of JSON for an invocation, which is also a metric in CloudWatch's embedded metric format."""

import json
import sys
import time
from typing import Any

NAMESPACE = "NationGraph/SecretRotation"
METRICS = {"Succeeded": "Count", "Failed": "Count", "Revoked": "Count", "Duration": "Milliseconds"}


def emit(secret: str, step: str, *, succeeded: bool, revoked: int, seconds: float, **facts: Any) -> None:
    """Write the line. ``facts`` are added as they are; none of them may be secret."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Secret", "Step"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in METRICS.items()],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        "level": "INFO" if succeeded else "ERROR",
        "Secret": secret,
        "Step": step,
        "Succeeded": int(succeeded),
        "Failed": int(not succeeded),
        "Revoked": revoked,
        "Duration": round(seconds * 1000),
        **facts,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
