"""The four steps against a real server and API, in this process; tests/e2e/rotation has the faults."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from lambdas.kit import handler as kit_handler
from lambdas.kit import vault
from lambdas.rotate_postgres import database
from lambdas.rotate_postgres.handler import handler
from tests.e2e.rotation.support import matrix
from tests.e2e.rotation.support.gate import Act, Exchange
from tests.e2e.rotation.support.world import STEPS, Site, World

pytestmark = pytest.mark.e2e
CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 60_000)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One server and account for this file."""
    with matrix.site() as made:
        yield made


@pytest.fixture
def world(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A secret, and the environment of the function that rotates it."""
    made = World(site)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    vault.client.cache_clear()
    yield made
    made.proxy.close()
    vault.client.cache_clear()


def run(world: World, step: str, token: str, **event: Any) -> None:
    """One event."""
    handler({"Step": step, "SecretId": world.arn, "ClientRequestToken": token, **event}, CONTEXT)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_rotation(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Four events later the other role is current; each line of the log is a metric and holds no password."""
    before, token = world.account.value(world.arn), world.begin()
    for step in STEPS:
        run(world, step, token)
    after = world.account.value(world.arn)
    assert after == {**before, "username": world.second, "password": after["password"]}
    assert len(after["password"]) == 40
    assert world.works() == ""
    assert world.account.stages(world.arn)[token] == ["AWSCURRENT"]
    logged = lines(capsys)
    assert [line["Step"] for line in logged] == list(STEPS)
    for line in logged:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == kit_handler.NAMESPACE
        assert directive["Dimensions"] == [["Secret", "Step"]]
        assert {metric["Name"] for metric in directive["Metrics"]} <= set(line)
        assert (line["Succeeded"], line["Failed"], line["Secret"]) == (1, 0, world.arn)
        assert (line["level"], line["request"], line["version"]) == ("INFO", "request-1", token)
    assert before["password"] not in str(logged)
    assert after["password"] not in str(logged)


def test_steps_may_be_repeated(world: World) -> None:
    """Each three times, and all of them once more when the rotation is over."""
    token = world.begin()
    for step in STEPS:
        for _ in range(3):
            run(world, step, token)
    current = world.account.value(world.arn)
    for step in STEPS:
        run(world, step, token)
    assert world.account.value(world.arn) == current


def test_a_label_left_behind_is_taken_away(world: World) -> None:
    """A crash between the two changes of finishSecret leaves AWSPENDING on what is current."""
    token = world.begin()
    for step in STEPS:
        run(world, step, token)
    world.account.secret(world.arn).versions[token]["version_stages"].append("AWSPENDING")
    run(world, "finishSecret", token)
    assert world.account.stages(world.arn)[token] == ["AWSCURRENT"]


@pytest.mark.parametrize(
    ("step", "event", "says"),
    [
        ("dropSecret", {}, "event: Step is 'dropSecret', must be one of createSecret"),
        ("createSecret", {"ClientRequestToken": "unknown"}, "stale: version unknown is unknown"),
        ("setSecret", {}, "order: version .* has no value yet: createSecret comes first"),
        ("finishSecret", {}, "order: "),
    ],
)
def test_event_is_refused(
    world: World, capsys: pytest.CaptureFixture[str], step: str, event: dict[str, str], says: str
) -> None:
    """With the reason, in the error and in the log."""
    token = world.begin()
    with pytest.raises(Exception, match=says):
        run(world, step, token, **event)
    (line,) = lines(capsys)
    assert (line["Failed"], line["level"], line["kind"]) == (1, "ERROR", says.partition(":")[0])


def test_event_of_another_secret_is_refused(world: World) -> None:
    """A secret may be named by its name too; what counts is its ARN."""
    token = world.begin()
    run(world, "createSecret", token, SecretId=world.name)
    with pytest.raises(Exception, match=f"event: SecretId is '{world.site.rotator}', but this function rotates"):
        run(world, "createSecret", token, SecretId=world.site.rotator)


def test_finish_proves_what_set_has_done(world: World) -> None:
    """Without setSecret the new credential is refused, and stays pending."""
    token = world.begin()
    run(world, "createSecret", token)
    with pytest.raises(Exception, match="order: setSecret comes before finishSecret"):
        run(world, "finishSecret", token)
    assert world.account.version(world.arn) != token


def test_poisoned_version_is_discarded(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not used, and does not stand in the way of the next rotation."""
    value = json.dumps({**world.account.value(world.arn), "username": "postgres", "password": "x" * 40})
    token = world.account.stage(world.arn, value)
    with pytest.raises(Exception, match="pending: AWSPENDING is not a successor"):
        run(world, "createSecret", token)
    assert world.account.stages(world.arn)[token] == []
    assert lines(capsys)[0]["discarded"] is True
    assert world.rotate().succeeded


def test_lost_password_of_the_current_role_is_mended(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The server gets what the secret says, and the metric says that it was so."""
    world.set_password(world.first, "something-else")
    token = world.begin()
    run(world, "createSecret", token)
    run(world, "setSecret", token)
    assert world.works() == ""
    assert [line["Repaired"] for line in lines(capsys)] == [0, 1]


@pytest.mark.parametrize("pending", ["none", "copy", "written otherwise", "the current version"])
def test_rehearsal_succeeds_and_changes_nothing(world: World, pending: str) -> None:
    """AWS tests a rotation by testSecret alone, on a version that holds nothing or what is current."""
    value = world.account.value(world.arn)
    copies = {"copy": json.dumps(value), "written otherwise": json.dumps(dict(sorted(value.items())), indent=1)}
    if pending == "the current version":
        token = str(world.account.version(world.arn))
        world.account.secret(world.arn).versions[token]["version_stages"].append("AWSPENDING")
    else:
        token = world.account.stage(world.arn, copies.get(pending))
    before = world.state()
    run(world, "testSecret", token)
    assert world.state() == before
    world.account.unlabel(world.arn)
    assert world.rotate().succeeded


def test_rehearsal_passes_before_the_database_is_prepared(world: World) -> None:
    """A new stack has a placeholder for its password: that the runbook was not followed yet is no failure."""
    world.account.replace(world.arn, password="<made by the first rotation>")
    world.proxy.down = True
    run(world, "testSecret", world.begin())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("password", "login: "),
        ("grants", "grants: .*permission denied for table orders"),
        ("network", "(unreachable|tls)"),
    ],
)
def test_rehearsal_finds_what_would_fail(world: World, fault: str, says: str) -> None:
    """The credential in use does not log in, may not do its work, or does not reach the database; nothing is mended."""
    if fault == "password":
        world.set_password(world.first, "something-else")
    elif fault == "grants":
        world.grant("REVOKE ALL ON orders FROM {}")
    else:
        world.proxy.down = True
    token = world.begin()
    before = world.state()
    with pytest.raises(Exception, match=says):
        run(world, "testSecret", token)
    assert world.state() == before


