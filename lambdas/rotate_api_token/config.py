"""What a function rotates, from its environment: declared when it is deployed, so that a secret cannot redirect it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from lambdas.kit.errors import RotationError
from lambdas.kit.settings import mapping, text

LONGEST_GRACE = 24 * 14


@dataclass(frozen=True)
class Target:
    """The secret, its issuer, the credential that manages tokens there, and what a token must be."""

    secret: str
    issuer: str
    manager: str
    settings: Mapping[str, Any]
    grace: timedelta
    urls: Mapping[str, str]

    def url(self, name: str, default: str) -> str:
        """The address of an API: the issuer's own, unless the deployment names another."""
        return self.urls.get(name, default)


def target(environment: Mapping[str, str]) -> Target:
    """The target; RotationError names what is missing or wrong."""
    secret, issuer = text(environment, "SECRET_ARN"), text(environment, "ISSUER")
    manager, settings = text(environment, "ISSUER_SECRET_ARN"), mapping(environment, "ISSUER_SETTINGS")
    urls = mapping(environment, "ISSUER_URLS") if environment.get("ISSUER_URLS") else {}
    for name, url in urls.items():
        parts = urlsplit(str(url))
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            raise RotationError(
                "configuration", f"ISSUER_URLS: {name} is {url!r}, must be https: a token would be readable on the way"
            )
    return Target(secret, issuer, manager, settings, _grace(environment), urls)


def _grace(environment: Mapping[str, str]) -> timedelta:
    given = environment.get("GRACE_HOURS", "24")
    try:
        hours = float(given)
    except ValueError:
        hours = -1
    if not 0 < hours <= LONGEST_GRACE:
        raise RotationError(
            "configuration", f"GRACE_HOURS is {given!r}, must be more than 0, for consumers take time to read anew, "
            f"and at most {LONGEST_GRACE}"
        )  # fmt: skip
    return timedelta(hours=hours)
