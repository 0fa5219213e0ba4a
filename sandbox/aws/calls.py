"""A log of the calls that the provider makes: for whom, which operation, with what, so that rights can be judged by it.

One line for each operation on a resource. Values of secrets and code are left out, and the file is begun anew when it
grows large.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from sandbox.aws import convert

SECRET_NAMES: Final = ("password", "secretstring", "secretbinary", "token", "privatekey")
"""Parts of names, without case and punctuation, whose values are secrets."""
VARIABLE: Final = "SANDBOX_AWS_CALLS"
"""The environment variable that names the file; nothing is written where it is not set."""
LIMIT: Final = 16 * 2**20
"""Bytes; a whole deployment takes about a megabyte."""
LEFT_OUT: Final = ("code", "environment", "userdata", "userdatabase64", "zipfile")
"""Inputs and parameters that may hold anything, and that name no resource."""
LONGEST: Final = 20_000
"""Characters of a text that is kept; policies have 10,240 at most."""
OUTPUTS: Final = ("arn", "keyId", "name")
"""What later calls name a resource by."""

_CURRENT: ContextVar[list[dict[str, Any]] | None] = ContextVar("calls", default=None)
_LOCK = threading.Lock()


def watch(client: Any) -> None:
    """Note each call that ``client`` sends while an operation is logged."""

    def remember(params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context["sandbox-parameters"] = params

    def note(model: Any, context: Mapping[str, Any], **_: object) -> None:
        made = _CURRENT.get()
        if made is not None:
            given = plain(context.get("sandbox-parameters", {}))
            made.append({"service": model.service_model.signing_name, "operation": model.name, "parameters": given})

    client.meta.events.register("before-parameter-build", remember)
    client.meta.events.register("after-call", note)


@contextmanager
def unlogged() -> Iterator[None]:
    """Look-ups of the sandbox itself, which stand for what AWS knows: the real provider makes none of them."""
    token = _CURRENT.set(None)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def logged(phase: str, urn: str, inputs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Log the calls of one operation, also of one that fails; the caller adds what it learns of the resource."""
    path = os.environ.get(VARIABLE)
    entry: dict[str, Any] = {"phase": phase, "urn": urn, "inputs": plain(inputs), "calls": []}
    token = _CURRENT.set(entry["calls"] if path else None)
    try:
        yield entry
    finally:
        _CURRENT.reset(token)
        if path and entry["calls"]:
            _append(Path(path), entry)


def outputs(state: Mapping[str, Any]) -> dict[str, Any]:
    """What of a resource's state names it in later calls."""
    return {key: state[key] for key in OUTPUTS if isinstance(state.get(key), str)}


def plain(value: Any, name: str = "") -> Any:
    """The value as JSON has it, without secrets, code and very long texts."""
    if isinstance(value, Mapping):
        kept = {str(key): item for key, item in value.items() if convert.normal(str(key)) not in LEFT_OUT}
        return {key: plain(item, convert.normal(key)) for key, item in kept.items()}
    if isinstance(value, list | tuple):
        return [plain(item, name) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if not isinstance(value, str):
        return "[binary]"
    if any(part in name for part in SECRET_NAMES):
        return "[secret]"
    return value if len(value) <= LONGEST else "[long]"


def _append(path: Path, entry: Mapping[str, Any]) -> None:
    line = (json.dumps(entry) + "\n").encode()
    with _LOCK:
        if path.exists() and path.stat().st_size > LIMIT:
            path.replace(path.with_suffix(".old"))
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line)
        except OSError:
            return  # a full disk: the log is for judging rights, and no reason to fail
        finally:
            os.close(file)
