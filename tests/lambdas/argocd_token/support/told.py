"""The function's environment, whole and right, and what it is held against."""

import base64
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lambdas.argocd_token.signing import Sign

CLIENT: Final = "Iv23liNationGraph000"
INSTALLATION: Final = "40302010"
KEY: Final = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
CERTIFICATE: Final = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nx").decode()
PLACE: Final = "argocd/nationgraph-services-token"
ENVIRONMENT: Final = {
    "KEY_ARN": KEY,
    "GITHUB_CLIENT_ID": CLIENT,
    "GITHUB_INSTALLATION_ID": INSTALLATION,
    "REPOSITORY": "https://github.com/nationgraph/nationgraph-services.git",
    "CLUSTER": f'{{"name": "core", "endpoint": "https://api.eks.internal", "authority": "{CERTIFICATE}"}}',
    "SECRET": PLACE,
}


def signer(key: rsa.RSAPrivateKey) -> Sign:
    """Signs as KMS does, by a key of this process."""
    return lambda content: key.sign(content, padding.PKCS1v15(), hashes.SHA256())
