"""What the steps refuse, seen from within: labels that move, roles that are broken, servers that are none."""

from typing import Any

import pytest

from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.kit.vault import Vault
from lambdas.rotate_postgres import database
from lambdas.rotate_postgres.config import Target, target
from lambdas.rotate_postgres.steps import STEPS, DatabaseRotation, create

OLD, NEW = "old", "new"
TARGET = Target("arn", "rotator", "db.example", 5432, "core", "owner", ("ada", "eve"), ("SELECT 1",))


class Answers:
    """A connection that answers with rows, in turn."""

    def __init__(self, *rows: list[Any]) -> None:
        self._rows = iter(rows)
        self.asked: list[str] = []

    def run(self, statement: str, **_: Any) -> list[Any]:
        """The next rows for a query; none for a command."""
        self.asked.append(statement)
        return next(self._rows) if "SELECT" in statement else []


@pytest.fixture
def rotation() -> DatabaseRotation:
    """A rotation of the version ``new``, whose labels a test sets."""
    return DatabaseRotation(TARGET, NEW, Budget(30))


def labelled(monkeypatch: pytest.MonkeyPatch, **stages: list[str]) -> None:
    """What DescribeSecret says."""
    monkeypatch.setattr(Vault, "stages", lambda _: stages)


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ({"old": ["AWSCURRENT"]}, "stale: version new is unknown"),
        ({"old": ["AWSCURRENT"], "new": ["AWSPREVIOUS"]}, "stale: version new is not AWSPENDING"),
        ({"new": ["AWSPENDING"]}, "current: the secret has no AWSCURRENT value"),
    ],
)
@pytest.mark.parametrize("step", STEPS)
def test_labels_decide_first(
    rotation: DatabaseRotation, monkeypatch: pytest.MonkeyPatch, step: str, stages: dict[str, list[str]], says: str
) -> None:
    """Before any value is read, and before any connection is made."""
    labelled(monkeypatch, **stages)
    with pytest.raises(RotationError, match=says):
        STEPS[step](rotation)


def test_labels_that_moved_while_waiting_for_the_lock(
    rotation: DatabaseRotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same version has become current: done. Another has: refused. None has: go on."""
    labelled(monkeypatch, old=["AWSCURRENT"], new=["AWSPENDING"])
    assert rotation.still(OLD)
    labelled(monkeypatch, old=["AWSPREVIOUS"], new=["AWSCURRENT"])
    assert not rotation.still(OLD)
    labelled(monkeypatch, other=["AWSCURRENT"], new=["AWSPENDING"])
    with pytest.raises(RotationError, match="stale: AWSCURRENT has moved on from old"):
        rotation.still(OLD)


def test_step_without_time_does_nothing(rotation: DatabaseRotation) -> None:
    """Not even a call."""
    rotation.budget = Budget(-1)
    with pytest.raises(RotationError, match="time: no time left for reading the labels"):
        create(rotation)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([True, True], "replica: db.example is a read replica"),
        ([False, False], "proxy: db.example ends TLS before the database"),
    ],
)
def test_server_is_refused(row: list[bool], says: str) -> None:
    """By what it says of itself and of the connection, asked as the login role."""
    opened: Any = Answers([row])
    with pytest.raises(RotationError, match=says):
        database._server(opened, TARGET)
    assert opened.asked[0] == "SET ROLE NONE"


GOOD = [True, False, False, True, False, True]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([["ada", *GOOD]], "'eve' does not exist"),
        ([["ada", False, *GOOD[1:]], ["eve", *GOOD]], "'ada' may not log in"),
        ([["ada", *GOOD], ["eve", True, True, *GOOD[2:]]], "'eve' is a superuser"),
        ([["ada", *GOOD], ["eve", True, False, True, *GOOD[3:]]], "'eve' has a password that is no longer valid"),
        ([["ada", *GOOD], ["eve", *GOOD[:3], False, False, True]], "'eve' is not a member of 'owner'"),
        ([["ada", *GOOD], ["eve", *GOOD[:4], True, True]], "'eve' has an owner 'owner' that may log in"),
        ([["ada", *GOOD], ["eve", *GOOD[:5], False]], "'eve' does not act as 'owner'"),
    ],
)
def test_roles_are_refused(rows: list[Any], says: str) -> None:
    """With the first fault and the way to repair it."""
    opened: Any = Answers(rows)
    with pytest.raises(RotationError, match=f"roles: {says}.*rotation.adopt"):
        database._roles(opened, TARGET)
    database._roles(Answers([["ada", *GOOD], ["eve", *GOOD]]), TARGET)  # type: ignore[arg-type]


def test_environment_is_needed() -> None:
    """Nothing is guessed."""
    with pytest.raises(RotationError, match="is not set"):
        target({})
