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


def write(content: Mapping[str, Any]) -> None:
    """Put a line into the log; none of it may be secret."""
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()
