"""Objects of Kubernetes, changes of them, and what is dangerous in these."""

from collections.abc import Sequence
from typing import Any

from reports.dangers import Danger, dangers
from tests.reports.support.changes import change_of
from tests.support.resources import Res

OTHER = Res("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
"""What is there already, so that no deployment here is a first one."""


def thing(kind: str, name: str = "it", namespace: str = "team", **fields: Any) -> Res:
    """An object."""
    metadata = {"name": name, "namespace": namespace, **fields.pop("metadata", {})}
    return Res(f"kubernetes:{kind}", f"{kind.rpartition(':')[2].lower()}-{name}", {"metadata": metadata, **fields})


def told(before: Sequence[Res], after: Sequence[Res]) -> list[Danger]:
    """The dangers of a change."""
    return dangers(change_of([OTHER, *before], [OTHER, *after]))


def said(before: Sequence[Res], after: Sequence[Res]) -> list[str]:
    """Their sentences."""
    return [danger.sentence for danger in told(before, after)]
