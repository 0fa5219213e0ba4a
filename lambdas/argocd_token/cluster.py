"""The Secret in the cluster: one request to its API server, as the function's own role."""

import base64
import datetime as dt
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import boto3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from lambdas.argocd_token.config import Cluster, Target
from lambdas.argocd_token.github import Token
from lambdas.kit import web
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError

MANAGER: Final = "nationgraph-argocd-token"
"""Of the fields: Kubernetes keeps them apart from what others declare."""
USERNAME: Final = "x-access-token"
"""Of every installation of a GitHub App. Source: GitHub docs, "Authenticating as a GitHub App installation"."""
PREFIX: Final = "k8s-aws-v1."
SECONDS: Final = 60
"""For which a presigned URL is good; EKS takes at most 900."""
WHAT: Final = "writing the Secret"
APPLY: Final = "application/apply-patch+yaml"
"""Server-side apply; JSON is YAML."""
METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
"""The answer has no data: the token goes one way."""
REASONS: Final[Mapping[int, str]] = {
    401: "it does not know the function's role: there is no access entry for it, or the clock is wrong",
    403: "the function's group may not write {place}: see Role argocd-token in the namespace",
    404: "there is no namespace for {place}: Argo CD is not deployed",
}


def bearer(cluster: str) -> str:
    """What EKS takes for a token: a presigned question to STS, who am I, in which the cluster's name is signed.

    Source: github.com/kubernetes-sigs/aws-iam-authenticator, "API Authorization from Outside a Cluster".
    """
    session = boto3.Session()
    region, credentials = session.region_name, session.get_credentials()
    if region is None or credentials is None:
        raise RotationError("configuration", "there is no region or no role; Lambda gives both")
    url = f"https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest(method="GET", url=url, headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(credentials.get_frozen_credentials(), "sts", region, expires=SECONDS).add_auth(request)
    return PREFIX + base64.urlsafe_b64encode(str(request.url).encode()).rstrip(b"=").decode()


def trust(authority: str) -> ssl.SSLContext:
    """Trust in the cluster's own authority and in no other; name, chain and dates are checked.

    Python 3.13 also asks for an identifier of the authority's key, which RFC 5280 lets a root certificate leave out and
    which those of EKS have not. Source: https://github.com/kubernetes-client/python/issues/2394.
    """
    context = ssl.create_default_context(cadata=authority)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def secret(target: Target, token: Token) -> dict[str, Any]:
    """Argo CD's credential template: for every repository below a URL, which here is the one repository itself.

    Source: Argo CD, "Declarative setup", "Repository credentials".
    """
    data = {"type": "git", "url": target.repository, "username": USERNAME, "password": token.value}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": target.secret,
            "namespace": target.namespace,
            "labels": {"argocd.argoproj.io/secret-type": "repo-creds", "app.kubernetes.io/managed-by": MANAGER},
            "annotations": {"nationgraph.io/expires": token.expires.astimezone(dt.UTC).isoformat()},
        },
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()},
    }


def write(target: Target, token: Token, budget: Budget) -> None:
    """Make the Secret, or put the token into it. RotationError says why it could not be; it shows no token."""
    cluster: Cluster = target.cluster
    path = f"/api/v1/namespaces/{quote(target.namespace)}/secrets/{quote(target.secret)}"
    ask = web.Ask(
        method="PATCH",
        url=f"{cluster.endpoint}{path}?fieldManager={MANAGER}&force=true",
        headers={"Accept": METADATA, "Authorization": f"Bearer {bearer(cluster.name)}", "User-Agent": MANAGER},
        body=secret(target, token),
        media=APPLY,
        to="cluster",
        again=True,
        trust=trust(cluster.authority),
    )
    try:
        web.call(budget, WHAT, ask)
    except web.StatusError as error:
        reason = REASONS.get(error.status)
        if reason is None:
            error.unexpected()
        told = reason.format(place=f"{target.namespace}/{target.secret}")
        raise RotationError("cluster", f"{error}: {told}") from None
