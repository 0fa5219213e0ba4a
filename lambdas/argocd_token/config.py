"""What the function is told by its environment: everything but the token, and no secret."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from lambdas.kit.errors import RotationError
from lambdas.kit.settings import mapping, text

API: Final = "https://api.github.com"
CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True)
class Cluster:
    """The API server: the cluster's name at EKS, its address, and the authority that signs for it (PEM)."""

    name: str
    endpoint: str
    authority: str


@dataclass(frozen=True)
class Target:
    """Whose token it is, what it may read, and the Secret into which it goes.

    ``key`` is the ARN of the key that signs for the GitHub App, ``repository`` the URL that Argo CD knows.
    """

    key: str
    client: str
    installation: str
    repository: str
    cluster: Cluster
    namespace: str
    secret: str
    api: str

    @property
    def full_name(self) -> str:
        """``owner/name`` of the repository."""
        return urlsplit(self.repository).path.strip("/").removesuffix(".git")


def target(environment: Mapping[str, str]) -> Target:
    """The target; RotationError names what is missing or wrong."""
    installation = _like(environment, "GITHUB_INSTALLATION_ID", r"[1-9][0-9]*", "a number")
    repository = _like(
        environment, "REPOSITORY", r"https://[^/@\s]+/[\w.-]+/[\w.-]+", "https://<host>/<owner>/<name>.git"
    )
    place = _like(environment, "SECRET", r"[a-z0-9-]+/[a-z0-9.-]+", "<namespace>/<name>")
    namespace, _, secret = place.partition("/")
    return Target(
        key=text(environment, "KEY_ARN"),
        client=text(environment, "GITHUB_CLIENT_ID"),
        installation=installation,
        repository=repository,
        cluster=_cluster(environment),
        namespace=namespace,
        secret=secret,
        api=_https("GITHUB_API", environment.get("GITHUB_API", API)),
    )


def _cluster(environment: Mapping[str, str]) -> Cluster:
    given = mapping(environment, "CLUSTER")
    for key in ("name", "endpoint", "authority"):
        if not isinstance(given.get(key), str) or not given[key]:
            raise RotationError("configuration", f"CLUSTER lacks {key}; README.md lists what must be")
    try:
        authority = base64.b64decode(given["authority"], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        authority = ""
    if CERTIFICATE not in authority:
        raise RotationError("configuration", "CLUSTER.authority is no certificate (PEM in base64), as EKS shows it")
    return Cluster(given["name"], _https("CLUSTER.endpoint", given["endpoint"]).rstrip("/"), authority)


def _https(name: str, url: str) -> str:
    if not re.fullmatch(r"https://[^\s/@?#]+/?", url):
        raise RotationError("configuration", f"{name} is {url!r}, must be https://<host>: a token goes there")
    return url


def _like(environment: Mapping[str, str], name: str, pattern: str, form: str) -> str:
    value = text(environment, name)
    if not re.fullmatch(pattern, value):
        raise RotationError("configuration", f"{name} is {value!r}, must be {form}")
    return value
