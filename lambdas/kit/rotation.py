"""One version of a secret on its way from AWSPENDING to AWSCURRENT: what every rotation asks of its labels."""

import json
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.kit.vault import CURRENT, PENDING, Vault


class Secret(Protocol):
    """What a function rotates: at least a secret, by its ARN."""

    @property
    def secret(self) -> str:
        """The ARN."""


TargetT = TypeVar("TargetT", bound=Secret)


@dataclass
class Rotation(Generic[TargetT]):
    """A version, what it is a version of, and the time for a step of it."""

    target: TargetT
    version: str
    budget: Budget
    vault: Vault = field(init=False)

    def __post_init__(self) -> None:
        self.vault = Vault(self.target.secret)

    def current_version(self) -> str | None:
        """The version of AWSCURRENT; None where it is this one. RotationError where this one is not pending."""
        self.budget.left("reading the labels")
        stages = self.vault.stages()
        labels = stages.get(self.version)
        if labels is None:
            raise RotationError("stale", f"version {self.version} is unknown; this event belongs to no rotation")
        if CURRENT in labels:
            return None
        if PENDING not in labels:
            raise RotationError("stale", f"version {self.version} is not AWSPENDING; its rotation was given up")
        found = [version for version, labels in stages.items() if CURRENT in labels]
        if not found:
            raise RotationError("current", "the secret has no AWSCURRENT value to start from; see README.md")
        return found[0]


def is_rehearsal(pending: str | None, current: str | None) -> bool:
    """Whether a pending version holds nothing, or what the current one holds.

    So AWS tests a rotation that is created or changed without being run at once: it labels a version AWSPENDING, calls
    testSecret alone, and takes the label away. Source: Secrets Manager API reference, RotateSecret,
    ``RotateImmediately``.
    """
    if pending is None or pending == current:
        return True
    try:
        return current is not None and bool(json.loads(pending) == json.loads(current))
    except ValueError:
        return False
