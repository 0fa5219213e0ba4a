"""The tailnet: what Tailscale's API keeps of it, in one file of the sandbox, and what it refuses to keep."""

import fcntl
import ipaddress
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sandbox.tailscale import policy

SETTINGS: Final[Mapping[str, Any]] = {
    "aclsExternalLink": "",
    "aclsExternallyManagedOn": False,
    "devicesApprovalOn": False,
    "devicesAutoUpdatesOn": False,
    "devicesKeyDurationDays": 180,
    "httpsEnabled": False,
    "networkFlowLoggingOn": False,
    "postureIdentityCollectionOn": False,
    "regionalRoutingOn": False,
    "usersApprovalOn": False,
    "usersRoleAllowedToJoinExternalTailnet": "none",
}
"""A new tailnet's settings. Source: api.tailscale.com, "Get tailnet settings"."""
KEY_DAYS: Final = range(1, 180 + 1)
"""How long the key of a device may live. Source: "Update tailnet settings"."""
NEEDS_TAGS: Final = frozenset({"auth_keys", "devices:core"})
"""Scopes whose credentials make or change devices, and so must say as which tags."""
DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
EMPTY: Final[Mapping[str, Any]] = {"policy": None, "settings": {}, "dns": {"magicDns": True}, "split": {}, "keys": {}}


class RefusedError(Exception):
    """The API's answer to a request that it does not carry out."""


class Tailnet:
    """One tailnet. Every change is written before the call returns, and two processes never write at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _load(self) -> dict[str, Any]:
        found = json.loads(self._path.read_text()) if self._path.exists() else {}
        return {**json.loads(json.dumps(EMPTY)), **found}

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Any]]:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._load()
            yield kept
            partial = self._path.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(kept, indent=1))
            partial.rename(self._path)

    def policy(self) -> str | None:
        """The policy file; None while it is the one that every new tailnet has."""
        found: str | None = self._load()["policy"]
        return found

    def set_policy(self, text: str, *, over_default_only: bool = False) -> None:
        """Put a policy file in force.

        Raises:
            RefusedError: it is malformed, refers to what it does not define, fails one of its own tests, or would
                replace one that a person wrote.

        """
        try:
            policy.check(text)
        except policy.PolicyError as error:
            raise RefusedError(f"policy file refused (400): {error}") from error
        with self._changed() as kept:
            if over_default_only and kept["policy"] is not None:
                raise RefusedError(
                    "precondition failed (412): the tailnet has a policy file that is not the default one; import it "
                    "first, or set overwriteExistingContent to replace it"
                )
            kept["policy"] = text

    def reset_policy(self) -> None:
        """Back to the default of a new tailnet."""
        with self._changed() as kept:
            kept["policy"] = None

    def settings(self) -> dict[str, Any]:
        """All settings."""
        return {**SETTINGS, **self._load()["settings"]}

    def set_settings(self, changes: Mapping[str, Any]) -> None:
        """Change some settings. Raises ``RefusedError`` for a value that the API does not take."""
        days = changes.get("devicesKeyDurationDays", 180)
        if days not in KEY_DAYS:
            raise RefusedError(f"devicesKeyDurationDays: {days} (400): a key lives 1 to {KEY_DAYS[-1]} days")
        with self._changed() as kept:
            kept["settings"] |= changes

    def magic_dns(self) -> bool:
        """Whether names of devices resolve."""
        return bool(self._load()["dns"]["magicDns"])

    def set_magic_dns(self, *, on: bool) -> None:
        """Switch it."""
        with self._changed() as kept:
            kept["dns"] = {"magicDns": on}

    def split_dns(self) -> dict[str, list[str]]:
        """The resolvers by domain."""
        found: dict[str, list[str]] = self._load()["split"]
        return found

    def set_split_dns(self, domain: str, nameservers: Sequence[str]) -> None:
        """Give a domain its resolvers, or none. Raises ``RefusedError`` where one of them is no address."""
        if not DOMAIN.fullmatch(domain):
            raise RefusedError(f"domain: {domain!r} is not a domain name (400)")
        for nameserver in nameservers:
            try:
                ipaddress.ip_address(nameserver)
            except ValueError:
                raise RefusedError(f"nameservers: {nameserver!r} is not an IP address (400)") from None
        with self._changed() as kept:
            kept["split"] |= {domain: list(nameservers)}
            kept["split"] = {name: found for name, found in kept["split"].items() if found}

    def keys(self) -> dict[str, dict[str, Any]]:
        """The trust credentials by client id."""
        found: dict[str, dict[str, Any]] = self._load()["keys"]
        return found

    def _check_key(self, kept: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        tags = given.get("tags") or []
        needy = sorted(NEEDS_TAGS & {*given["scopes"]})
        if needy and not tags:
            raise RefusedError(f"tags: required with scope {', '.join(needy)} (400)")
        owned = policy.load(kept["policy"] or "{}").data.get("tagOwners", {})
        unknown = sorted(tag for tag in tags if tag not in owned)
        if unknown:
            raise RefusedError(f"tags: {', '.join(unknown)} have no owner in the policy file (400)")

    def put_key(self, identifier: str | None, given: Mapping[str, Any]) -> str:
        """Make (without an id) or change a federated identity; its client id.

        Raises:
            RefusedError: a tag that the policy file does not define, or none where the scope needs one.

        """
        with self._changed() as kept:
            self._check_key(kept, given)
            name = identifier or f"k{secrets.token_hex(5).upper()}CNTRL-k{secrets.token_hex(5).upper()}CNTRL"
            audience = given.get("audience") or kept["keys"].get(name, {}).get("audience")
            kept["keys"][name] = {**given, "audience": audience or f"api.tailscale.com/{name}"}
        return name

    def remove_key(self, identifier: str) -> None:
        """Revoke a credential; one that is gone already is fine."""
        with self._changed() as kept:
            kept["keys"].pop(identifier, None)
