"""Verdicts as a healthy stage has them, free to change."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.promotion.freight import Pipeline
from models.promotion.verdicts import Verdicts, load_verdicts, text

NOW = dt.datetime(2026, 11, 29, 12, 0, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=3)


def entry(pipeline: Pipeline, stage: str, service: str, **changes: Any) -> dict[str, Any]:
    """The verdict of a service that has been healthy with its line's freight for days."""
    version = pipeline.stage(stage).versions[service]
    slos = [{"name": slo.name, "burnRate": 0.2} for slo in pipeline.services[service].slos]
    well = {"sync": "Synced", "health": "Healthy", "operation": "Succeeded", "since": text(LONG_AGO), "slos": slos}
    images = {"image": version.image} | ({"migrations": version.migrations} if version.migrations else {})
    return {"service": service, "chart": version.chart, **images, **well, **changes}


def document(pipeline: Pipeline, stage: str, changes: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """All services of a stage; ``changes`` are those of single verdicts, by service."""
    names = sorted(pipeline.stage(stage).versions)
    entries = [entry(pipeline, stage, name, **(changes or {}).get(name, {})) for name in names]
    return {"environment": stage, "time": text(NOW), "verdicts": entries}


def write(path: Path, made: object) -> Path:
    """A document as a file, each verdict on a line of its own."""
    path.write_text(json.dumps(made, indent=1) if not isinstance(made, str) else made, encoding="utf-8")
    return path


def verdicts(
    path: Path, pipeline: Pipeline, stage: str, changes: Mapping[str, Mapping[str, Any]] | None = None
) -> Verdicts:
    """The same, read."""
    file = write(path / "verdicts.json", document(pipeline, stage, changes))
    return load_verdicts(file, stage, pipeline.services, NOW)
