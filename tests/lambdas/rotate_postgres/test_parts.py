"""Settings, passwords, time and certificates of the rotation function."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from scramp import ScramMechanism

from lambdas.kit import budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_postgres import config, scram
from tests.e2e.rotation.support.world import libpq_verifier
from tests.support.depth import deep, examples

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


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=12)
KINDS = (
    "plain", "tab\tinside", "newline at the end\n", "\x7f", "é\t", "emoji 🔐", "\U0001f511", "unassigned \u0378",
    "newer than 3.2: \u1e9e", "mixed \u05d0 directions", "\u05d0\u05d1", "\u05d0b\u05d1", "1\u05d0", "\u05d01",
    "private \ue000",
    "no character \ufdd0", "soft\u00adhyphen", "\u00ad", "zero\u200bwidth", "\u200b", "no-break\u00a0space", "\u3000",
    "\u00aa\u2168", "ﬁ", "e\u0301", "\u212b", "\u0340", "\u200e", "\ufffd", "\u2ff0", "\U000e0001", "\ufeffé",
    "\u0130", "가", "\u1100\u1161", "Ω", "\u2126", "ｶﾞ", "٣", "x\u0663", "\u0600",
)  # fmt: skip
"""Passwords of each kind that SASLprep tells apart."""


def agree(password: str) -> bool:
    """Whether libpq's verifier is that of the password as it is prepared here."""
    _, iterations, keys = libpq_verifier(password).split("$")
    count, salt = iterations.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", scram.prepared(password).encode(), base64.b64decode(salt), int(count))
    client = hmac.digest(salted, b"Client Key", "sha256")
    return keys.split(":")[0] == base64.b64encode(hashlib.sha256(client).digest()).decode()


@pytest.mark.parametrize("password", KINDS)
def test_passwords_are_prepared_as_postgresql_does_it(password: str) -> None:
    """What its SASLprep refuses is taken as it is, by server, clients and this function alike."""
    assert agree(password)


@given(TEXTS)
def test_any_password_is_prepared_as_postgresql_does_it(password: str) -> None:
    """Texts of all of Unicode."""
    assert agree(password)


@deep
@settings(max_examples=examples(100))
@given(TEXTS)
def test_the_driver_derives_the_same_keys(password: str) -> None:
    """The driver's own computation, with the same salt, has the same result."""
    kind, iterations, keys = scram.verifier(password).split("$")
    count, salt = iterations.split(":")
    stored, server = (base64.b64decode(part) for part in keys.split(":"))
    made = ScramMechanism("SCRAM-SHA-256").make_auth_info(
        password, iteration_count=int(count), salt=base64.b64decode(salt)
    )
    assert (kind, stored, server) == ("SCRAM-SHA-256", made[1], made[2])


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


def test_readme_names_every_setting() -> None:
    """What the contract lists is what the code reads."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [
        name for name in (*ENVIRONMENT, "CA_BUNDLE") if f"| `{name}`" not in readme and f"`{name}`" not in readme
    ] == []
    assert json.loads(ENVIRONMENT["DATABASE_ROLES"])
