"""The function's parts in this process: each issuer's way through, and what is wrong with settings and answers."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.kit import vault, web
from lambdas.kit.errors import RotationError
from lambdas.rotate_api_token import config, steps
from lambdas.rotate_api_token.handler import handler
from lambdas.rotate_api_token.issuer import label, version_of
from tests.lambdas.rotate_api_token.support.world import SETTINGS, STEPS, World, world

CONTEXT = SimpleNamespace(aws_request_id="request", get_remaining_time_in_millis=lambda: 60_000)
OAUTH, AUTH, EVENTS = SETTINGS


@pytest.fixture(scope="module")
def one() -> Iterator[World]:
    """Servers for all cases of this module."""
    with world() as made:
        yield made


@pytest.fixture
def run(one: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call the handler here: with the world's environment, and changes of it."""
    vault.client.cache_clear()
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))

    def call(step: str, version: str = "", secret: str = "", **changes: str) -> None:
        for key, text in {**one.environment, **one.settings, **changes}.items():
            monkeypatch.setenv(key, text)
        handler({"Step": step, "SecretId": secret or one.record.arn, "ClientRequestToken": version}, CONTEXT)

    yield call
    vault.client.cache_clear()


@pytest.mark.parametrize("name", [*SETTINGS])
def test_two_rotations(one: World, run: Any, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """As Secrets Manager asks for them; each line of the log is a metric without a secret."""
    one.begin(name, previous=True)
    for _ in range(2):
        version = one.rotate()
        for step in STEPS:
            run(step, version)
        one.old(25)
        run("sweepSecret")
    run("createSecret", version)
    assert len(one.living() - {one.manager}) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["Succeeded"] for line in lines] == [1] * 11
    assert sum(line["Revoked"] for line in lines) == 3
    assert one.dead == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ISSUER": "github"}, "configuration: ISSUER is 'github', must be one of"),
        ({"ISSUER_SETTINGS": "[]"}, "ISSUER_SETTINGS is '[]', must be a JSON object"),
        ({"ISSUER_SETTINGS": "{"}, "must be a JSON object"),
        ({"ISSUER_SETTINGS": "{}"}, "ISSUER_SETTINGS lacks scopes"),
        ({"ISSUER": EVENTS}, "ISSUER_SETTINGS lacks orchestration"),
        ({"ISSUER_URLS": '{"tailscale": "http://evil.example"}'}, "must be https"),
        ({"GRACE_HOURS": "0"}, "GRACE_HOURS is '0', must be more than 0"),
        ({"GRACE_HOURS": "soon"}, "GRACE_HOURS is 'soon'"),
        ({"SECRET_ARN": "arn:other"}, "this function rotates arn:other alone"),  # pragma: allowlist secret
    ],
)
def test_wrong_settings(one: World, run: Any, changes: dict[str, str], says: str) -> None:
    """Each is named, with what it must be."""
    one.begin(OAUTH)
    with pytest.raises(RotationError) as error:
        run("createSecret", one.rotate(), **changes)
    assert says in str(error.value)


def test_missing_settings() -> None:
    """The variable is named."""
    with pytest.raises(RotationError, match="ISSUER is not set"):
        config.target({"SECRET_ARN": "arn"})  # pragma: allowlist secret


def test_events_of_no_rotation(one: World, run: Any) -> None:
    """Unknown steps and versions, rotation that is off, nothing current: refused, with the reason."""
    one.begin(OAUTH)
    version = one.rotate()
    for step, given, says in (
        ("dropSecret", version, "Step is 'dropSecret'"),
        ("createSecret", "0" * 36, "is unknown"),
        ("createSecret", str(one.version("AWSCURRENT")), None),
        ("finishSecret", version, "createSecret comes first"),
    ):
        if says is None:
            run(step, given)
            continue
        with pytest.raises(RotationError, match=says):
            run(step, given)
    one.abandon()
    with pytest.raises(RotationError, match="is not AWSPENDING"):
        run("createSecret", version)
    version = one.rotate()
    one.record.versions[one.version("AWSCURRENT")]["version_stages"] = []
    with pytest.raises(RotationError, match="no AWSCURRENT value to start from"):
        run("createSecret", version)
    one.record.rotation_enabled = False
    with pytest.raises(RotationError, match="rotation is not enabled"):
        run("createSecret", version)