@pytest.mark.parametrize("guess", ["<made by the first rotation>", "postgres"])
def test_placeholder_is_never_given_to_a_role(world: World, guess: str) -> None:
    """The first rotation goes past it; nobody who has read the template logs in, before or after."""
    world.account.replace(world.arn, password=guess)
    first = world.account.value(world.arn)
    token = world.begin()
    for step in STEPS:
        run(world, step, token)
        assert world.client.problem(first)
    assert world.works() == ""


def test_lost_lock_is_noticed_and_the_new_credential_seen_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the lock's connection is cut while the version is made current, the credential is looked at again."""
    token = world.begin()
    for step in STEPS[:3]:
        run(world, step, token)
    promote = vault.Vault.promote

    def cut(self: vault.Vault, version: str, current: str) -> None:
        promote(self, version, current)
        world.server.cut("rotator_a")
        world.set_password(world.second, "another-rotation-was-here")

    monkeypatch.setattr(vault.Vault, "promote", cut)
    run(world, "finishSecret", token)
    assert world.account.version(world.arn) == token
    assert world.works() == ""


def test_foreign_errors_are_told_by_type_and_place(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their text may hold anything."""

    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("hunter2")

    token = world.begin()
    run(world, "createSecret", token)
    monkeypatch.setattr(database, "verifier", fail)
    with pytest.raises(Exception, match=r"unexpected: ValueError in setSecret, at database.py:\d+") as error:
        run(world, "setSecret", token)
    assert "hunter2" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_errors_of_aws_are_told_by_code_and_operation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the rotator's secret is marked for deletion."""
    arn = world.account.create(f"{world.name}-gone", "{}")
    world.account.secret(arn).deleted_date = 1
    token = world.begin()
    run(world, "createSecret", token)
    monkeypatch.setenv("ROTATOR_SECRET_ARN", arn)
    with pytest.raises(Exception, match=r"unexpected: .*InvalidRequestException in GetSecretValue"):
        run(world, "setSecret", token)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT FROM absent", "database: .*does not exist"),
        ("DELETE FROM orders", "grants: .*permission denied for table orders"),
        ("SELECT pg_sleep(30)", "time: .*statement timeout"),
        (
            "SELECT has_table_privilege('orders', 'DELETE')",
            "grants: .*lacks what it is for: SELECT has_table_privilege",
        ),
    ],
)
def test_probe_has_to_succeed(world: World, monkeypatch: pytest.MonkeyPatch, statement: str, says: str) -> None:
    """The statements are the role's declared work; the error says which right or object is missing."""
    monkeypatch.setenv("DATABASE_PROBE", json.dumps([statement]))
    monkeypatch.setattr("lambdas.rotate_postgres.connection.WAIT", 4.0)
    token = world.begin()
    run(world, "createSecret", token)
    run(world, "setSecret", token)
    with pytest.raises(Exception, match=says):
        run(world, "testSecret", token)


