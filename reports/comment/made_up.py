"""Names that a provider makes up for new resources: another one in each preview, and no change to look at."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.events import Step

NEW = ("create", "replace")
_NOTE = "pulumi.com/autonamed"


def made_up(step: Step) -> Iterator[str]:
    """Those of a resource that the step makes: AWS's provider notes them as defaults, that of Kubernetes in a note."""
    inputs: Mapping[str, Any] = step.new.get("inputs") or {}
    if step.operation not in NEW:
        return
    names = inputs.get("__defaults")
    for name in names if isinstance(names, list) else ():
        value = inputs.get(name) if isinstance(name, str) else None
        if value and isinstance(value, str):
            yield value
    metadata = inputs.get("metadata")
    notes = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    if isinstance(metadata, Mapping) and isinstance(notes, Mapping) and notes.get(_NOTE) == "true":
        yield str(metadata.get("name"))