@pytest.mark.parametrize("issuer", SETTINGS)
@pytest.mark.parametrize("pending", ["none", "copy", "written otherwise"])
@pytest.mark.parametrize("current", ["made", "placeholder"])
def test_rehearsal_succeeds_and_changes_nothing(one: World, run: Any, issuer: str, pending: str, current: str) -> None:
    """AWS tests a rotation by testSecret alone, on a version that holds nothing or what is current."""
    one.begin(issuer, current=current)
    version = one.rotate()
    copies = {"copy": json.dumps(one.value()), "written otherwise": json.dumps(one.value(), indent=1)}
    if pending in copies:
        one.record.versions[version]["secret_string"] = copies[pending]
    before, living = json.dumps(one.record.versions, default=str), one.living()
    run("testSecret", version)
    assert json.dumps(one.record.versions, default=str) == before
    assert one.living() == living
    one.abandon()
    assert all(outcome.done for outcome in one.steps(one.rotate()))


def test_rehearsal_finds_a_current_token_that_is_dead(one: World, run: Any) -> None:
    """The function is right, its secret is not: said, and nothing is discarded."""
    one.begin(OAUTH)
    one.issuers.keys.pop(one.value()["id"])
    version = one.rotate()
    with pytest.raises(RotationError, match="dead: "):
        run("testSecret", version)
    assert one.version("AWSPENDING") == version


def test_values_of_another_form(one: World, run: Any) -> None:
    """A value that is no object, of another issuer, or a managing secret that is none: said, never shown."""
    one.begin(OAUTH)
    version = one.rotate()
    one.record.versions[version]["secret_string"] = "hunter2"  # pragma: allowlist secret
    with pytest.raises(RotationError, match="AWSPENDING is not a JSON object") as error:
        run("testSecret", version)
    assert "hunter2" not in str(error.value)
    one.record.versions[version]["secret_string"] = json.dumps({"id": "x", "issuer": EVENTS})
    with pytest.raises(RotationError, match="AWSPENDING is of 'pagerduty-events'"):
        run("testSecret", version)
    version = one.rotate()
    for text, says in (("hunter2", "not of the form"), ('{"client_id": "x"}', "signing in")):
        one._backend.secrets["manager"].versions.popitem()[1].update(secret_string=text)
        one.begin(OAUTH)
        version = one.rotate()
        next(iter(one._backend.secrets["manager"].versions.values()))["secret_string"] = text
        with pytest.raises(RotationError, match=says) as error:
            run("createSecret", version)
        assert "hunter2" not in str(error.value)


def test_a_token_that_is_not_what_was_declared(one: World, run: Any) -> None:
    """Other scopes, other tags, another routing key, an expired key: it never becomes current."""
    for name, spoil in (
        (OAUTH, lambda key: key.made.update(scopes=["dns:read"])),
        (AUTH, lambda key: key.made["capabilities"]["devices"]["create"].update(tags=["tag:other"])),
        (AUTH, lambda key: setattr(key, "alive", False)),
        (EVENTS, lambda key: setattr(key, "secret", "R" * 32)),
    ):
        one.begin(name)
        version, before = one.rotate(), one.value()
        run("createSecret", version)
        spoil(one.issuers.keys[one.value("AWSPENDING")["id"]])
        with pytest.raises(RotationError, match="does not work"):
            run("finishSecret", version)
        assert (one.value(), one.version("AWSPENDING")) == (before, None)


def test_the_vault_is_patient(one: World, run: Any) -> None:
    """A version that has a value keeps it; a label that is not there is as good as taken away; other errors are not."""
    one.begin(OAUTH)
    version = one.rotate()
    run("createSecret", version)
    kept, held = one.value("AWSPENDING"), vault.Vault(one.record.arn)
    held.put_pending(version, json.dumps({"id": "other"}))
    assert one.value("AWSPENDING") == kept
    held.unlabel(version)
    held.unlabel(version)
    assert one.version("AWSPENDING") is None
    with pytest.raises(vault.ClientError, match="ResourceNotFoundException"):
        vault.Vault("gone").unlabel(version)


def test_foreign_errors_are_not_repeated(
    one: World, run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text of an unexpected error may hold a value: type, operation and line are said, no more."""
    one.begin(OAUTH)

    def fail(_: Any) -> None:
        raise ValueError("hunter2")

    monkeypatch.setitem(steps.STEPS, "createSecret", fail)
    with pytest.raises(RotationError, match="unexpected: ValueError in createSecret"):
        run("createSecret", one.rotate())
    gone = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gone"
    with pytest.raises(RotationError, match="ResourceNotFoundException in DescribeSecret"):
        run("testSecret", "0" * 36, SECRET_ARN=gone, secret=gone)
    assert "hunter2" not in capsys.readouterr().out


def test_labels_lead_back_to_versions() -> None:
    """They fit what Tailscale takes, and belong to one secret and one version."""
    version = "ab12-" * 12
    text = label("arn:a", version)
    assert len(text) <= 50
    assert version_of(text, "arn:a", {version: []}) == version
    assert version_of(text, "arn:a", {}) == ""
    assert version_of(text, "arn:b", {version: []}) is None
    assert label("arn:a", "x:y_z").endswith("x-y-z")
