"""What a command does and what it waits for: a line a phase, which moves at a terminal and is printed once elsewhere.

It goes to standard error, because what commands print may be read by programs.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.markup import escape

from cli.output import errors, note
from lib import urn as urns
from lib.printable import one_line
from reports.log import Event
from reports.preview import short

EVERY_SECONDS = 30.0
"""How often a run without a terminal says how far it is: a log shows that it lives, and does not grow with it."""
TITLES = {"up": "Deploying", "preview": "Previewing", "refresh": "Reading", "destroy": "Destroying"}


@contextmanager
def phase(title: str) -> Iterator[None]:
    """Show what is being done until it is done."""
    if errors.is_terminal:
        with errors.status(escape(title)):
            yield
    else:
        note(f"{title} ...")
        yield


class Progress:
    """The line of a run of the engine, fed with its events: how many resources are done, and which it waits for."""

    def __init__(self, verb: str, stack: str, *, planning: bool = False) -> None:
        self._title = f"{TITLES[verb]} {stack}"
        self._status = errors.status(escape(self._title)) if errors.is_terminal else None
        self._planning = planning
        self._total = self._done = 0
        self._waiting: dict[str, str] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        else:
            note(f"{self.line()} ...")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def line(self) -> str:
        """The phase, how far it is, and what it waits for."""
        phase = f"{self._title}: what would change" if self._planning else self._title
        count = f", {self._done}{f' of {self._total}' if self._total else ''} resources" if self._done else ""
        waiting = list(self._waiting.values())
        more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        return f"{phase}{count}" + (f", waiting for {waiting[0]}{more}" if waiting else "")

    def advance(self, event: Event) -> None:
        """Take one event into account."""
        begun, finished = event.get("resourcePreEvent"), event.get("resOutputsEvent")
        for ended in filter(None, (finished, event.get("resOpFailedEvent"))):
            self._waiting.pop(ended["metadata"]["urn"], None)
            self._done += ended is finished
        if begun:
            urn, kind = begun["metadata"]["urn"], one_line(begun["metadata"]["type"])
            if begun["metadata"]["op"] != "same" and ":" in kind and not _component(kind):
                self._waiting[urn] = f"{one_line(urns.name(urn))} ({short(kind)})"
        if event.get("summaryEvent") and self._planning:  # the preview's count is the update's total
            self._planning, self._total, self._done = False, self._done, 0
            self._waiting.clear()
            self._show(now=True)
        self._show()

    def _show(self, *, now: bool = False) -> None:
        if self._status:
            self._status.update(escape(self.line()))
        elif now or time.monotonic() - self._said > EVERY_SECONDS:
            note(f"{self.line()} ...")
            self._said = time.monotonic()


def _component(kind: str) -> bool:
    return kind.startswith(("nationgraph:", "pulumi:"))
