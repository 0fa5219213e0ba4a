"""The signature of the GitHub App: KMS holds the private key and signs with it, and gives it to nobody."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.kit.errors import RotationError

CONFIG: Final = Config(connect_timeout=3, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3})
ALGORITHM: Final = "RSASSA_PKCS1_V1_5_SHA_256"
"""RS256 by the name that KMS has for it."""
HEADER: Final = {"alg": "RS256", "typ": "JWT"}
EARLIER: Final = 60
"""Seconds by which GitHub's clock may be behind."""
LATER: Final = 540
"""Seconds until a JWT ends. GitHub takes 600 at most, by its own clock. Source: GitHub docs, "Generating a JSON Web
Token (JWT) for a GitHub App"."""
IMPORT: Final = "docs/runbooks/argocd-token.md says how a person imports it"
REASONS: Final[Mapping[str, str]] = {
    "KMSInvalidStateException": f"the private key of the GitHub App is not in it, or is being deleted; {IMPORT}",
    "DisabledException": "the key is disabled; enable it, or say by pull request that Argo CD reads nothing",
    "NotFoundException": "there is no such key; deploy the stack",
    "AccessDeniedException": "the function's role may not sign with it; its policy and the key's must both let it",
}
"""What KMS's codes mean. Source: KMS API reference, Sign."""

Sign = Callable[[bytes], bytes]


@cache
def client() -> Any:
    """The client, kept for the life of the process."""
    return boto3.client("kms", config=CONFIG)


def by_kms(key: str) -> Sign:
    """Signs with a key of KMS. RotationError says why it cannot, in a sentence."""

    def sign(content: bytes) -> bytes:
        try:
            answer = client().sign(KeyId=key, Message=content, MessageType="RAW", SigningAlgorithm=ALGORITHM)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            reason = REASONS.get(code, "see the status of KMS; the function runs again within 20 minutes")
            raise RotationError("key", f"{key} does not sign ({code}): {reason}") from None
        except BotoCoreError as error:
            raise RotationError("key", f"{key}: KMS does not answer ({type(error).__name__})") from None
        signature: bytes = answer["Signature"]
        return signature

    return sign


def assertion(issuer: str, now: float, sign: Sign) -> str:
    """The JWT with which the App of this client id speaks for itself, for nine minutes (RFC 7519, RFC 7515)."""
    claims = {"iat": int(now) - EARLIER, "exp": int(now) + LATER, "iss": issuer}
    content = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (HEADER, claims))
    return f"{content}.{encoded(sign(content.encode()))}"


def encoded(content: bytes) -> str:
    """Base64 as JSON Web Signatures have it, without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()
