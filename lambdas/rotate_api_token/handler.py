"""Entry point: one event is one step."""

import os
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import config, log
from .budget import Budget
from .errors import PendingError, RotationError
from .steps import STEPS, Rotation
from .vault import Vault


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Run the step of ``event``. RotationError says what failed; nothing that it says or logs is secret."""
    started = time.monotonic()
    step, version = str(event.get("Step")), str(event.get("ClientRequestToken"))
    facts: dict[str, Any] = {"version": version, "request": getattr(context, "aws_request_id", None)}
    failure: RotationError | None = None
    rotation = None
    try:
        rotation = _begin(event, context)
        STEPS[step](rotation)
    except PendingError as error:
        failure = error
        facts["discarded"] = _discard(rotation)
    except RotationError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - the text of a foreign error may hold a value: its type and place do not
        failure = RotationError("unexpected", f"{_name(error)} in {step}, at {_place(error)}")
    if failure:
        facts |= {"kind": failure.kind, "error": str(failure)}
    log.emit(
        os.environ.get("SECRET_ARN", ""),
        step,
        succeeded=failure is None,
        revoked=rotation.revoked if rotation else 0,
        seconds=time.monotonic() - started,
        **facts,
    )
    if failure:
        raise failure from None


def _begin(event: Mapping[str, Any], context: Any) -> Rotation:
    target = config.target(os.environ)
    step = event.get("Step")
    if step not in STEPS:
        raise RotationError("event", f"Step is {step!r}, must be one of {', '.join(STEPS)}")
    secret = str(event.get("SecretId"))
    if secret != target.secret and Vault(secret).arn() != target.secret:
        raise RotationError("event", f"SecretId is {secret!r}, but this function rotates {target.secret} alone")
    return Rotation(target, str(event.get("ClientRequestToken")), Budget.of(context))


def _discard(rotation: Rotation | None) -> bool:
    """Take AWSPENDING from a version that can never be current: with it, every later rotation would retry this one."""
    if rotation is None:
        return False
    with suppress(Exception):
        rotation.vault.unlabel(rotation.version)
        return True
    return False


def _name(error: Exception) -> str:
    """Its type, and for an error of AWS the code and operation."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return f"{type(error).__name__} {code} in {getattr(error, 'operation_name', '')}" if code else type(error).__name__


def _place(error: Exception) -> str:
    """The innermost line of this function's own code."""
    here = str(Path(__file__).parent)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(here)]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "start"
