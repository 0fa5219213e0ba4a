"""The issuers by name."""

from collections.abc import Callable, Mapping
from typing import Any

from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_api_token.config import Target
from lambdas.rotate_api_token.issuer import Issuer
from lambdas.rotate_api_token.pagerduty import PagerDuty
from lambdas.rotate_api_token.tailscale import Tailscale

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
