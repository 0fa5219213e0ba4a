"""What an issuer may answer, and what the function makes of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.kit import web
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_api_token import config
from lambdas.rotate_api_token.issuers import issuer
from tests.lambdas.rotate_api_token.support.world import SETTINGS, World, world

EVENTS = "pagerduty-events"


@pytest.fixture(scope="module")
def one() -> Iterator[World]:
    """Servers for all cases of this module."""
    with world() as made:
        yield made


@pytest.mark.parametrize("name", [*SETTINGS])
def test_an_issuer_that_fails(one: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of every adapter: a status that says nothing of the token is a failure, and no verdict."""
    monkeypatch.setattr(web, "PAUSES", ())
    one.begin(name)
    target = config.target(one.settings)
    manager = json.loads(next(iter(one._backend.secrets["manager"].versions.values()))["secret_string"])
    for status in (500, 418):
        for deed in (
            lambda at: at.tokens(),
            lambda at: at.create("x"),
            lambda at: at.prove(one.value()),
            lambda at: at.revoke("x"),
        ):
            made = issuer(target, manager, Budget(20))
            if name != EVENTS:
                made.tokens()  # sign in, so that the failure is of the call itself
            one.issuers.busy = [status, status]
            with pytest.raises(RotationError, match=f"HTTP {status}"):
                deed(made)
            one.issuers.busy = []
    one.issuers.busy = [404]
    made.revoke("gone")
    one.issuers.busy = [503] * 9
    with pytest.raises(RotationError, match="HTTP 503"):
        issuer(target, manager, Budget(20)).tokens()
    one.issuers.busy = []


class _Answers:
    """A server that answers with what it is told to."""

    def __init__(self, status: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.given = (status, body, headers)

    def alive(self, _: Any) -> bool:
        """Nothing is asked of tokens here."""
        return True

    def __call__(self, _: Any, start: Any) -> list[bytes]:
        status, body, headers = self.given
        start(status, [("Content-Length", str(len(body))), *headers])
        return [body]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (_Answers("200 x", b"not json"), "the answer is not JSON"),
        (_Answers("200 x", b" " * (web.LARGEST + 1)), "is larger than"),
        (_Answers("302 x", b"", ("Location", "http://127.0.0.1:9/")), "HTTP 302"),
        (_Answers("429 x", b"", ("Retry-After", "60")), "asks to wait 60 s"),
    ],
)
def test_strange_answers(one: World, monkeypatch: pytest.MonkeyPatch, answers: _Answers, says: str) -> None:
    """Neither followed nor shown, and bounded in size and time."""
    one.begin(EVENTS)
    made = issuer(config.target(one.settings), {"api_key": "rest-key"}, Budget(20))
    monkeypatch.setattr(one, "issuers", answers)
    with pytest.raises(RotationError, match=says):
        made.tokens()


def test_no_answer_and_no_time(one: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is not there is tried again, then named by the kind of the error; time that is over is said."""
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))
    one.begin(EVENTS)
    gone = {**one.settings, "ISSUER_URLS": '{"pagerduty": "http://127.0.0.1:9"}'}
    with pytest.raises(RotationError, match=r"no answer \(ConnectionRefusedError\)"):
        issuer(config.target(gone), {"api_key": "rest-key"}, Budget(20)).tokens()  # pragma: allowlist secret
    with pytest.raises(RotationError, match="no time left for listing integrations"):
        issuer(config.target(one.settings), {"api_key": "rest-key"}, Budget(0)).tokens()  # pragma: allowlist secret
