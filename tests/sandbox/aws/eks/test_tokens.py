"""Who a token of ``aws eks get-token`` is: signed by botocore, judged as EKS's authenticator judges it."""

import base64
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.aws.eks.access import ADMINISTRATOR
from sandbox.aws.eks.account import POLICIES
from sandbox.aws.eks.tokens import OWN_KEY, answer
from tests.sandbox.aws.eks.conftest import REGION, Place

ACCOUNT = "123456789012"
STS = f"https://sts.{REGION}.amazonaws.com/"
ADMIN = f"arn:aws:iam::{ACCOUNT}:{ADMINISTRATOR}"
OWN = Credentials(OWN_KEY, OWN_KEY)
TRUST_ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'  # noqa: E501


def encoded(url: str) -> str:
    """A token as the CLI writes it: without padding."""
    return f"k8s-aws-v1.{base64.urlsafe_b64encode(url.encode()).decode().rstrip('=')}"


def token(
    credentials: Credentials = OWN, cluster: str | None = "core", *, url: str = STS, action: str = "GetCallerIdentity",
    expires: int = 60,
) -> str:  # fmt: skip
    """A presigned request, with the cluster's name in a header that is signed."""
    headers = {"x-k8s-aws-id": cluster} if cluster else {}
    request = AWSRequest("GET", f"{url}?Action={action}&Version=2011-06-15", headers)
    SigV4QueryAuth(credentials, "sts", REGION, expires=expires).add_auth(request)
    return encoded(request.url)


def review(place: Place, text: object, later: dt.timedelta = dt.timedelta()) -> dict[str, Any]:
    """The status of the review of a token, so much later."""
    asked = {"spec": {"token": text}}
    found = answer({REGION: place.region.clusters}, asked, lambda: dt.datetime.now(dt.UTC) + later)
    assert (found["apiVersion"], found["kind"]) == ("authentication.k8s.io/v1", "TokenReview")
    status: dict[str, Any] = found["status"]
    return status


@pytest.fixture
def entered(place: Place) -> Place:
    """A cluster ``core`` into which the account's administrator is let."""
    place.cluster()
    place("CreateAccessEntry", clusterName="core", principalArn=ADMIN, kubernetesGroups=["ops"])
    return place


def test_the_administrator_is_who_signs_with_the_sandboxs_key(entered: Place) -> None:
    """By name of his session, in the groups of his entry and of the policies that hold everywhere."""
    for policy, scope in (("AmazonEKSClusterAdminPolicy", {"type": "cluster"}),
                          ("AmazonEKSViewPolicy", {"type": "namespace", "namespaces": ["x"]})):  # fmt: skip
        entered("AssociateAccessPolicy", clusterName="core", principalArn=ADMIN, policyArn=f"{POLICIES}{policy}",
                accessScope=scope)  # fmt: skip
    status = review(entered, token())
    assert status["authenticated"] is True
    assert status["user"]["username"] == (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/{ADMINISTRATOR.partition('/')[2]}/sandbox"
    )
    assert status["user"]["groups"] == ["ops", "eks:AmazonEKSClusterAdminPolicy"]
    assert status["user"]["extra"]["sessionName"] == ["sandbox"]


def test_a_session_is_its_role_whatever_the_path(entered: Place) -> None:
    """STS leaves the path of a role out; its entry holds it."""
    from moto.sts import sts_backends  # noqa: PLC0415 - moto is slow to import

    role = entered.role("deploy", TRUST_ALL, "/nationgraph/identity/")
    entered("CreateAccessEntry", clusterName="core", principalArn=role)
    assumed = sts_backends[ACCOUNT]["aws"].assume_role(
        region_name=REGION, role_session_name="run-7", role_arn=role, policy="", duration=900, external_id=""
    )
    status = review(
        entered, token(Credentials(assumed.access_key_id, assumed.secret_access_key, assumed.session_token))
    )
    assert status["user"]["username"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7"
    assert status["user"]["groups"] == []


def test_a_user_is_known_by_his_key(entered: Place) -> None:
    """With his own secret; another one's is refused."""
    iam = entered.region.clusters.around.iam
    user = iam.create_user(REGION, "eve")
    key = iam.create_access_key("eve")
    entered("CreateAccessEntry", clusterName="core", principalArn=user.arn)
    assert review(entered, token(Credentials(key.access_key_id, key.secret_access_key)))["user"]["username"] == user.arn
    status = review(entered, token(Credentials(key.access_key_id, "guessed")))
    assert status == {
        "authenticated": False, "error": "the token was made for another cluster, or with another secret",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: token(cluster="other"), "for another cluster"),
        (lambda: token(cluster=None), "the cluster's name is not signed"),
        (lambda: token(Credentials("AKIANOBODY", "x")), "the access key belongs to nobody in this account"),
        (lambda: token(action="AssumeRole"), "the token is no request for GetCallerIdentity"),
        (lambda: token(url="https://sts.example.com/"), "the token is for sts.example.com, which is not STS"),
        (lambda: token(url="https://sts.amazonaws.com.example.com/"), "which is not STS"),
        (lambda: token(expires=3600), "the token has expired"),
        (lambda: token().removeprefix("k8s-aws-v1."), "the token is no request for GetCallerIdentity"),
        (lambda: "k8s-aws-v1.é", "the token is no presigned URL"),
        (lambda: "k8s-aws-v1.AAA", "the token is no"),
        (
            lambda: encoded(f"{STS}?Action=GetCallerIdentity&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"),
            "not when it was signed",
        ),
        (lambda: "", "the token is no"),
        (lambda: None, "the review holds no token"),
        (lambda: 7, "the review holds no token"),
    ],
    ids=range(14),
)
def test_others_are_nobody(entered: Place, made: Callable[[], object], why: str) -> None:
    """Refused with the reason, and never with an exception."""
    status = review(entered, made())
    assert status["authenticated"] is False
    assert why in status["error"]


def test_a_token_that_was_changed_is_refused(entered: Place) -> None:
    """Every part of the URL is signed."""
    url = base64.urlsafe_b64decode(token().partition(".")[2] + "==").decode()
    later = re.sub(r"X-Amz-Expires=60", "X-Amz-Expires=61", url)
    assert review(entered, encoded(url))["authenticated"] is True
    assert review(entered, encoded(later))["authenticated"] is False
    assert review(entered, encoded(url[:-1] + ("0" if url[-1] != "0" else "1")))["authenticated"] is False


@pytest.mark.parametrize(("minutes", "taken"), [(-6, False), (-4, True), (14, True), (16, False)])
def test_a_token_lives_a_quarter_of_an_hour(entered: Place, minutes: int, *, taken: bool) -> None:
    """From its signature, with room for clocks that differ."""
    assert review(entered, token(), dt.timedelta(minutes=minutes))["authenticated"] is taken


def test_without_an_entry_nobody_enters(place: Place) -> None:
    """Not even who made the cluster; and without a cluster there is nothing to enter."""
    assert review(place, token())["error"] == "the token was made for another cluster, or with another secret"
    assert answer({}, {"spec": {"token": token()}}, lambda: dt.datetime.now(dt.UTC))["status"] == {
        "authenticated": False, "error": "there is no cluster",
    }  # fmt: skip
    assert answer({}, [], lambda: dt.datetime.now(dt.UTC))["status"]["authenticated"] is False
    place.cluster()
    assert review(place, token())["error"] == f"no access entry for {ADMIN}"
