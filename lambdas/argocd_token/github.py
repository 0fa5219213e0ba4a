"""A token of a GitHub App's installation, for one repository, to read, for an hour.

Source: GitHub docs, REST API, "Create an installation access token for an app".
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lambdas.argocd_token.config import Target
from lambdas.kit import web
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError

WANTED: Final = {"contents": "read"}
ALWAYS: Final = {"metadata": "read"}
"""What GitHub gives with every token, asked for or not: names and the like."""
LEAST: Final = dt.timedelta(minutes=25)
"""A token lives at least until the next one is made, with some time for it."""
LONGEST: Final = dt.timedelta(minutes=65)
"""An hour, and what clocks differ by."""
WHAT: Final = "asking GitHub for a token"
REASONS: Final[Mapping[int, str]] = {
    401: "it refuses the signature: GITHUB_CLIENT_ID, the imported key and the App's public key must belong together",
    403: "it refuses the App, which may be suspended",
    404: "it knows no installation {installation} of this App; install it, or correct githubInstallationId",
    422: "the installation does not have {repository}, or not the right to read its contents",
}
NOT_OURS: Final = "a token that is not what was asked for is not used"


@dataclass(frozen=True)
class Token:
    """The token, which no text of this object shows, and when it ends."""

    value: str = field(repr=False)
    expires: dt.datetime


def token(target: Target, assertion: str, budget: Budget) -> Token:
    """A new token. RotationError where GitHub gives none, or another one than was asked for."""
    owner, _, name = target.full_name.partition("/")
    ask = web.Ask(
        method="POST",
        url=f"{target.api.rstrip('/')}/app/installations/{target.installation}/access_tokens",
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {assertion}",
            "User-Agent": f"{owner}-argocd-token",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        body={"repositories": [name], "permissions": WANTED},
        to="GitHub",
        again=True,  # one token too many ends within the hour
    )
    try:
        answer = web.call(budget, WHAT, ask)
    except web.StatusError as error:
        reason = REASONS.get(error.status)
        if reason is None:
            error.unexpected()
        told = reason.format(installation=target.installation, repository=target.full_name)
        raise RotationError("GitHub", f"{error}: {told}") from None
    return checked(answer, target.full_name, dt.datetime.now(dt.UTC))


def checked(answer: Any, repository: str, now: dt.datetime) -> Token:
    """The token of an answer that is exactly what was asked for. RotationError says what is not; it shows no token."""
    given = answer if isinstance(answer, Mapping) else {}
    value = given.get("token")
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{20,4096}", value):
        raise RotationError("GitHub", f"{WHAT}: the answer holds no token")
    permissions = given.get("permissions")
    if not isinstance(permissions, Mapping) or not _no_more(permissions):
        raise RotationError("GitHub", f"{WHAT}: it may {permissions!r}, {WANTED!r} was asked for; {NOT_OURS}")
    rows = given.get("repositories")
    names = [row.get("full_name") if isinstance(row, Mapping) else None for row in rows if row] if rows else []
    if given.get("repository_selection") != "selected" or [str(one).lower() for one in names] != [repository.lower()]:
        raise RotationError(
            "GitHub", f"{WHAT}: it is for {names or 'all repositories'}, not for {repository}; {NOT_OURS}"
        )
    return Token(value, _end(given.get("expires_at"), now))


def _no_more(permissions: Mapping[str, Any]) -> bool:
    """Whether what was asked for is there, and nothing but what every token has."""
    return dict(permissions) in (WANTED, {**WANTED, **ALWAYS})


def _end(text: Any, now: dt.datetime) -> dt.datetime:
    try:
        end = dt.datetime.fromisoformat(str(text))
        left = end - now
    except (ValueError, TypeError):
        raise RotationError("GitHub", f"{WHAT}: expires_at is {text!r}, no time with its zone") from None
    if not LEAST <= left <= LONGEST:
        minutes = round(left.total_seconds() / 60)
        raise RotationError("GitHub", f"{WHAT}: it ends in {minutes} minutes, must be in 25 to 65; {NOT_OURS}")
    return end
