"""Each resource type of the Tailscale provider: which calls it makes, what it checks, and what replaces it.

Source: ``tailscale/resource_*.go`` of github.com/tailscale/terraform-provider-tailscale.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlparse

from sandbox.tailscale import hujson
from sandbox.tailscale.tailnet import SETTINGS, Tailnet

Props = Mapping[str, Any]
Failures = Iterator[tuple[str, str]]
DESCRIPTION_LENGTH: Final = 50
"""The longest description of a credential."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One type. ``put`` makes or changes it and returns its id; ``get`` shows it, None where it is gone.

    ``find`` lists the ids of those there are. ``computed`` are outputs of which a preview knows nothing, ``steering``
    inputs that the API never sees. ``check`` yields what the provider refuses before it calls the API. ``always``:
    every tailnet has it, and a resource only sets it.
    """

    put: Callable[[Tailnet, str | None, Props], str]
    get: Callable[[Tailnet, str], dict[str, Any] | None]
    remove: Callable[[Tailnet, str, Props], None]
    find: Callable[[Tailnet], list[str]]
    check: Callable[[Props], Failures] = lambda _inputs: iter(())
    replace: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    steering: tuple[str, ...] = ()
    always: bool = False


def _put_acl(tailnet: Tailnet, identifier: str | None, inputs: Props) -> str:
    fresh = identifier is None and not inputs.get("overwriteExistingContent")
    tailnet.set_policy(inputs["acl"], over_default_only=fresh)
    return "acl"


def _get_acl(tailnet: Tailnet, _identifier: str) -> dict[str, Any] | None:
    found = tailnet.policy()
    return None if found is None else {"acl": found}


def _remove_acl(tailnet: Tailnet, _identifier: str, inputs: Props) -> None:
    if inputs.get("resetAclOnDestroy"):
        tailnet.reset_policy()


def _check_acl(inputs: Props) -> Failures:
    try:
        hujson.parse(inputs["acl"])
    except hujson.HuJsonError as error:
        yield "acl", f"is not HuJSON: {error}"


def _put_settings(tailnet: Tailnet, _identifier: str | None, inputs: Props) -> str:
    tailnet.set_settings({key: value for key, value in inputs.items() if key in SETTINGS})
    return "singleton"


def _check_settings(inputs: Props) -> Failures:
    roles = ("none", "member", "admin")
    role = inputs.get("usersRoleAllowedToJoinExternalTailnet", "none")
    if role not in roles:
        yield "usersRoleAllowedToJoinExternalTailnet", f"{role!r} is not one of {', '.join(roles)}"
    link = inputs.get("aclsExternalLink")
    if link is not None and not re.match("https?://", link):
        yield "aclsExternalLink", "must be a URL with scheme http or https"


def _put_split(tailnet: Tailnet, _identifier: str | None, inputs: Props) -> str:
    tailnet.set_split_dns(inputs["domain"], inputs["nameservers"])
    return str(inputs["domain"])


def _get_split(tailnet: Tailnet, identifier: str) -> dict[str, Any] | None:
    found = tailnet.split_dns().get(identifier)
    return {"domain": identifier, "nameservers": found} if found else None


def _put_dns(tailnet: Tailnet, _identifier: str | None, inputs: Props) -> str:
    tailnet.set_magic_dns(on=inputs["magicDns"])
    return "dns_preferences"


def _check_identity(inputs: Props) -> Failures:
    issuer = urlparse(inputs["issuer"])
    if issuer.scheme != "https" or not issuer.hostname:
        yield "issuer", "must be a valid https:// URL"
    reserved = sorted({"sub", "iss", "aud"} & {*inputs.get("customClaimRules", {})})
    if reserved:
        yield "customClaimRules", f"{', '.join(reserved)} are reserved; use subject, issuer and audience"
    if len(inputs.get("description", "")) > DESCRIPTION_LENGTH:
        yield "description", f"must have at most {DESCRIPTION_LENGTH} characters"


KINDS: Final[Mapping[str, Kind]] = {
    "tailscale:index/acl:Acl": Kind(
        put=_put_acl,
        get=_get_acl,
        remove=_remove_acl,
        find=lambda tailnet: ["acl"] if tailnet.policy() is not None else [],
        check=_check_acl,
        steering=("overwriteExistingContent", "resetAclOnDestroy"),
    ),
    "tailscale:index/tailnetSettings:TailnetSettings": Kind(
        put=_put_settings,
        get=lambda tailnet, _identifier: tailnet.settings(),
        remove=lambda _tailnet, _identifier, _inputs: None,  # as the provider: nobody knows what was there before
        find=lambda _tailnet: ["singleton"],
        always=True,
        check=_check_settings,
        computed=tuple(SETTINGS),
    ),
    "tailscale:index/dnsSplitNameservers:DnsSplitNameservers": Kind(
        put=_put_split,
        get=_get_split,
        remove=lambda tailnet, identifier, _inputs: tailnet.set_split_dns(identifier, []),
        find=lambda tailnet: list(tailnet.split_dns()),
        replace=("domain",),
    ),
    "tailscale:index/dnsPreferences:DnsPreferences": Kind(
        put=_put_dns,
        get=lambda tailnet, _identifier: {"magicDns": tailnet.magic_dns()},
        remove=lambda tailnet, _identifier, _inputs: tailnet.set_magic_dns(on=False),
        find=lambda _tailnet: ["dns_preferences"],
        always=True,
    ),
    "tailscale:index/federatedIdentity:FederatedIdentity": Kind(
        put=lambda tailnet, identifier, inputs: tailnet.put_key(identifier, inputs),
        get=lambda tailnet, identifier: tailnet.keys().get(identifier),
        remove=lambda tailnet, identifier, _inputs: tailnet.remove_key(identifier),
        find=lambda tailnet: list(tailnet.keys()),
        check=_check_identity,
        computed=("audience", "createdAt", "updatedAt", "userId"),
    ),
}
"""By type. OAuth clients and auth keys are missing on purpose: each leaves a long-lived secret in the state."""
