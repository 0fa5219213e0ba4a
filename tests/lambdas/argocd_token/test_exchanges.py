"""What GitHub and the cluster are asked, and each of their answers; neither token nor JWT is in any error or log."""

import base64
import datetime as dt
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lambdas.argocd_token import cluster, config, signing
from lambdas.argocd_token import github as function
from lambdas.argocd_token.config import Target
from lambdas.argocd_token.github import Token
from lambdas.argocd_token.handler import handler
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from tests.e2e.argocd.support.github import Answer, Github
from tests.lambdas.argocd_token.conftest import Server
from tests.lambdas.argocd_token.support.told import CLIENT, ENVIRONMENT, signer

CONTEXT = SimpleNamespace(aws_request_id="request", get_remaining_time_in_millis=lambda: 60_000)
REPOSITORY = "nationgraph/nationgraph-services"
Ask = Callable[..., Token]


@pytest.fixture
def ask(github: Github, key: rsa.RSAPrivateKey) -> Ask:
    """Ask GitHub for a token, with changes of the environment."""

    def call(**changes: str) -> Token:
        target = config.target({**ENVIRONMENT, "GITHUB_API": github.url, **changes})
        return function.token(target, signing.assertion(CLIENT, time.time(), signer(key)), Budget(20))

    return call


def test_one_repository_to_read(github: Github, ask: Ask) -> None:
    """Of two that the App has, and of the writing that it may do, the token gets what is asked for."""
    made = ask()
    assert made.value == github.made[0]
    assert dt.timedelta(minutes=58) < made.expires - dt.datetime.now(dt.UTC) < dt.timedelta(minutes=61)
    (call,) = github.calls
    assert json.loads(call["body"]) == {"repositories": ["nationgraph-services"], "permissions": {"contents": "read"}}
    assert call["headers"]["x-github-api-version"] == "2022-11-28"


def changed(**fields: Any) -> Callable[[Answer], Answer]:
    """An answer with other fields; None takes one away."""

    def change(answer: Answer) -> Answer:
        status, told = answer
        return status, {key: value for key, value in {**told, **fields}.items() if value is not None}

    return change


