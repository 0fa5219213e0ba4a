"""Metrics as a line of the log, in CloudWatch's embedded metric format: a function needs no right to put any.

Source: CloudWatch user guide, "Specification: Embedded metric format".
"""

import datetime as dt
import json
import sys
from collections.abc import Mapping
from typing import Any


def line(
    namespace: str, dimensions: Mapping[str, str], metrics: Mapping[str, tuple[str, float]], now: dt.datetime
) -> dict[str, Any]:
    """The line. ``metrics`` are unit and value by name, of all ``dimensions`` together."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
    }
    return {
        "_aws": {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]},
        **dimensions,
        **{name: value for name, (_, value) in metrics.items()},
    }


def outcome(
    namespace: str, dimensions: Mapping[str, str], counts: Mapping[str, int], facts: Mapping[str, Any], seconds: float
) -> None:
    """Put the line of a run into the log: whether it failed, its own ``counts``, how long it took, and ``facts``.

    It has failed where there is an ``error`` among the facts. None of it may be secret.
    """
    failed = "error" in facts
    counted = {"Succeeded": int(not failed), "Failed": int(failed), **counts}
    measured = {
        **{name: ("Count", count) for name, count in counted.items()},
        "Duration": ("Milliseconds", round(seconds * 1000)),
    }
    said = {"level": "ERROR", "outcome": "failed"} if failed else {"level": "INFO", "outcome": "succeeded"}
    write({**line(namespace, dimensions, measured, dt.datetime.now(dt.UTC)), **said, **facts})


def write(content: Mapping[str, Any]) -> None:
    """Put a line into the log; none of it may be secret."""
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()
