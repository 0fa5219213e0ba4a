"""Topologies that must be refused, each with what the message must hold of its path; and those that must not be."""

from tests.policy.support.hostile_across import HOSTILE_ACROSS
from tests.policy.support.hostile_inside import HOSTILE_INSIDE
from tests.policy.support.hostile_strangers import HOSTILE_TO_STRANGERS
from tests.policy.support.sound import GOOD

HOSTILE = {**HOSTILE_TO_STRANGERS, **HOSTILE_INSIDE, **HOSTILE_ACROSS}

__all__ = ["GOOD", "HOSTILE"]
