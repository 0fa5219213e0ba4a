"""What a function rotates, from its environment: declared when it is deployed, so that a secret cannot redirect it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import RotationError

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


def _texts(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    try:
        value = json.loads(environment[name])
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise RotationError(
            "configuration", f"{name} is {environment[name]!r}, must be a JSON list of texts, as in README.md"
        )
    return tuple(value)


def target(environment: Mapping[str, str]) -> Target:
    """The target; RotationError names what is missing or wrong."""
    try:
        roles, probe = _texts(environment, "DATABASE_ROLES"), _texts(environment, "DATABASE_PROBE")
        made = Target(
            secret=environment["SECRET_ARN"],
            rotator=environment["ROTATOR_SECRET_ARN"],
            host=environment["DATABASE_HOST"],
            port=int(environment["DATABASE_PORT"]),
            database=environment["DATABASE_NAME"],
            owner=environment["DATABASE_OWNER"],
            roles=(roles[0], roles[-1]) if roles else ("", ""),
            probe=probe,
            bundle=Path(environment.get("CA_BUNDLE") or BUNDLE),
        )
    except KeyError as error:
        raise RotationError("configuration", f"{error.args[0]} is not set; README.md lists what must be") from None
    except ValueError:
        port = environment["DATABASE_PORT"]
        raise RotationError("configuration", f"DATABASE_PORT is {port!r}, must be a number") from None
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
