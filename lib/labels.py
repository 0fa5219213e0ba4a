"""Labels and annotations by which objects in a cluster say whose they are: written by components and charts, read by
rules and reports.
"""

from typing import Final

PART_OF: Final = "app.kubernetes.io/part-of"
PLATFORM: Final = "nationgraph"
"""The value of ``PART_OF`` of every service."""
TIER: Final = "nationgraph.io/tier"
TEAM: Final = "nationgraph.io/team"
"""Of a team's namespace, and of what belongs to its services; the value is the team."""
TRACKING: Final = "argocd.argoproj.io/tracking-id"
"""Argo CD's annotation on what an Application deployed: ``<Application>:<group>/<kind>:<namespace>/<name>``.
Source: Argo CD documentation, "Resource tracking"; components/argocd sets this method.
"""
