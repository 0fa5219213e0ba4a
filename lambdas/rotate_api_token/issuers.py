"""The issuers by name."""

from collections.abc import Callable, Mapping
from typing import Any

from .budget import Budget
from .config import Target
from .errors import RotationError
from .issuer import Issuer
from .pagerduty import PagerDuty
from .tailscale import Tailscale

Maker = Callable[[Target, Mapping[str, Any], Budget], Issuer]
ISSUERS: dict[str, Maker] = {
    "tailscale-oauth": lambda target, manager, budget: Tailscale("client", target, manager, budget),
    "tailscale-auth-key": lambda target, manager, budget: Tailscale("auth", target, manager, budget),
    "pagerduty-events": PagerDuty,
}


def issuer(target: Target, manager: Mapping[str, Any], budget: Budget) -> Issuer:
    """The issuer that the target names."""
    if target.issuer not in ISSUERS:
        raise RotationError("configuration", f"ISSUER is {target.issuer!r}, must be one of {', '.join(ISSUERS)}")
    return ISSUERS[target.issuer](target, manager, budget)
