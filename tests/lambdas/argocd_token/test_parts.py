"""Settings, signature and Secret: what is refused before anything is asked, and what each of KMS's refusals means."""

import base64
import datetime as dt
import json
import ssl
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric import rsa

from lambdas.argocd_token import cluster, config, signing
from lambdas.argocd_token.github import Token
from lambdas.kit.errors import RotationError
from tests.e2e.argocd.support.github import App, Refused
from tests.lambdas.argocd_token.support.told import CERTIFICATE, CLIENT, ENVIRONMENT, INSTALLATION, KEY, signer

NOW = 1_800_000_000.0


@pytest.fixture(scope="module")
def private() -> rsa.RSAPrivateKey:
    """The App's key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_target() -> None:
    """What a right environment says."""
    target = config.target(ENVIRONMENT)
    assert (target.full_name, target.namespace, target.secret) == (
        "nationgraph/nationgraph-services",
        "argocd",
        "nationgraph-services-token",
    )
    assert target.api == "https://api.github.com"
    assert target.cluster.authority.startswith("-----BEGIN CERTIFICATE-----")


def _cluster(**changes: str) -> str:
    return json.dumps({"name": "core", "endpoint": "https://a", "authority": CERTIFICATE, **changes})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        *(({name: None}, f"{name} is not set") for name in ENVIRONMENT),
        ({"GITHUB_INSTALLATION_ID": "x"}, "GITHUB_INSTALLATION_ID is 'x', must be a number"),
        ({"REPOSITORY": "git@github.com:a/b.git"}, "REPOSITORY is 'git@github.com:a/b.git', must be https://"),
        ({"REPOSITORY": "https://x@github.com/a/b"}, "must be https://<host>/<owner>/<name>.git"),
        ({"REPOSITORY": "https://github.com/a"}, "must be https://<host>/<owner>/<name>.git"),
        ({"SECRET": "name"}, "SECRET is 'name', must be <namespace>/<name>"),  # pragma: allowlist secret
        ({"SECRET": "argocd/../x"}, "must be <namespace>/<name>"),  # pragma: allowlist secret
        ({"GITHUB_API": "http://api.github.com"}, "must be https://<host>: a token goes there"),
        ({"CLUSTER": "[]"}, "CLUSTER is '[]', must be a JSON object"),
        ({"CLUSTER": _cluster(name="")}, "CLUSTER lacks name"),
        ({"CLUSTER": _cluster(endpoint="http://a")}, "CLUSTER.endpoint is 'http://a', must be https"),
        ({"CLUSTER": _cluster(endpoint="https://a/?x")}, "must be https://<host>"),
        ({"CLUSTER": _cluster(authority="Q0E=")}, "CLUSTER.authority is no certificate"),
        ({"CLUSTER": _cluster(authority="?")}, "CLUSTER.authority is no certificate"),
    ],
)
def test_wrong_settings(changes: dict[str, str | None], says: str) -> None:
    """Each is named, with what it must be."""
    given = {key: text for key, text in {**ENVIRONMENT, **changes}.items() if text is not None}
    with pytest.raises(RotationError) as raised:
        config.target(given)
    assert raised.value.kind == "configuration"
    assert says in str(raised.value)


def app(private: rsa.RSAPrivateKey) -> App:
    """The App as GitHub knows it."""
    return App(CLIENT, private.public_key(), INSTALLATION, "nationgraph", {"nationgraph-services": 7})


@pytest.mark.parametrize("drift", [-59, 0, 59])
def test_the_assertion_is_good_for_minutes(private: rsa.RSAPrivateKey, drift: int) -> None:
    """GitHub takes it, though clocks differ by a minute, and not an instant longer than ten minutes."""
    made = signing.assertion(CLIENT, NOW, signer(private))
    app(private).speaks(f"Bearer {made}", NOW + drift)
    with pytest.raises(Refused, match="'exp'"):
        app(private).speaks(f"Bearer {made}", NOW + signing.LATER)


def _lasting(private: rsa.RSAPrivateKey, **claims: Any) -> str:
    told = {"iat": int(NOW) - 60, "exp": int(NOW) + 540, "iss": CLIENT, **claims}
    parts = [signing.encoded(json.dumps(part).encode()) for part in (signing.HEADER, told)]
    return ".".join([*parts, signing.encoded(signer(private)(".".join(parts).encode()))])


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": int(NOW) + 86400}, "too far in the future"),
        ({"exp": int(NOW) - 1}, "'exp'"),
        ({"exp": None}, "'exp'"),
        ({"iat": int(NOW) + 5}, "'iat'"),
        ({"iss": "Iv23liAnotherApp00000"}, "'iss'"),
    ],
)
def test_the_stand_in_is_strict(private: rsa.RSAPrivateKey, claims: dict[str, Any], says: str) -> None:
    """What stands for GitHub refuses a JWT that lasts, has ended, is not yet good, or is another App's."""
    with pytest.raises(Refused, match=says):
        app(private).speaks(f"Bearer {_lasting(private, **claims)}", NOW)


