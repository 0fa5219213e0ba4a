"""SEC-05: no key of the tailnet outlives its use, and none is in the state."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policy.core.engine import Framework, Rule
from policy.facts.props import UNKNOWN, Resource, flag, get, items, number, shape, shown

KEY = "tailscale:index/tailnetKey:TailnetKey"
CLIENT = "tailscale:index/oauthClient:OauthClient"
IDENTITY = "tailscale:index/federatedIdentity:FederatedIdentity"
PROVIDER = "pulumi:providers:tailscale"
LONGEST_SECONDS = 86400
"""A key is for machines that are about to start: a day is ample."""
BROAD_SCOPES = ("all", "all:read")


def _key(resource: Resource) -> Iterator[str]:
    reusable, expiry = flag(get(resource.props, "reusable")), get(resource.props, "expiry")
    if reusable is not False and reusable is not UNKNOWN:
        yield f"reusable is {reusable!r}, must be False: whoever reads the state could add machines"
    if expiry is None:
        yield f"expiry is absent, must be at most {LONGEST_SECONDS} seconds; Tailscale's default is 90 days"
    elif expiry is not UNKNOWN and not 0 < (number(expiry) or 0) <= LONGEST_SECONDS:
        said = shape(expiry) if number(expiry) is None else shown(expiry)
        yield f"expiry is {said}, must be 1 to {LONGEST_SECONDS} seconds"
    if get(resource.props, "tags") is None:
        yield "tags are absent, must be given: a machine of a person has that person's access"


def _client(_resource: Resource) -> Iterator[str]:
    yield "an OAuth client's secret does not expire and lands in the state, must be a FederatedIdentity"


def _identity(resource: Resource) -> Iterator[str]:
    for key in ("issuer", "subject"):
        value = get(resource.props, key)
        if value is None or (isinstance(value, str) and "*" in value):
            yield f"{key} is {value!r}, must name one without *: others could pose as it"
    broad = [scope for scope in items(resource.props, "scopes") if scope in BROAD_SCOPES]
    if broad:
        yield f"scopes hold {broad}, must name what is needed, such as auth_keys"
    if get(resource.props, "tags") is None:
        yield "tags are absent, must be given: they say which devices it can make"


def _provider(resource: Resource) -> Iterator[str]:
    for key in ("apiKey", "oauthClientSecret"):
        if get(resource.props, key) is not None:
            yield f"{key} is given, must be absent: sign in with a federated identity and a token of the pipeline"


CHECKS = {KEY: _key, CLIENT: _client, IDENTITY: _identity, PROVIDER: _provider}


def check(resource: Resource) -> Iterator[str]:
    """By what the resource is: a key, an OAuth client, a federated identity, or the provider itself."""
    yield from CHECKS[resource.resource_type](resource)


RULE = Rule(
    clause="SEC-05",
    description="Keys of the tailnet are single-use and short, secrets of it are nowhere, identities name one subject.",
    severity=Severity.CRITICAL,
    frameworks=(Framework(name="SOC 2 Trust Services Criteria", version="2017", reference="CC6.1"),),
    remediation="Use a FederatedIdentity as components.vpn.identity does; machines then need no key at all.",
    types=frozenset(CHECKS),
    check=check,
)
