"""What a runner is given, by file and environment; no error repeats a password."""

import json
from pathlib import Path

import pytest

from migrations.runner import settings
from migrations.runner.errors import UsageError

SECRET = "correct-horse"  # pragma: allowlist secret
GOOD = {
    "engine": "postgres", "host": "core.abc.eu-central-1.rds.amazonaws.com", "port": 5432, "dbname": "postgres",
    "username": "core_migrator_a", "password": SECRET,
}  # fmt: skip


def place(tmp_path: Path, text: str, **environment: str) -> settings.Place:
    """Read a credential file."""
    path = tmp_path / "migrator.json"
    path.write_text(text)
    return settings.place({"MIGRATIONS_CREDENTIAL": str(path), **environment})


def test_the_secret_of_the_platform_is_read(tmp_path: Path) -> None:
    """With TLS by the bundle beside; its text shows no password."""
    found = place(tmp_path, json.dumps(GOOD))
    assert (found.host, found.port, found.user, found.password) == (GOOD["host"], 5432, "core_migrator_a", SECRET)
    assert (found.bundle, found.socket) == (settings.BUNDLE, False)
    assert SECRET not in f"{found} {found!r}"
    assert b"BEGIN CERTIFICATE" in settings.BUNDLE.read_bytes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{" + SECRET, "is no JSON; mount"),
        (json.dumps([SECRET]), "is no JSON object"),
        (json.dumps({**GOOD, "host": ""}), "lacks host"),
        (json.dumps({**GOOD, "password": None}), "lacks password"),
        (json.dumps({**GOOD, "engine": "mysql"}), "engine and port must be"),
        (json.dumps({**GOOD, "port": "5432x"}), "engine and port must be"),
        (json.dumps({**GOOD, "host": "core.proxy-abc.eu-central-1.rds.amazonaws.com"}), "is an RDS Proxy"),
        (json.dumps({**GOOD, "password": "<set by the first rotation>"}), "placeholder: start the secret's first"),
    ],
)
def test_another_secret_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """In one line, without its values."""
    with pytest.raises(UsageError) as refused:
        place(tmp_path, text)
    assert message in str(refused.value)
    assert SECRET not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Credential, bundle and roles."""
    with pytest.raises(UsageError, match="No such file or directory; mount the secret there"):
        settings.place({"MIGRATIONS_CREDENTIAL": str(tmp_path / "none")})
    with pytest.raises(UsageError, match="there is no such CA bundle"):
        place(tmp_path, json.dumps(GOOD), MIGRATIONS_CA_BUNDLE=str(tmp_path / "none"))
    with pytest.raises(UsageError, match="MIGRATIONS_ENVIRONMENT is ''; set it to one that has roles: dev, production"):
        settings.roles({}, settings.ROOT / "core")
    with pytest.raises(UsageError, match="none is"):
        settings.roles({"MIGRATIONS_ENVIRONMENT": "dev"}, tmp_path)