def later(minutes: float) -> str:
    """A time from now, as GitHub writes it."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


ROW = {"id": 7, "full_name": REPOSITORY}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"token": None}, "the answer holds no token"),
        ({"token": "short"}, "the answer holds no token"),
        ({"token": "x" * 20 + "\n"}, "the answer holds no token"),
        ({"permissions": None}, "it may None"),
        ({"permissions": {}}, "it may {}"),
        ({"permissions": {"contents": "write", "metadata": "read"}}, "it may {'contents': 'write'"),
        ({"permissions": {"contents": "read", "issues": "read"}}, "'issues': 'read'}"),
        ({"repository_selection": "all"}, f"not for {REPOSITORY}"),
        ({"repositories": None}, "it is for all repositories"),
        ({"repositories": [ROW, {"full_name": "nationgraph/platform"}]}, "'nationgraph/platform']"),
        ({"repositories": [{"full_name": "nationgraph/other"}]}, "it is for ['nationgraph/other']"),
        ({"repositories": ["nationgraph/other"]}, "it is for [None]"),
        ({"expires_at": None}, "expires_at is None, no time with its zone"),
        ({"expires_at": "soon"}, "expires_at is 'soon'"),
        ({"expires_at": "2026-11-29T12:00:00"}, "no time with its zone"),
        ({"expires_at": later(-5)}, "must be in 25 to 65"),
        ({"expires_at": later(20)}, "must be in 25 to 65"),
        ({"expires_at": later(24 * 60)}, "must be in 25 to 65"),
    ],
)
def test_another_token_than_was_asked_for(github: Github, ask: Ask, fields: dict[str, Any], says: str) -> None:
    """It is not used, and not shown."""
    github.answers = changed(**fields)
    with pytest.raises(RotationError) as raised:
        ask()
    assert raised.value.kind == "GitHub"
    assert says in str(raised.value)
    assert github.made[0] not in str(raised.value)


@pytest.mark.parametrize(
    "told",
    [
        {"permissions": {"contents": "read"}},
        {"repositories": [{**ROW, "full_name": "NationGraph/NationGraph-Services"}]},
    ],
)
def test_as_good_as_asked_for(github: Github, ask: Ask, told: dict[str, Any]) -> None:
    """Without the permission that is in every token, and with the capitals in which somebody wrote the name."""
    github.answers = changed(**told)
    assert ask().value == github.made[0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"GITHUB_INSTALLATION_ID": "7"}, "HTTP 404: it knows no installation 7 of this App"),
        ({"REPOSITORY": "https://github.com/nationgraph/else.git"}, "HTTP 422: the installation does not have"),
    ],
)
def test_refusals(ask: Ask, changes: dict[str, str], says: str) -> None:
    """With what a person looks at."""
    with pytest.raises(RotationError) as raised:
        ask(**changes)
    assert says in str(raised.value)


def test_suspended_and_lesser_apps(github: Github, ask: Ask) -> None:
    """The owner of the organisation stops it, or gave it less."""
    github.app.permissions = {"metadata": "read"}
    with pytest.raises(RotationError, match="HTTP 422"):
        ask()
    github.app.suspended = True
    with pytest.raises(RotationError, match="HTTP 403: it refuses the App, which may be suspended"):
        ask()


def test_a_busy_github_is_asked_again(github: Github, ask: Ask) -> None:
    """One 503, then a token; 500 for ever is an error that says it."""
    answers = iter([(503, {"message": "busy"})])
    github.answers = lambda answer: next(answers, answer)
    assert ask().value == github.made[-1]
    github.answers = lambda _: (500, {"message": "broken"})
    with pytest.raises(RotationError, match="asking GitHub for a token: HTTP 500; the step is retried"):
        ask()


def test_redirects_are_not_followed(github: Github, ask: Ask) -> None:
    """The JWT goes to nobody else."""
    github.answers = lambda _: (302, {})
    with pytest.raises(RotationError, match="HTTP 302"):
        ask()
    assert len(github.calls) == 1


def test_a_stranger_is_not_spoken_to(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate that nobody trusts, before anything is sent."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(RotationError, match=r"no answer \(SSLCertVerificationError\)"):
        ask()


def test_time_is_bounded(github: Github, key: rsa.RSAPrivateKey) -> None:
    """Nothing is begun for which no time is left."""
    target = config.target({**ENVIRONMENT, "GITHUB_API": github.url})
    with pytest.raises(RotationError, match="no time left for asking GitHub"):
        function.token(target, signing.assertion(CLIENT, time.time(), signer(key)), Budget(0))
    assert github.calls == []


def _told(server: Server) -> Target:
    authority = base64.b64encode(server.authority.read_bytes()).decode()
    given = json.dumps({"name": "core", "endpoint": server.url, "authority": authority})
    return config.target({**ENVIRONMENT, "CLUSTER": given})


TOKEN = Token("ghs_not_shown_anywhere", dt.datetime(2026, 11, 29, 17, tzinfo=dt.UTC))


def test_one_patch(server: Server) -> None:
    """Server-side apply, forced, by a manager of its own; the answer that is asked for has no data."""
    cluster.write(_told(server), TOKEN, Budget(20))
    (request,) = server.requests
    path, _, query = request["path"].partition("?")
    assert path == "/api/v1/namespaces/argocd/secrets/nationgraph-services-token"
    assert query == "fieldManager=nationgraph-argocd-token&force=true"
    headers = request["headers"]
    assert headers["Content-Type"] == "application/apply-patch+yaml"
    assert "PartialObjectMetadata" in headers["Accept"]
    assert headers["Authorization"].startswith("Bearer k8s-aws-v1.")
    text = headers["Authorization"].removeprefix("Bearer k8s-aws-v1.")
    url = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    assert url.startswith("https://sts.eu-x-1.amazonaws.com/?Action=GetCallerIdentity")
    assert "X-Amz-Expires=60" in url
    assert "x-k8s-aws-id" in url


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "it does not know the function's role"),
        (403, "the function's group may not write argocd/nationgraph-services-token"),
        (404, "there is no namespace"),
        (409, "HTTP 409; the step is retried, see the cluster's status page"),
        (503, "HTTP 503; the step is retried"),
    ],
)
def test_the_cluster_refuses(server: Server, status: int, says: str) -> None:
    """Each with what a person looks at; the token is in none."""
    server.status = [status]
    with pytest.raises(RotationError) as raised:
        cluster.write(_told(server), TOKEN, Budget(20))
    assert raised.value.kind == "cluster"
    assert says in str(raised.value)
    assert TOKEN.value not in str(raised.value)


def test_a_busy_cluster_is_asked_again(server: Server) -> None:
    """Applying twice is applying once."""
    server.status = [503, 201]
    cluster.write(_told(server), TOKEN, Budget(20))
    assert len(server.requests) == 2


@pytest.mark.parametrize("server", [(["another.host"], 30), (["localhost"], -1)], indirect=True)
def test_a_cluster_that_is_not_itself(server: Server) -> None:
    """Another name, or a certificate that has ended: nothing is sent."""
    with pytest.raises(RotationError, match=r"writing the Secret: no answer \(SSLCertVerificationError\)"):
        cluster.write(_told(server), TOKEN, Budget(20))
    assert server.requests == []


def test_another_authority(server: Server, authority: str) -> None:
    """A certificate that others trust is none of the cluster's."""
    told = json.dumps({"name": "x", "endpoint": server.url, "authority": base64.b64encode(authority.encode()).decode()})
    with pytest.raises(RotationError, match="SSLCertVerificationError"):
        cluster.write(config.target({**ENVIRONMENT, "CLUSTER": told}), TOKEN, Budget(20))
    assert server.requests == []


