"""What is dangerous in a previewed change, in words, the gravest first."""

from reports.change import Change
from reports.dangers.found import dangers
from reports.dangers.model import Danger, Kind, Severity

__all__ = ["Change", "Danger", "Kind", "Severity", "dangers"]
