"""Time: a step ends by itself, with an error that says where, before Lambda ends it without one."""

import time
from typing import Any

from lambdas.kit.errors import RotationError

RESERVE = 3.0
"""Seconds that are left for clean-up and logs."""
LONGEST = 45.0
"""Seconds that a step may take even where the function has more."""


class Budget:
    """The seconds that are left for a step."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @classmethod
    def of(cls, context: Any) -> "Budget":
        """What Lambda leaves, less the reserve."""
        return cls(min(context.get_remaining_time_in_millis() / 1000 - RESERVE, LONGEST))

    def left(self, doing: str, most: float = LONGEST) -> float:
        """The seconds for what comes next, at most ``most``; RotationError where none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise RotationError("time", f"no time left for {doing}; the step is retried and goes on where it stopped")
        return min(left, most)
