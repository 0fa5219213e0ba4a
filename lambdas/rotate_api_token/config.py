"""What a function rotates, from its environment: declared when it is deployed, so that a secret cannot redirect it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from .errors import RotationError

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
    try:
        secret, issuer = environment["SECRET_ARN"], environment["ISSUER"]
        manager, settings = environment["ISSUER_SECRET_ARN"], _document(environment, "ISSUER_SETTINGS")
    except KeyError as error:
        raise RotationError("configuration", f"{error.args[0]} is not set; README.md lists what must be") from None
    urls = _document(environment, "ISSUER_URLS") if environment.get("ISSUER_URLS") else {}
    for name, url in urls.items():
        parts = urlsplit(str(url))
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            raise RotationError(
                "configuration", f"ISSUER_URLS: {name} is {url!r}, must be https: a token would be readable on the way"
            )
    return Target(secret, issuer, manager, settings, _grace(environment), urls)


def _document(environment: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        value = json.loads(environment[name])
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RotationError("configuration", f"{name} is {environment[name]!r}, must be a JSON object as in README.md")
    return value


def _grace(environment: Mapping[str, str]) -> timedelta:
    text = environment.get("GRACE_HOURS", "24")
    try:
        hours = float(text)
    except ValueError:
        hours = -1
    if not 0 < hours <= LONGEST_GRACE:
        raise RotationError(
            "configuration", f"GRACE_HOURS is {text!r}, must be more than 0, for consumers take time to read anew, "
            f"and at most {LONGEST_GRACE}"
        )  # fmt: skip
    return timedelta(hours=hours)
