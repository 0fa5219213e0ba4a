"""The keys of a stack file: one model that checks them, explains them and becomes the editors' schema."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from lib.addresses import TAILNET, ZONES
from lib.deletion_budget import MOST, parse
from lib.problems import WrongValueError, nearest
from lib.validation import line_of
from stacks.cidrs import check_range
from stacks.environments import Environment

PROJECT: Final = "nationgraph-platform"
CIDR_KEY: Final = f"{PROJECT}:cidr"
ACCOUNTS_KEY: Final = "aws:allowedAccountIds"
TAILNET_KEY: Final = "tailscale:tailnet"
BUDGET_KEY: Final = f"{PROJECT}:deletionBudget"

MIN_ZONES: Final = 2

# fmt: off
REGIONS: Final = (
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
    "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
    "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)
# fmt: on
"""The commercial regions with EC2, from botocore's endpoints.json of boto3 1.44.5."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a value is checked against besides itself: the environment's row, None if unknown, and others' settings."""

    environment: Environment | None
    others: Mapping[str, Mapping[str, str]]

    def holders(self, key: str, value: str) -> list[str]:
        """The other stacks whose setting ``key`` is ``value``, or a list with it."""
        return [stack for stack, config in self.others.items() if value in _texts(config.get(key, ""))]


def _texts(setting: str) -> list[Any]:
    """A setting as a list, which the engine passes as JSON text."""
    try:
        items = json.loads(setting)
    except (ValueError, RecursionError):
        items = None
    return items if isinstance(items, list) else [setting]


def _context(info: ValidationInfo) -> Context:
    return cast(Context, info.context)


def _shaped(pattern: str, why: str, fix: str) -> tuple[AfterValidator, WithJsonSchema]:
    """A validator and the schema of one and the same pattern."""
    whole = re.compile(pattern)

    def check(value: str) -> str:
        if not whole.fullmatch(value):
            raise WrongValueError(why, fix)
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


def _list(what: str, example: str) -> Callable[[str], tuple[str, ...]]:
    """The engine passes a list as JSON text."""

    def parse(value: str) -> tuple[str, ...]:
        try:
            items = json.loads(value)
        except ValueError:
            items = None
        if not isinstance(items, list):
            raise WrongValueError(f"is not a list of {what}", f"write a YAML list, as [{example}]")
        if not all(isinstance(item, str) for item in items):
            raise WrongValueError(f"is not a list of {what} as text", f"put each in quotes, as [{example}]")
        return tuple(items)

    return parse


def _region(value: str) -> str:
    if value not in REGIONS:
        raise WrongValueError("is not an AWS region", f"write {nearest(value, REGIONS) or 'for example eu-central-1'}")
    return value


