"""Groups, resources and grants. What compares several of them is in ``checks``; what reads the file, in ``loader``."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StrictBool

from lib.addresses import FIRST_UNIT_AND_WIDTH
from lib.validation import Day, OneOf
from stacks import environments

ENVIRONMENTS: Final = tuple(environments.ENVIRONMENTS)
PRODUCTION_DATA: Final = tuple(name for name, row in environments.ENVIRONMENTS.items() if row.production_data)
"""Environments that hold customers' data or copies of it; the others hold made-up data."""

ROUTER_TAG: Final = "tag:router"
"""The tag of the subnet routers: no group or resource may take its name."""

RESERVED: Final = frozenset({"all", "any", "everyone", "member", "members", "public", "router", "self", "world"})
"""Names that would read as everyone, or as the routers."""

NAME: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""What Tailscale takes as tag and group, PostgreSQL as role and DNS as label."""

LONGEST_NAME: Final = 50
"""PostgreSQL cuts identifiers at 63 bytes, in silence; prefixes such as ``group:`` come on top."""

Environment = Annotated[str, OneOf(ENVIRONMENTS)]
Tier = Annotated[str, OneOf(tuple(FIRST_UNIT_AND_WIDTH))]
Role = Literal["reader", "writer", "owner"]
AccountRole = Literal["reader", "responder", "analyst"]
"""What people may do in the AWS account: ``components.iam.people`` says what each of them means."""
Name = Annotated[str, Field(pattern=NAME, max_length=LONGEST_NAME)]
Instance = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$", max_length=20)]
"""What RDS takes as identifier, PostgreSQL as role without quotes, and an output's name begins with."""
Text = Annotated[str, Field(pattern=r"\S")]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
Email = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+$")]
DatabaseRole = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]
Ports = Annotated[tuple[Port, ...], Field(min_length=1), PlainSerializer(list)]


class _Entry(BaseModel):
    """Frozen, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Group(_Entry):
    """Those who reach: people by their sign-in, machines by ``tag:<name>``, workloads by the tier in which they run.

    Functions are the one Lambda function of the group's name, known by a security group that nothing else carries.
    ``account`` gives people a role of the group's name in the AWS account. ``external`` marks people who are not
    employed: they never reach production data, nor the account.
    """

    kind: Literal["people", "machines", "workloads", "functions"]
    description: Text
    account: AccountRole | None = None
    members: tuple[Email, ...] = ()
    tier: Tier | None = None
    external: StrictBool = False

    @property
    def on_tailnet(self) -> bool:
        """Whether it reaches resources over the VPN; workloads and functions do so inside the network."""
        return self.kind in ("people", "machines")


class Resource(_Entry):
    """What is reached. ``data`` says whether production data can be read there: itself, or a replica of it.

    Behind a ``router`` it is known by the CIDRs of its tier, since addresses of managed services change; a ``node``
    is on the tailnet itself, as ``tag:<name>``.

    ``instance`` makes a database one that the platform deploys: its identifier in RDS, from which its credentials,
    their secrets, alarms and outputs are named. It is never changed, since another identifier is another database.
    """

    description: Text
    kind: Literal["database", "dashboard", "tool", "api", "subnet"]
    data: Literal["production", "replica", "none"]
    tier: Tier
    ports: Ports
    reached: Literal["router", "node"]
    instance: Instance | None = None


def service_secret(instance: str) -> str:
    """The secret in Secrets Manager that holds the credential of a database's services."""
    return f"nationgraph/{instance}/database"


class Grant(_Entry):
    """``group`` reaches ``ports`` of ``resource`` in ``environments``, up to and including the day ``expires``.

    ``owner`` is the group or the person who answers for it. ``role`` is what a database lets the group do. ``login`` is
    the database role, without a login of its own, as which the group's rotated pair of login roles acts: it is a member
    of the group.
    """

    group: str
    resource: str
    ports: Ports
    purpose: Text
    owner: str
    role: Role | None = None
    login: DatabaseRole | None = None
    expires: Day | None = None
    environments: tuple[Environment, ...] = Field(default=ENVIRONMENTS, min_length=1)

    def expired(self, today: dt.date) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and self.expires < today


class Access(_Entry):
    """The whole model. Whatever no grant names is refused."""

    groups: dict[Name, Group]
    resources: dict[Name, Resource]
    grants: tuple[Grant, ...] = ()

    def for_environment(self, name: str, today: dt.date | None = None) -> "Access":
        """The model as one environment sees it: grants of others, and those that have expired, are gone.

        ``today`` defaults to the day in UTC. Raises ``ValueError`` for an environment that does not exist.
        """
        if name not in ENVIRONMENTS:
            raise ValueError(f"{name!r} is not an environment; use one of {', '.join(ENVIRONMENTS)}")
        day = today or dt.datetime.now(dt.UTC).date()
        kept = [grant for grant in self.grants if name in grant.environments and not grant.expired(day)]
        return self.model_copy(update={"grants": tuple(kept)})

    def allows(self, group: str, resource: str, port: int) -> bool:
        """Whether some grant lets ``group`` reach ``port`` of ``resource``."""
        return any(port in grant.ports for grant in self.between(group, resource))

    def between(self, group: str, resource: str) -> Iterator[Grant]:
        """The grants of ``group`` on ``resource``."""
        return (grant for grant in self.grants if (grant.group, grant.resource) == (group, resource))

    def reaching(self, resource: str) -> frozenset[str]:
        """The names of the groups that some grant lets reach ``resource``."""
        return frozenset(grant.group for grant in self.grants if grant.resource == resource)

    def with_account(self, *roles: AccountRole) -> Iterator[str]:
        """The names of the groups whose people have one of these roles in the AWS account."""
        return (name for name, group in self.groups.items() if group.account in roles)

    def signs_in(self, group: str) -> bool:
        """Whether some grant lets the group sign in to a database."""
        return any(grant.role is not None for grant in self.grants if grant.group == group)

    def people(self) -> dict[str, tuple[str, ...]]:
        """The names of the groups of each person, in the order of the names."""
        members = sorted({member for group in self.groups.values() for member in group.members})
        return {
            person: tuple(sorted(name for name, group in self.groups.items() if person in group.members))
            for person in members
        }

    def as_data(self) -> dict[str, Any]:
        """The model as plain data, in the file's own form."""
        return self.model_dump(mode="json", exclude_defaults=True)
