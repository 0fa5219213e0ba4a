"""How the program's end waits for what it declared: once for all of it, where the SDK begins anew after each output.

With each output that arrives, the SDK looks at all that are still to come: with a thousand outputs, half a million
looks, a tenth of the program's time. Waiting until all are there, or one fails, comes to the same end.
"""

import asyncio
from types import SimpleNamespace
from typing import Any

from pulumi.runtime import stack


def at_once() -> None:
    """From now on, the end of a program that runs in this process waits so."""
    vars(stack)["asyncio"] = SimpleNamespace(**{**vars(asyncio), "wait": _all})


async def _all(tasks: Any, *, return_when: str = asyncio.ALL_COMPLETED) -> Any:
    when = asyncio.FIRST_EXCEPTION if return_when == asyncio.FIRST_COMPLETED else return_when
    return await asyncio.wait(tasks, return_when=when)
