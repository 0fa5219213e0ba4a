"""Topologies that must be refused, each with what the message must hold of its path; and those that must not be."""

from tests.policy.support.forbidden_across_networks import FORBIDDEN_ACROSS_NETWORKS
from tests.policy.support.forbidden_from_outside import FORBIDDEN_FROM_OUTSIDE
from tests.policy.support.forbidden_inside import FORBIDDEN_INSIDE
from tests.policy.support.permitted import PERMITTED

FORBIDDEN = {**FORBIDDEN_FROM_OUTSIDE, **FORBIDDEN_INSIDE, **FORBIDDEN_ACROSS_NETWORKS}

__all__ = ["FORBIDDEN", "PERMITTED"]
