"""The teams whose services run in the cluster, each in a namespace of its name."""

from typing import Final

TEAMS: Final = ("graph", "payments", "product")
