"""What one function says to the outside, counted: every exchange with Secrets Manager and with the database.

What a crash leaves behind depends on the exchanges that were processed, and on nothing else. Crashing once before each
exchange is therefore crashing before and after every side effect, and everywhere between.
"""

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass


class Act(enum.Enum):
    """What becomes of an exchange."""

    PASS = "pass"
    REFUSE = "refuse"
    """Nothing is processed; the caller is told, or its connection is closed."""
    LOSE = "lose"
    """It is processed, and the answer never arrives: the connection is closed."""
    HANG = "hang"
    """It is neither processed nor answered."""


@dataclass(frozen=True)
class Exchange:
    """The ``number``-th request, counted from 1: of ``api`` with its operation, or of ``database``."""

    number: int
    kind: str
    operation: str


Plan = Callable[[Exchange], Act]


def undisturbed(_: Exchange) -> Act:
    """Let everything pass."""
    return Act.PASS


class Gate:
    """Counts the exchanges of one function and does with each what the plan says."""

    def __init__(self) -> None:
        self.plan: Plan = undisturbed
        self.seen: list[Exchange] = []
        self._lock = threading.Lock()

    def decide(self, kind: str, operation: str = "") -> Act:
        """What to do with the next exchange."""
        with self._lock:
            exchange = Exchange(len(self.seen) + 1, kind, operation)
            self.seen.append(exchange)
        return self.plan(exchange)

    def reset(self, plan: Plan = undisturbed) -> None:
        """Count anew, with another plan."""
        with self._lock:
            self.seen.clear()
            self.plan = plan
