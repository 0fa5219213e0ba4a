"""Who a token of ``aws eks get-token`` is, and what the access entries let him do: EKS's authenticator.

A token is a presigned URL of STS's GetCallerIdentity in which the cluster's name is signed, as the header
``x-k8s-aws-id``. The header is not part of the URL: the signature says for which cluster the token was made.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from sandbox.aws.eks.access import ADMINISTRATOR, KIND
from sandbox.aws.eks.account import POLICIES, Values
from sandbox.aws.eks.clusters import Clusters

PATH: Final = "/sandbox/token-review"
PREFIX: Final = "k8s-aws-v1."
LIFETIME: Final = dt.timedelta(minutes=15)
"""From its signature, whatever it says. Source: github.com/kubernetes-sigs/aws-iam-authenticator, ``pkg/token``."""
SKEW: Final = dt.timedelta(minutes=5)
CLUSTER_HEADER: Final = "x-k8s-aws-id"
OWN_KEY: Final = "sandbox"
"""Access key and secret of the sandbox itself, which administers the account."""


class Unknown(Exception):  # noqa: N818 - what the authenticator answers
    """The token authenticates nobody."""


def _url(token: str) -> tuple[SplitResult, Mapping[str, str]]:
    """The presigned URL and its parameters."""
    text = token.removeprefix(PREFIX)
    try:
        parts = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except (ValueError, binascii.Error):
        raise Unknown("the token is no presigned URL") from None
    values = {key: value[0] for key, value in parse_qs(parts.query).items()}
    if not token.startswith(PREFIX) or values.get("Action") != "GetCallerIdentity":
        raise Unknown("the token is no request for GetCallerIdentity")
    host = parts.hostname or ""
    if not re.fullmatch(r"sts(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?|127\.0\.0\.1|localhost", host):
        raise Unknown(f"the token is for {host}, which is not STS")
    return parts, values


def _signature(parts: SplitResult, values: Mapping[str, str], secret: str, cluster: str) -> str:
    """Signature Version 4 of the URL with the cluster's name in its header.

    Source: IAM user guide, "Create a signed AWS API request".
    """
    headers = {"host": parts.netloc, CLUSTER_HEADER: cluster}
    signed = values["X-Amz-SignedHeaders"].lower().split(";")
    query = "&".join(sorted(pair for pair in parts.query.split("&") if not pair.startswith("X-Amz-Signature=")))
    lines = [f"{name}:{headers.get(name, '')}" for name in sorted(signed)]
    empty = hashlib.sha256(b"").hexdigest()
    request = "\n".join(("GET", parts.path or "/", query, *lines, "", ";".join(sorted(signed)), empty))
    scope = values["X-Amz-Credential"].split("/")[1:]
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", values["X-Amz-Date"], "/".join(scope), hashed))
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _require_fresh(values: Mapping[str, str], now: dt.datetime) -> None:
    try:
        signed = dt.datetime.strptime(values["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        seconds = int(values["X-Amz-Expires"])
    except (KeyError, ValueError):
        raise Unknown("the token says not when it was signed") from None
    if not signed - SKEW <= now <= signed + LIFETIME or not 0 <= seconds <= LIFETIME.total_seconds():
        raise Unknown("the token has expired")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whose key signed: role or user, its ARN as STS says it, the name of the session, the key's secret."""

    principal: str
    arn: str
    session: str
    secret: str


def caller(account: str, key: str) -> Caller:
    """Who has an access key in the account.

    Raises:
        Unknown: nobody.

    """
    from moto.iam import iam_backends  # noqa: PLC0415 - moto is slow to import
    from moto.sts import sts_backends  # noqa: PLC0415

    if key == OWN_KEY:
        arn = f"arn:aws:sts::{account}:assumed-role/{ADMINISTRATOR.partition('/')[2]}/sandbox"
        return Caller(principal=f"arn:aws:iam::{account}:{ADMINISTRATOR}", arn=arn, session="sandbox", secret=OWN_KEY)
    assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(key)
    if assumed is not None:
        return Caller(
            principal=assumed.role_arn,
            arn=assumed.arn,
            session=assumed.session_name,
            secret=assumed.secret_access_key,
        )
    for user in iam_backends[account]["aws"].users.values():
        for held in user.access_keys:
            if held.access_key_id == key:
                return Caller(principal=user.arn, arn=user.arn, session=user.name, secret=held.secret_access_key)
    raise Unknown("the access key belongs to nobody in this account")


def _path_free(arn: str) -> str:
    """A role without its path, as STS knows it."""
    return re.sub(r":role/.*/", ":role/", arn)


def review(clusters: Clusters, token: str, now: dt.datetime) -> Values:
    """The user that the token authenticates: name, groups and what else EKS says of him.

    Raises:
        Unknown: nobody, and why.

    """
    parts, values = _url(token)
    if CLUSTER_HEADER not in values.get("X-Amz-SignedHeaders", "").lower().split(";"):
        raise Unknown("the cluster's name is not signed")
    _require_fresh(values, now)
    who = caller(clusters.around.account, values.get("X-Amz-Credential", "").partition("/")[0])
    given = values.get("X-Amz-Signature", "")
    names = [
        name for name in clusters.clusters if hmac.compare_digest(given, _signature(parts, values, who.secret, name))
    ]
    if not names:
        raise Unknown("the token was made for another cluster, or with another secret")
    for entry in clusters.part(names[0], KIND).values():
        if _path_free(entry["principalArn"]) == _path_free(who.principal):
            return _user(entry, who.arn, who.session)
    raise Unknown(f"no access entry for {who.principal}")


def _user(entry: Values, arn: str, session: str) -> Values:
    policies = [
        row["policyArn"].removeprefix(POLICIES)
        for row in entry["policies"].values()
        if row["accessScope"]["type"] == "cluster"
    ]
    extra = {"arn": [arn], "principalId": [entry["principalArn"]], "sessionName": [session]}
    return {
        "username": entry["username"].replace("{{SessionName}}", session),
        "uid": f"aws-iam-authenticator:{entry['principalArn']}",
        "groups": [*entry["kubernetesGroups"], *(f"eks:{policy}" for policy in policies)],
        "extra": extra,
    }


def answer(regions: Mapping[str, Clusters], given: Any, clock: Callable[[], dt.datetime]) -> Values:
    """The status of a TokenReview, of whichever region's clusters know the token."""
    token = given.get("spec", {}).get("token") if isinstance(given, Mapping) else None
    why = "there is no cluster"
    status: Values = {"authenticated": False, "error": why}
    if not isinstance(token, str):
        status = {"authenticated": False, "error": "the review holds no token"}
    else:
        for clusters in regions.values():
            try:
                status = {"authenticated": True, "user": review(clusters, token, clock())}
                break
            except Unknown as unknown:
                status = {"authenticated": False, "error": str(unknown)}
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}