def _accounts(value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if len(value) != 1:
        raise WrongValueError(f"names {len(value)} accounts; a stack lives in exactly one", "list that one")
    if not re.fullmatch(r"[0-9]{12}", value[0]):
        raise WrongValueError("is not an AWS account ID", "write its 12 digits in quotes")
    _own(ACCOUNTS_KEY, value[0], "account", info)
    return value


def _own(key: str, value: str, what: str, info: ValidationInfo) -> None:
    holders = _context(info).holders(key, value)
    if holders:
        why = f"is the {what} of {', '.join(holders)} too: one stack would change what another owns"
        raise WrongValueError(why, f"write the {what} of this stack alone")


def _tailnet(value: str, info: ValidationInfo) -> str:
    _own(TAILNET_KEY, value, "tailnet", info)
    return value


def _zones(value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    region, environment = info.data.get("region"), _context(info).environment
    if len(set(value)) != len(value):
        repeated = sorted({zone for zone in value if value.count(zone) > 1})
        raise WrongValueError(f"names {', '.join(repeated)} twice", "name each zone once")
    strange = [zone for zone in value if region and not re.fullmatch(f"{region}[{ZONES}]", zone)]
    if strange:
        raise WrongValueError(
            f"names {', '.join(strange)}, no zone of {region}", f"use {region}{ZONES[0]} to {region}{ZONES[-1]}"
        )
    if len(value) < MIN_ZONES:
        raise WrongValueError(
            "has fewer than two zones: the loss of one would take everything", f"name at least {MIN_ZONES}"
        )
    if environment and len(value) != environment.zone_count:
        raise WrongValueError(
            f"has {len(value)} zones where the environment runs in {environment.zone_count}",
            f"name {environment.zone_count}, or change zone_count in stacks/environments.py",
        )
    return value


def _cidr(value: str, info: ValidationInfo) -> str:
    return check_range(value, {stack: config.get(CIDR_KEY, "") for stack, config in _context(info).others.items()})


def _items(pattern: str, least: int, most: int | None = None) -> WithJsonSchema:
    bounds: dict[str, Any] = {"minItems": least, "uniqueItems": True} | ({"maxItems": most} if most else {})
    return WithJsonSchema({"type": "array", "items": {"type": "string", "pattern": pattern}, **bounds})


def _key(name: str, description: str, example: object, default: object = ...) -> Any:
    return Field(default, alias=name, description=description, examples=[example])


class StackConfig(BaseModel):
    """The settings of one stack: what differs by account. What differs by environment is in environments.py."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Annotated[str, AfterValidator(_region), WithJsonSchema({"type": "string", "enum": list(REGIONS)})] = _key(
        "aws:region", "AWS region of every resource.", "eu-central-1"
    )
    accounts: Annotated[
        tuple[str, ...],
        BeforeValidator(_list("account IDs", '"999999999999"')),
        AfterValidator(_accounts),
        _items("^[0-9]{12}$", 1, 1),
    ] = _key(
        ACCOUNTS_KEY,
        "The one account that this stack may touch; credentials of any other are refused.",
        ["999999999999"],
    )
    cidr: Annotated[
        str,
        AfterValidator(_cidr),
        WithJsonSchema({"type": "string", "pattern": r"^(10|172|192)\.[0-9]+\.[0-9]+\.[0-9]+/(1[6-9]|20)$"}),
    ] = _key(
        CIDR_KEY,
        f"The VPC's IPv4 range: private, /16 to /20, free of the other environments' and of {TAILNET}.",
        "10.1.0.0/16",
    )
    zones: Annotated[
        tuple[str, ...],
        BeforeValidator(_list("zones", "eu-central-1a, eu-central-1b")),
        AfterValidator(_zones),
        _items(f"^[a-z]{{2}}(-[a-z]+)+-[0-9][{ZONES}]$", MIN_ZONES),
    ] = _key(
        f"{PROJECT}:zones",
        "Availability zones, as many as the environment's zone_count.",
        ["eu-central-1a", "eu-central-1b"],
    )
    github_repository: Annotated[
        str,
        *_shaped(
            r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(@[1-9][0-9]*/[A-Za-z0-9._-]{1,100}@[1-9][0-9]*|/[A-Za-z0-9._-]{1,100})",
            "is not a GitHub repository",
            "write owner/name, as nationgraph/platform, or owner@id/name@id where subject claims are immutable",
        ),
    ] = _key(f"{PROJECT}:githubRepository", "The repository whose workflows may assume roles.", "nationgraph/platform")
    github_client_id: Annotated[
        str,
        *_shaped(
            r"Iv1\.[0-9a-f]{16}|Iv[0-9]{2}[A-Za-z0-9]{16}",
            "is not the client id of a GitHub App",
            "write it as the App's page shows it, as Iv23li0123456789abcd",
        ),
    ] = _key(
        f"{PROJECT}:githubClientId",
        "The GitHub App that reads nationgraph-services for Argo CD.",
        "Iv23li0123456789abcd",
    )
    github_installation_id: Annotated[
        str,
        *_shaped(
            r"[1-9][0-9]{0,17}",
            "is not the id of an installation",
            "write the number at the end of the installation's address, in quotes",
        ),
    ] = _key(f"{PROJECT}:githubInstallationId", "Where that App is installed.", "12345678")
    alert_email: Annotated[
        str,
        *_shaped(
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
            "is not an e-mail address",
            "write the address of a list that is on call, as on-call@example.com",
        ),
    ] = _key(f"{PROJECT}:alertEmail", "Where alarms go.", "on-call@example.com")
    tailnet: Annotated[
        str,
        *_shaped(
            r"[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+",
            "is not the name of a tailnet",
            "write it as the admin console shows it under Settings, General, as dev.example.com",
        ),
        AfterValidator(_tailnet),
    ] = _key(TAILNET_KEY, "The tailnet of this environment alone: no two stacks share one.", "dev.example.com")
    owner: Annotated[
        str, *_shaped(r"[a-z][a-z0-9-]{1,38}", "is not the name of a team", "write it in small letters, as platform")
    ] = _key(f"{PROJECT}:owner", "Team that answers for the stack.", "platform")
    cost_centre: Annotated[
        str, *_shaped(r"[A-Z]{2,6}-[0-9]{2,6}", "is not a cost centre", "write letters, a dash and digits, as ENG-100")
    ] = _key(f"{PROJECT}:costCentre", "Who pays.", "ENG-100")
    deletion_budget: Annotated[
        int,
        BeforeValidator(parse),
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST}),
    ] = _key(
        BUDGET_KEY,
        "How many services one change may take out of the environment, or move to another tier or team; otherwise 0.",
        1,
        default=0,
    )
    directory_account: Annotated[
        str | None, *_shaped(r"[0-9]{12}", "is not an AWS account ID", "write its 12 digits, in quotes")
    ] = _key(
        f"{PROJECT}:directoryAccountId",
        "The account in which people sign in, where it is not the stack's own.",
        "222233334444",
        default=None,
    )
    organization: Annotated[
        str | None, *_shaped(r"o-[a-z0-9]{10,32}", "is not an organisation's id", "write it as o-a1b2c3d4e5")
    ] = _key(
        f"{PROJECT}:organizationId",
        "The AWS organisation of the directory account; needed where that is another account.",
        "o-a1b2c3d4e5",
        default=None,
    )


KEYS: Final = tuple(str(field.alias) for field in StackConfig.model_fields.values())


def example(key: str) -> str:
    """A line of YAML that gives ``key`` a valid value."""
    (value,) = next(field.examples for field in StackConfig.model_fields.values() if field.alias == key) or [""]
    return line_of(key, value)
