"""What the rotation needs of an issuer, and how its own tokens are told from others there."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Protocol

Value = dict[str, Any]
"""What a version of the secret holds: ``issuer``, ``id`` (the token's name at the issuer) and what consumers use."""


class Issuer(Protocol):
    """An API that makes and revokes tokens."""

    def tokens(self) -> Mapping[str, str]:
        """The label of each token that exists, by id; others than ours may be among them."""

    def create(self, label: str) -> Value:
        """A new token with this label."""

    def prove(self, value: Value) -> None:
        """Use the token as a consumer does. DeadError where the issuer refuses it or it is not what was declared."""

    def revoke(self, token: str) -> None:
        """End a token; one that is gone already is fine."""


def label(secret: str, version: str) -> str:
    """What a token is called: at most 50 letters, digits, spaces and hyphens, which is what Tailscale takes."""
    return f"rot {_digest(secret)} {re.sub('[^A-Za-z0-9]', '-', version)[:36]}"


def version_of(text: str, secret: str, versions: Mapping[str, Any]) -> str | None:
    """The version that a token was made for: empty where it is none of ``versions``, None where it is not ours."""
    if not text.startswith(f"rot {_digest(secret)} "):
        return None
    return next((version for version in versions if label(secret, version) == text), "")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:8]
