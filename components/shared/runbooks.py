"""Where the page of an alarm is read."""

from typing import Final

from lib.repository import PLATFORM

RUNBOOKS: Final = f"{PLATFORM}/blob/main/docs/runbooks"


def runbook_link(page: str) -> str:
    """The address of a page of ``docs/runbooks``, named without its folder and suffix."""
    return f"{RUNBOOKS}/{page}.md"
