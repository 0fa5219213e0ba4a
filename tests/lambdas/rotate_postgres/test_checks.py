"""A credential is looked at before anything is done with it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.kit.errors import PendingError, RotationError
from lambdas.rotate_postgres import checks
from lambdas.rotate_postgres.config import Target

TARGET = Target("arn", "rotator", "db.example", 5432, "core", "owner", ("ada", "eve"), ("SELECT 1",))
WORD = "w" * 20
CURRENT: dict[str, Any] = {
    "engine": "postgres", "host": "db.example", "port": 5432, "dbname": "core", "username": "ada", "password": WORD,
    "note": ["kept"],
}  # fmt: skip


def text(**changes: Any) -> str:
    """The current value with changes; None takes a key away."""
    return json.dumps({key: value for key, value in {**CURRENT, **changes}.items() if value is not None})


def test_current_value_is_taken_as_it_is() -> None:
    """A port may be a number or text, as consoles write it."""
    assert checks.current(text(), TARGET) == CURRENT
    assert checks.current(text(port="5432"), TARGET)["port"] == "5432"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "no AWSCURRENT value to start from"),
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        (text(password=None), "lacks password"),
        (text(engine=None, host=""), "lacks engine, host"),
        (text(password=["x"]), "not text"),
        (text(engine="mysql"), "engine 'mysql', but the function is deployed for 'postgres'"),
        (text(host="old.example"), "host 'old.example', but the function is deployed for 'db.example'"),
        (text(port=1), "port 1, but"),
        (text(dbname="other"), "dbname 'other', but"),
        (text(username="root"), "user 'root', which is none of the pair"),
        (text(url=f"postgresql://ada:{WORD}@db"), "value of url holds the password"),
        (text(pool={"dsn": [WORD]}), "value of pool holds the password"),
    ],
)
def test_current_value_is_refused(value: str | None, says: str) -> None:
    """With what is wrong, and never with the password."""
    with pytest.raises(RotationError, match=says) as error:
        checks.current(value, TARGET)
    assert error.value.kind == "current"
    assert WORD not in str(error.value)


def test_successor_differs_in_user_and_password_alone() -> None:
    """And the successor of the successor is the first user again."""
    one = json.loads(checks.successor(CURRENT, TARGET, "new"))
    assert one == {**CURRENT, "username": "eve", "password": "new"}  # pragma: allowlist secret
    assert json.loads(checks.successor(one, TARGET, "newer"))["username"] == "ada"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"username": "ada"}, "username 'ada' instead of 'eve'"),
        ({"username": "root"}, "username 'root' instead of 'eve'"),
        ({"host": "elsewhere"}, "host 'elsewhere' instead of 'db.example'"),
        ({"dbname": "other"}, "dbname 'other' instead of 'core'"),
        ({"engine": "mysql"}, "engine 'mysql' instead of 'postgres'"),
        ({"port": "5432"}, "port '5432' instead of 5432"),
        ({"note": None}, "note"),
        ({"more": "x"}, "more"),
        ({"password": WORD}, "the password of AWSCURRENT"),
        ({"password": None}, "lacks password"),
        ({"password": "<made by the first rotation>"}, "a placeholder for a password"),
        ({"password": "n" * 19}, "less than 20 characters"),
    ],
)
def test_pending_value_is_refused(changes: dict[str, Any], says: str) -> None:
    """Anything but a successor of the current value, by the key that differs."""
    given = {"username": "eve", "password": "n" * 20, **changes}
    with pytest.raises(PendingError, match=says) as error:
        checks.pending(text(**given), CURRENT, TARGET)
    assert "n" * 19 not in str(error.value)
    assert WORD not in str(error.value)


def test_pending_value_that_is_no_json_is_refused() -> None:
    """Whoever put it there."""
    with pytest.raises(PendingError, match="is not JSON"):
        checks.pending("hunter2", CURRENT, TARGET)


VALUES = st.dictionaries(
    st.sampled_from([*checks.NEEDED, "note", "more"]),
    st.one_of(st.sampled_from(["postgres", "db.example", "core", "ada", "eve", "n" * 20]), st.integers(), st.none()),
)


@given(VALUES)
def test_only_successors_pass(changes: dict[str, Any]) -> None:
    """Whatever else is put into AWSPENDING: it passes only if it is the current value with the other user."""
    value = {**CURRENT, "username": "eve", "password": "n" * 20, **changes}
    try:
        found = checks.pending(json.dumps(value), CURRENT, TARGET)
    except PendingError:
        return
    assert found == {**CURRENT, "username": "eve", "password": value["password"]}


def test_rotator_needs_the_same_form() -> None:
    """Its text is not repeated in the error."""
    assert checks.rotator(text())["username"] == "ada"
    with pytest.raises(RotationError, match="rotator's secret is not of the form") as error:
        checks.rotator("hunter2")
    assert "hunter2" not in str(error.value)
