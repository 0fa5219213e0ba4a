"""JSON Web Tokens (RFC 7519), signed as they should be and in ways that nobody may accept."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def encoded(content: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unsigned(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """What a signature is made of."""
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))


def without_algorithm(claims: Mapping[str, Any], algorithm: str = "none") -> str:
    """A token that says itself that it has no signature."""
    return unsigned({"alg": algorithm, "typ": "JWT"}, claims) + "."


def by_secret(claims: Mapping[str, Any], secret: bytes, key: str = "1") -> str:
    """A token by HS256."""
    text = unsigned({"alg": "HS256", "typ": "JWT", "kid": key}, claims)
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"


class SigningKey:
    """An RSA key, known as ``name``."""

    def __init__(self, name: str) -> None:
        self.name, self._key = name, rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def public(self) -> dict[str, str]:
        """As a JSON Web Key (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        parts = {
            part: encoded(value.to_bytes((value.bit_length() + 7) // 8))
            for part, value in (("n", numbers.n), ("e", numbers.e))
        }
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.name, **parts}

    def pem(self) -> bytes:
        """The public key, as a file holds it."""
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, kind)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token by RS256."""
        text = unsigned({"alg": "RS256", "typ": "JWT", "kid": self.name}, claims)
        return f"{text}.{encoded(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
