"""Settings, passwords, time and certificates of the rotation function."""

import ast
import base64
import datetime as dt
import hashlib
import hmac
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramMechanism

from lambdas.rotate_postgres import budget, config, scram
from lambdas.rotate_postgres.errors import RotationError

FOLDER = Path(config.__file__).parent
ENVIRONMENT = {
    "SECRET_ARN": "arn:1",  # pragma: allowlist secret
    "ROTATOR_SECRET_ARN": "arn:2",  # pragma: allowlist secret
    "DATABASE_HOST": "db.example",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "core",
    "DATABASE_OWNER": "owner",
    "DATABASE_ROLES": '["ada", "eve"]',
    "DATABASE_PROBE": '["SELECT 1"]',
}


def test_settings_become_a_target() -> None:
    """The packaged bundle is used unless another is named."""
    target = config.target(ENVIRONMENT)
    assert (target.port, target.roles, target.probe) == (5432, ("ada", "eve"), ("SELECT 1",))
    assert target.bundle == FOLDER / "rds-ca-bundle.pem"
    assert [target.other(role) for role in target.roles] == ["eve", "ada"]
    assert config.target({**ENVIRONMENT, "CA_BUNDLE": "/other.pem"}).bundle == Path("/other.pem")


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_missing_setting_is_named(name: str) -> None:
    """None has a default that could be the wrong database."""
    with pytest.raises(RotationError, match=f"configuration: {name} is not set"):
        config.target({key: value for key, value in ENVIRONMENT.items() if key != name})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"DATABASE_PORT": "postgres"}, "DATABASE_PORT is 'postgres', must be a number"),
        ({"DATABASE_ROLES": "ada,eve"}, "must be a JSON list"),
        ({"DATABASE_ROLES": "[1, 2]"}, "must be a JSON list of texts"),
        ({"DATABASE_ROLES": '["ada"]'}, "two different login roles"),
        ({"DATABASE_ROLES": '["ada", "ada"]'}, "two different login roles"),
        ({"DATABASE_ROLES": '["ada", "eve", "bob"]'}, "two different login roles"),
        ({"DATABASE_ROLES": "[]"}, "two different login roles"),
        ({"DATABASE_ROLES": '["ada", "owner"]'}, "two different login roles"),
        ({"DATABASE_PROBE": "[]"}, "lost grants would go unnoticed"),
        ({"DATABASE_HOST": "core.proxy-c1.eu-central-1.rds.amazonaws.com"}, "is an RDS Proxy"),
    ],
)
def test_wrong_setting_is_refused(changes: dict[str, str], says: str) -> None:
    """With its value and what it must be."""
    with pytest.raises(RotationError, match=says):
        config.target({**ENVIRONMENT, **changes})


def test_passwords_are_long_random_and_plain() -> None:
    """Fit for a URL, a shell and a connection string; no two alike."""
    made = {scram.new_password() for _ in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {40}
    assert set("".join(made)) == set(scram.ALPHABET)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc", "Cs", "Cn")), min_size=1))
def test_verifier_is_that_of_the_password(password: str) -> None:
    """The driver's own computation, with the same salt, has the same result; where it refuses, so does this."""
    mechanism = ScramMechanism("SCRAM-SHA-256")
    try:
        text = scram.verifier(password)
    except Exception as error:  # noqa: BLE001 - both sides have to agree on it
        with pytest.raises(type(error)):
            mechanism.make_auth_info(password, iteration_count=4096)
        return
    kind, iterations, keys = text.split("$")
    count, salt = iterations.split(":")
    stored, server = (base64.b64decode(part) for part in keys.split(":"))
    expected = mechanism.make_auth_info(password, iteration_count=int(count), salt=base64.b64decode(salt))
    assert (kind, stored, server) == ("SCRAM-SHA-256", expected[1], expected[2])


def test_verifier_has_the_form_of_rfc_5803() -> None:
    """Computed here once more, step by step, from RFC 5802."""
    _, iterations, keys = scram.verifier("pencil").split("$")
    salt = base64.b64decode(iterations.split(":")[1])
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", salt, 4096)
    client = hmac.new(salted, b"Client Key", hashlib.sha256).digest()
    assert base64.b64decode(keys.split(":")[0]) == hashlib.sha256(client).digest()
    assert len(salt) == 16
    assert scram.verifier("pencil") != scram.verifier("pencil")


def test_time_is_what_lambda_leaves_less_a_reserve() -> None:
    """And 45 seconds at most; where none is left, the error says for what."""
    left = budget.Budget.of(SimpleNamespace(get_remaining_time_in_millis=lambda: 10_000)).left("it")
    assert 6.5 < left <= 7
    assert budget.Budget.of(SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)).left("it") <= 45
    assert budget.Budget(10).left("it", most=1) == 1
    with pytest.raises(RotationError, match="time: no time left for the commit"):
        budget.Budget.of(SimpleNamespace(get_remaining_time_in_millis=lambda: 2000)).left("the commit")


def test_bundle_holds_the_roots_of_rds() -> None:
    """Three for our region, all of them authorities, none that ends within a year."""
    certificates = x509.load_pem_x509_certificates((FOLDER / "rds-ca-bundle.pem").read_bytes())
    names = [certificate.subject.rfc4514_string() for certificate in certificates]
    assert sum("Amazon RDS eu-central-1 Root CA" in name for name in names) == 3
    assert len(certificates) > 70
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=365)
    for certificate in certificates:
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert certificate.not_valid_after_utc > soon


def test_function_imports_nothing_of_the_project() -> None:
    """Its own modules, the standard library, boto3, and the driver with what that brings."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            tops = {name.partition(".")[0] for name in names}
            assert tops <= {*sys.stdlib_module_names, "boto3", "botocore", "pg8000", "scramp"}, path


def test_readme_names_every_setting() -> None:
    """What the contract lists is what the code reads."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [
        name for name in (*ENVIRONMENT, "CA_BUNDLE") if f"| `{name}`" not in readme and f"`{name}`" not in readme
    ] == []
    assert json.loads(ENVIRONMENT["DATABASE_ROLES"])