def test_answer_of_the_promotion_is_lost(world: World) -> None:
    """The client asks again and is told that the label has moved: that is what was wanted."""
    token = world.begin()
    for step in STEPS[:3]:
        run(world, step, token)
    lost: list[Exchange] = []

    def once(exchange: Exchange) -> Act:
        if exchange.operation != "UpdateSecretVersionStage" or lost:
            return Act.PASS
        lost.append(exchange)
        return Act.LOSE

    world.gate.reset(once)
    run(world, "finishSecret", token)
    assert lost
    assert world.account.stages(world.arn)[token] == ["AWSCURRENT"]


def test_network_that_is_down_is_told_with_the_place_to_look(world: World) -> None:
    """Not with the driver's exception."""
    token = world.begin()
    run(world, "createSecret", token)
    world.proxy.down = True
    with pytest.raises(Exception, match=r"(unreachable|tls): 'rotator_a' at localhost:\d+/postgres: "):
        run(world, "setSecret", token)


def test_rotation_that_is_switched_off_is_refused(world: World) -> None:
    """Events of a rotation come from Secrets Manager, which sends none while it is off."""
    token = world.begin()
    world.account.secret(world.arn).rotation_enabled = False
    with pytest.raises(Exception, match="event: rotation is not enabled"):
        run(world, "createSecret", token)


def test_a_value_that_came_meanwhile_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two createSecret at once: the second finds no value, is told that there is one, and leaves it."""
    token = world.begin()
    run(world, "createSecret", token)
    kept = world.account.value(world.arn, token)
    value = vault.Vault.value
    monkeypatch.setattr(vault.Vault, "value", lambda self, version: None if version == token else value(self, version))
    run(world, "createSecret", token)
    assert world.account.value(world.arn, token) == kept


def test_promotion_that_is_refused_is_an_error(world: World) -> None:
    """Where another version is current by then."""
    token = world.begin()
    run(world, "createSecret", token)
    with pytest.raises(Exception, match="InvalidParameterException"):
        vault.Vault(world.arn).promote(token, token)


def test_role_that_acts_as_another_is_refused(world: World) -> None:
    """What the new role logs in as is looked at, not only what it was given."""
    token = world.begin()
    for step in STEPS[:2]:
        run(world, step, token)
    world.server.execute(f'ALTER ROLE "{world.second}" RESET role')
    with pytest.raises(Exception, match=f"roles: '{world.second}' acts as '{world.second}', must act as"):
        run(world, "testSecret", token)