@pytest.fixture
def run(github: Github, server: Server, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The handler, with a signature made here."""
    monkeypatch.setattr(signing, "by_kms", lambda _: signer(key))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def call(**changes: str) -> None:
        authority = base64.b64encode(server.authority.read_bytes()).decode()
        told = {"CLUSTER": json.dumps({"name": "core", "endpoint": server.url, "authority": authority})}
        for name, text in {**ENVIRONMENT, **told, "GITHUB_API": github.url, **changes}.items():
            monkeypatch.setenv(name, text)
        handler({}, CONTEXT)

    return call


def test_a_run_is_a_line(run: Callable[..., None], github: Github, capsys: pytest.CaptureFixture[str]) -> None:
    """Of JSON, from which CloudWatch makes metrics; it says when the token ends and not what it is."""
    run()
    printed = capsys.readouterr().out
    line = json.loads(printed)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Secret"]]
    assert {metric["Name"] for metric in directive["Metrics"]} <= line.keys()
    assert (line["Succeeded"], line["Failed"], line["Secret"], line["outcome"]) == (
        1,
        0,
        ENVIRONMENT["SECRET"],
        "succeeded",
    )
    assert "expires" in line
    assert github.made[0] not in printed


def test_a_failure_is_a_line_and_an_error(
    run: Callable[..., None], server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lambda counts the error, the alarm counts that nothing succeeded."""
    server.status = [403]
    with pytest.raises(RotationError):
        run()
    line = json.loads(capsys.readouterr().out)
    assert (line["Succeeded"], line["Failed"], line["kind"], line["level"]) == (0, 1, "cluster", "ERROR")


def test_what_nobody_foresaw_is_told_by_type_and_place(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text of a foreign error may hold a token."""

    def broken(*_: object) -> None:
        raise ValueError(TOKEN.value)

    monkeypatch.setattr(cluster, "secret", broken)
    with pytest.raises(RotationError) as raised:
        run()
    said = str(raised.value) + capsys.readouterr().out
    assert "unexpected: ValueError in making the token, at cluster.py:" in said
    assert TOKEN.value not in said
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