def test_another_key_is_refused(private: rsa.RSAPrivateKey) -> None:
    """By the signature, whatever the claims; and what is no JWT."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for text in (signing.assertion(CLIENT, NOW, signer(other)), "a.b.c", "x", ""):
        with pytest.raises(Refused, match="could not be decoded"):
            app(private).speaks(f"Bearer {text}", NOW)


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """KMS, which answers as it is told."""
    client = boto3.client("kms", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr(signing, "client", lambda: client)
    stub = Stubber(client)
    stub.activate()
    return stub


def test_kms_signs(kms: Stubber) -> None:
    """The content itself, by RS256."""
    asked = {"KeyId": KEY, "Message": b"x", "MessageType": "RAW", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
    kms.add_response("sign", {"Signature": b"signed"}, asked)
    assert signing.by_kms(KEY)(b"x") == b"signed"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("KMSInvalidStateException", "the private key of the GitHub App is not in it"),
        ("DisabledException", "the key is disabled"),
        ("NotFoundException", "there is no such key"),
        ("AccessDeniedException", "the function's role may not sign with it"),
        ("KMSInternalException", "see the status of KMS"),
    ],
)
def test_kms_refuses(kms: Stubber, code: str, says: str) -> None:
    """One sentence each, without what KMS wrote."""
    kms.add_client_error("sign", code, "text of the service")
    with pytest.raises(RotationError) as raised:
        signing.by_kms(KEY)(b"x")
    assert str(raised.value).startswith(f"key: {KEY} does not sign ({code}): {says}")
    assert "text of the service" not in str(raised.value)


def test_kms_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time-out is said as one."""

    class Silent:
        def sign(self, **_: Any) -> None:
            raise ReadTimeoutError(endpoint_url="https://kms")

    monkeypatch.setattr(signing, "client", Silent)
    with pytest.raises(RotationError, match=r"KMS does not answer \(ReadTimeoutError\)"):
        signing.by_kms(KEY)(b"x")


def test_the_secret_is_a_credential_template() -> None:
    """For the repository's URL alone, by the user of every App; its text is shown by nothing."""
    end = dt.datetime(2026, 11, 29, 17, tzinfo=dt.UTC)
    token = Token("ghs_token", end)
    assert "ghs_token" not in repr(token)
    made = cluster.secret(config.target(ENVIRONMENT), token)
    told = {key: base64.b64decode(text).decode() for key, text in made["data"].items()}
    assert told == {
        "type": "git",
        "url": ENVIRONMENT["REPOSITORY"],
        "username": "x-access-token",
        "password": "ghs_token",  # pragma: allowlist secret
    }
    assert made["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "repo-creds"
    assert made["metadata"]["annotations"] == {"nationgraph.io/expires": "2026-11-29T17:00:00+00:00"}
    assert "stringData" not in made


def test_trust_is_whole_but_for_a_key_identifier(authority: str) -> None:
    """Chain, name and dates are checked; what root certificates of EKS lack is not asked for. No other authority is."""
    context = cluster.trust(authority)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert len(context.get_ca_certs()) == 1


def test_without_a_role_there_is_no_bearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda gives both region and role; elsewhere the error says so."""

    class Nothing:
        region_name = None

        def get_credentials(self) -> None:
            return None

    monkeypatch.setattr(boto3, "Session", Nothing)
    with pytest.raises(RotationError, match="there is no region or no role"):
        cluster.bearer("core")
