"""How a check is declared, and what several checks look up."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, Protocol

from botocore.exceptions import ClientError

Params = dict[str, Any]


class Account(Protocol):
    """The account that a check looks into: its clients by service, its number and its region."""

    account: str
    region: str

    def client(self, service: str) -> Any:
        """A client of botocore."""


Check = Callable[[Account, Params], None]
CHECKS: defaultdict[tuple[str, str], list[Check]] = defaultdict(list)
"""The checks of each operation, by service and AWS's name."""
DATA = Path(__file__).parent / "data"


class Refused(Exception):  # noqa: N818 - what AWS does, not what went wrong
    """AWS answers a call with this error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def refuse(code: str, message: str) -> NoReturn:
    """Answer the call with an error."""
    raise Refused(code, message)


def refuses(service: str, *operations: str) -> Callable[[Check], Check]:
    """Register a check for operations of a service."""

    def register(check: Check) -> Check:
        for operation in operations:
            CHECKS[service, operation].append(check)
        return check

    return register


@cache
def data(name: str) -> Any:
    """A file of ``data/``."""
    return json.loads((DATA / name).read_text())


def found(call: Callable[..., Any], **given: Any) -> Any:
    """The answer of a look-up; None where AWS says that there is no such thing."""
    try:
        return call(**given)
    except ClientError:
        return None


def subnets(api: Account, identifiers: Iterable[str]) -> list[Mapping[str, Any]]:
    """Subnets as EC2 describes them; refused with EC2's own error where one is missing."""
    wanted = list(identifiers)
    return list(api.client("ec2").describe_subnets(SubnetIds=wanted)["Subnets"]) if wanted else []


def group_networks(api: Account, identifiers: Iterable[str]) -> dict[str, str]:
    """The VPC of each security group; refused with EC2's own error where one is missing."""
    wanted = list(identifiers)
    groups = api.client("ec2").describe_security_groups(GroupIds=wanted)["SecurityGroups"] if wanted else []
    return {group["GroupId"]: group["VpcId"] for group in groups}


def one_network(api: Account, subnet_ids: Iterable[str], group_ids: Iterable[str], code: str) -> str | None:
    """The VPC of all subnets and groups; refused where there are several."""
    places = {s["SubnetId"]: s["VpcId"] for s in subnets(api, subnet_ids)} | group_networks(api, group_ids)
    if len({*places.values()}) > 1:
        listed = ", ".join(f"{name} in {vpc}" for name, vpc in sorted(places.items()))
        refuse(code, f"You have specified resources that belong to different networks: {listed}")
    return next(iter(places.values()), None)


def require_json(name: str, value: str) -> None:
    """Refuse an attribute of SNS that is no JSON object."""
    try:
        is_object = isinstance(json.loads(value), dict)
    except ValueError:
        is_object = False
    if not is_object:
        refuse("InvalidParameter", f"Invalid parameter: {name}: failed to parse JSON.")
