"""Tailscale: OAuth clients and auth keys. Both are "keys" of one API; API access tokens cannot be made by it.

Source: the OpenAPI description behind https://tailscale.com/api (operations listTailnetKeys, createKey, getKey,
deleteKey) and https://tailscale.com/docs/features/oauth-clients.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lambdas.kit import web
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_api_token.config import Target
from lambdas.rotate_api_token.errors import DeadError
from lambdas.rotate_api_token.issuer import Value

API = "https://api.tailscale.com/api/v2"
NINETY_DAYS = 90 * 86400
"""The longest life of an auth key."""
REFUSED = (400, 401, 403, 404)


class Tailscale:
    """``kind`` is ``client`` or ``auth``; ``manager`` an OAuth client with scope ``oauth_keys`` or ``auth_keys``."""

    def __init__(self, kind: str, target: Target, manager: Mapping[str, Any], budget: Budget) -> None:
        self.kind, self.settings, self.budget = kind, target.settings, budget
        self._manager, self._token = manager, ""
        api = target.url("tailscale", API)
        self._oauth = f"{api}/oauth/token"
        self._keys = f"{api}/tailnet/{quote(str(self.settings.get('tailnet', '-')), safe='')}/keys"
        needed = "scopes" if kind == "client" else "tags"
        if not self.settings.get(needed):
            raise RotationError("configuration", f"ISSUER_SETTINGS lacks {needed}; README.md says what a token needs")

    def _login(self, value: Mapping[str, Any], what: str) -> str:
        """An access token, good for an hour, for an OAuth client."""
        form = {
            "client_id": str(value.get("client_id", "")), "client_secret": str(value.get("client_secret", "")),
            "grant_type": "client_credentials",
        }  # fmt: skip
        try:
            answer = web.call(self.budget, what, web.Ask(method="POST", url=self._oauth, headers={}, form=form))
        except web.StatusError as error:
            if error.status in REFUSED:
                raise DeadError(f"{what}: refused with HTTP {error.status}") from None
            error.unexpected()
        return str(answer["access_token"])

    def _call(self, what: str, method: str, path: str, token: str = "", body: Any = None) -> Any:
        if not token:
            self._token = self._token or self._login(self._manager, "signing in with the managing OAuth client")
            token = self._token
        headers = {"Authorization": f"Bearer {token}"}
        return web.call(
            self.budget, what, web.Ask(method=method, url=f"{self._keys}{path}", headers=headers, body=body)
        )

    def tokens(self) -> Mapping[str, str]:
        """The labels of all active keys of the tailnet."""
        try:
            answer = self._call("listing keys", "GET", "?all=true")
        except web.StatusError as error:
            error.unexpected()
        return {str(key["id"]): str(key.get("description", "")) for key in answer.get("keys") or ()}

    def create(self, label: str) -> Value:
        """A new OAuth client or auth key, as the settings declare it."""
        given: dict[str, Any] = {"keyType": self.kind, "description": label}
        if self.kind == "client":
            given |= {"scopes": self.settings["scopes"], "tags": self.settings.get("tags", [])}
        else:
            made = {key: bool(self.settings.get(key)) for key in ("reusable", "ephemeral", "preauthorized")}
            given["capabilities"] = {"devices": {"create": {**made, "tags": self.settings["tags"]}}}
            given["expirySeconds"] = int(self.settings.get("expiry_seconds", NINETY_DAYS))
        try:
            answer = self._call("creating a key", "POST", "", body=given)
        except web.StatusError as error:
            error.unexpected()
        name, secret = str(answer["id"]), str(answer["key"])
        if self.kind == "client":
            return {"issuer": "tailscale-oauth", "id": name, "client_id": name, "client_secret": secret}
        return {"issuer": "tailscale-auth-key", "id": name, "auth_key": secret}

    def prove(self, value: Value) -> None:
        """An OAuth client signs in and reads itself; an auth key is read, as using it would enrol a machine."""
        what = "proving the token"
        own = self._login(value, what) if self.kind == "client" else ""
        try:
            found = self._call(what, "GET", f"/{quote(str(value['id']), safe='')}", token=own)
        except web.StatusError as error:
            if error.status in REFUSED:
                raise DeadError(f"{what}: refused with HTTP {error.status}") from None
            error.unexpected()
        if found.get("invalid"):
            raise DeadError("the key was revoked or has expired")
        created = found.get("capabilities", {}).get("devices", {}).get("create", {})
        has = found.get("scopes", []) if self.kind == "client" else created.get("tags", [])
        declared = self.settings["scopes" if self.kind == "client" else "tags"]
        if sorted(has) != sorted(declared):
            raise DeadError(f"the key may {sorted(has)}, but {sorted(declared)} is declared")

    def revoke(self, token: str) -> None:
        """Delete a key."""
        try:
            self._call("revoking a key", "DELETE", f"/{quote(token, safe='')}")
        except web.StatusError as error:
            if error.status != 404:
                error.unexpected()
