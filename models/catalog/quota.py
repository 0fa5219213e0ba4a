"""How much of a cluster a team's services can take, and so may."""

from math import ceil
from typing import Final

from lib.quota import Quota
from models.catalog.model import Catalog, Deployed

SURGE: Final = 0.25
"""Replicas that a rollout has more for a while. Source: ``maxSurge`` of the golden chart's Deployment."""
MIGRATION_MILLICORES: Final = 100
MIGRATION_MEBIBYTES: Final = 256
"""What the chart's migration Job asks for."""


def quota(catalog: Catalog, environment: str, team: str) -> Quota:
    """Every service of the team at its most replicas, each in a rollout, each with a migration that runs.

    A team without services may still run one pod of a migration's size. ValueError for an unknown environment.
    """
    most = [_most(one) for one in catalog.deployed(environment) if one.team.name == team]
    jobs = max(len(most), 1)
    return Quota(
        pods=sum(replicas for replicas, _ in most) + jobs,
        millicores=sum(replicas * one.service.resources.millicores for replicas, one in most)
        + jobs * MIGRATION_MILLICORES,
        mebibytes=sum(replicas * one.service.resources.mebibytes for replicas, one in most)
        + jobs * MIGRATION_MEBIBYTES,
    )


def _most(one: Deployed) -> tuple[int, Deployed]:
    """Pods in a rollout at the most replicas."""
    return one.service.scaling.max + ceil(one.service.scaling.max * SURGE), one
