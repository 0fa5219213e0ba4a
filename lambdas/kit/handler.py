"""Entry point of a rotation function: one event is one step."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lambdas.kit import metrics
from lambdas.kit.budget import Budget
from lambdas.kit.errors import PendingError, RotationError, unexpected
from lambdas.kit.rotation import Rotation
from lambdas.kit.vault import Vault

NAMESPACE = "NationGraph/SecretRotation"

RotationT = TypeVar("RotationT", bound=Rotation[Any])


@dataclass(frozen=True, kw_only=True)
class RotationFunction(Generic[RotationT]):
    """A function of four steps or more. ``target`` reads its environment, ``counts`` are what a rotation counts beside
    success and failure, by metric.
    """

    target: Callable[[Mapping[str, str]], Any]
    rotation: Callable[[Any, str, Budget], RotationT]
    steps: Mapping[str, Callable[[RotationT], None]]
    counts: Mapping[str, Callable[[RotationT], int]]

    def __call__(self, event: Mapping[str, Any], context: Any) -> None:
        """Run the step of ``event``. RotationError says what failed; nothing that it says or logs is secret."""
        started = time.monotonic()
        step, version = str(event.get("Step")), str(event.get("ClientRequestToken"))
        facts: dict[str, Any] = {"version": version, "request": getattr(context, "aws_request_id", None)}
        failure: RotationError | None = None
        rotation = None
        try:
            rotation = self._begin(event, context)
            self.steps[step](rotation)
        except PendingError as error:
            failure = error
            facts["discarded"] = _discard(rotation)
        except RotationError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - whatever it is, its text is not told
            failure = unexpected(error, step)
        if failure:
            facts |= {"kind": failure.kind, "error": str(failure)}
        self._log(step, rotation, facts, time.monotonic() - started)
        if failure:
            raise failure from None

    def _begin(self, event: Mapping[str, Any], context: Any) -> RotationT:
        target = self.target(os.environ)
        step = event.get("Step")
        if step not in self.steps:
            raise RotationError("event", f"Step is {step!r}, must be one of {', '.join(self.steps)}")
        secret = str(event.get("SecretId"))
        if secret != target.secret and Vault(secret).arn() != target.secret:
            raise RotationError("event", f"SecretId is {secret!r}, but this function rotates {target.secret} alone")
        return self.rotation(target, str(event.get("ClientRequestToken")), Budget.of(context))

    def _log(self, step: str, rotation: RotationT | None, facts: Mapping[str, Any], seconds: float) -> None:
        counts = {name: count(rotation) if rotation else 0 for name, count in self.counts.items()}
        dimensions = {"Secret": os.environ.get("SECRET_ARN", ""), "Step": step}
        metrics.outcome(NAMESPACE, dimensions, counts, facts, seconds)


def _discard(rotation: Rotation[Any] | None) -> bool:
    """Take AWSPENDING from a version that can never be current: with it, every later rotation would retry this one."""
    if rotation is None:
        return False
    with suppress(Exception):
        rotation.vault.unlabel(rotation.version)
        return True
    return False
