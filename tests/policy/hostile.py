"""Topologies that must be refused, each with what the message must hold of its path; and those that must not be."""

from tests.policy.hostile_across import HOSTILE_ACROSS
from tests.policy.hostile_inside import HOSTILE_INSIDE
from tests.policy.hostile_strangers import HOSTILE_TO_STRANGERS
from tests.policy.sound import GOOD

HOSTILE = {**HOSTILE_TO_STRANGERS, **HOSTILE_INSIDE, **HOSTILE_ACROSS}

__all__ = ["GOOD", "HOSTILE"]
