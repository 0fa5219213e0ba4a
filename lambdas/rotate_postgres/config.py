"""What a function rotates, from its environment: declared when it is deployed, so that a secret cannot redirect it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lambdas.kit.errors import RotationError
from lambdas.kit.settings import text, texts

BUNDLE = Path(__file__).parent / "rds-ca-bundle.pem"


@dataclass(frozen=True)
class Target:
    """The secret, the database, the pair of roles, and what they must be able to do."""

    secret: str
    rotator: str
    host: str
    port: int
    database: str
    owner: str
    roles: tuple[str, str]
    probe: tuple[str, ...]
    bundle: Path = BUNDLE

    def other(self, role: str) -> str:
        """The other role of the pair."""
        first, second = self.roles
        return second if role == first else first


def target(environment: Mapping[str, str]) -> Target:
    """The target; RotationError names what is missing or wrong."""
    roles, probe = texts(environment, "DATABASE_ROLES"), texts(environment, "DATABASE_PROBE")
    port = text(environment, "DATABASE_PORT")
    if not re.fullmatch(r"[1-9][0-9]{0,4}", port):
        raise RotationError("configuration", f"DATABASE_PORT is {port!r}, must be a number")
    made = Target(
        secret=text(environment, "SECRET_ARN"),
        rotator=text(environment, "ROTATOR_SECRET_ARN"),
        host=text(environment, "DATABASE_HOST"),
        port=int(port),
        database=text(environment, "DATABASE_NAME"),
        owner=text(environment, "DATABASE_OWNER"),
        roles=(roles[0], roles[-1]) if roles else ("", ""),
        probe=probe,
        bundle=Path(environment.get("CA_BUNDLE") or BUNDLE),
    )
    if len(set(roles)) != 2 or len(roles) != 2 or made.owner in roles:
        raise RotationError(
            "configuration",
            f"DATABASE_ROLES is {roles!r} with the owner {made.owner!r}, must be two different login roles beside it",
        )
    if not probe:
        raise RotationError(
            "configuration", "DATABASE_PROBE is empty, so that lost grants would go unnoticed; declare a statement"
        )
    if ".proxy-" in made.host:
        raise RotationError(
            "configuration",
            f"DATABASE_HOST {made.host} is an RDS Proxy, which does not know a credential before it is current; "
            "name the endpoint of the instance or cluster",
        )
    return made
