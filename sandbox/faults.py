"""Faults and latency for tests, by environment variable.

``SANDBOX_FAULTS`` is a JSON object: ``{"do": "fail", "op": "create", "match": "*", "nth": 1}``.

- ``do``: ``fail`` before the side effect, ``throttle`` the same with AWS's error, ``hang`` for ``seconds`` (600),
  ``lose`` the reply after the side effect, ``kill`` the provider after the side effect.
- ``op``: create, update, delete, read or ``*``; ``match``: a glob over the URN.
  ``one_in``: only about one URN in so many, the same ones in every run.
- ``nth``: the operation which matches n-th; ``"each"`` (default): every operation, once for each URN and operation.

What has fired is kept in ``SANDBOX_FAULTS_STATE``, a file, so that a fault does not come back with the next process.
``SANDBOX_LATENCY`` is the fraction of AWS's latency to wait, 0 by default.
"""

import fcntl
import fnmatch
import json
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ACTIONS = ("fail", "throttle", "hang", "lose", "kill")


class InjectedError(Exception):
    """A fault before the side effect: the operation did not happen."""


class ReplyLostError(Exception):
    """A fault after the side effect: the operation happened and nobody was told."""


def chosen(urn: str, one_in: int) -> bool:
    """Whether a resource is in the sample of about one in ``one_in``; the same ones in every run."""
    return zlib.crc32(urn.encode()) % one_in == 0


def _fires(fault: dict[str, Any], operation: str, urn: str) -> bool:
    if fault.get("op", "*") not in ("*", operation) or not fnmatch.fnmatchcase(urn, str(fault.get("match", "*"))):
        return False
    if not chosen(urn, fault.get("one_in", 1)):
        return False
    with open(os.environ["SANDBOX_FAULTS_STATE"], "a+", encoding="utf-8") as handle:  # noqa: PTH123 - a+ with a lock
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        seen = handle.read().splitlines()
        entry = f"{operation} {urn}"
        nth = fault.get("nth", "each")
        fires = entry not in seen if nth == "each" else len(seen) + 1 == nth
        handle.write(entry + "\n")
    return fires


@contextmanager
def injected(operation: str, urn: str, latency: float) -> Iterator[None]:
    """Wrap one operation on the account: wait, and fail as ``SANDBOX_FAULTS`` says."""
    time.sleep(latency * float(os.environ.get("SANDBOX_LATENCY", "0")))
    setting = os.environ.get("SANDBOX_FAULTS")
    fault = json.loads(setting) if setting else None
    if fault and fault["do"] not in ACTIONS:
        raise ValueError(f"SANDBOX_FAULTS: do is {fault['do']!r}; use one of {', '.join(ACTIONS)}")
    action = fault["do"] if fault and _fires(fault, operation, urn) else None
    if action == "fail":
        raise InjectedError(f"injected failure of {operation}")
    if action == "throttle":
        raise InjectedError(f"ThrottlingException: Rate exceeded (injected, {operation})")
    if action == "hang":
        time.sleep(float((fault or {}).get("seconds", 600)))
    yield
    if action == "kill":
        os._exit(137)
    if action == "lose":
        raise ReplyLostError(f"transport: the reply of {operation} was lost")
