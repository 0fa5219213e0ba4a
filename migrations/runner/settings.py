"""Where the database is and as whom to enter it: from a file, the environment and the command line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from migrations.runner.errors import UsageError
from migrations.runner.history import ROOT

CREDENTIAL: Final = Path("/mnt/secrets/migrator.json")
BUNDLE: Final = ROOT / "rds-ca-bundle.pem"
KEYS: Final = ("host", "port", "dbname", "username", "password")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds of waiting for the runner's lock, of a statement for a table, of a statement; and tries of a step."""

    lock_wait: float = 300
    lock_timeout: float = 5
    statement_timeout: float = 900
    attempts: int = 5


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database and a login role. ``socket`` is the folder of a server of this machine, without TLS."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    bundle: Path = BUNDLE
    socket: bool = False

    def __str__(self) -> str:
        return f"{self.user!r} at {self.host}:{self.port}/{self.database}"


def place(environment: Mapping[str, str], socket: Path | None = None) -> Place:
    """The place that the credential file names; ``socket`` replaces its host.

    Raises:
        UsageError: the file is missing, is not what the platform's secret holds, or names what is no primary. No
            message holds a value of it but host, port, database and user.

    """
    path = Path(environment.get("MIGRATIONS_CREDENTIAL") or CREDENTIAL)
    values = _read(path)
    missing = [key for key in KEYS if not isinstance(values.get(key), str | int) or values[key] == ""]
    if missing:
        raise UsageError(f"{path}: lacks {', '.join(missing)}: mount the secret nationgraph/<database>/migrator, whole")
    host, port, password = str(values["host"]), str(values["port"]), str(values["password"])
    if values.get("engine", "postgres") != "postgres" or not port.isascii() or not port.isdigit():
        raise UsageError(f"{path}: engine and port must be postgres and a number: this is another secret")
    if ".proxy-" in host:
        raise UsageError(f"{path}: {host} is an RDS Proxy, which keeps no lock of a session; name the database itself")
    if password.startswith("<") and password.endswith(">"):
        raise UsageError(f"{path}: the password is a placeholder: start the secret's first rotation")
    bundle = Path(environment.get("MIGRATIONS_CA_BUNDLE") or BUNDLE)
    if socket is None and not bundle.is_file():
        raise UsageError(f"{bundle}: there is no such CA bundle; without one the server cannot be known")
    return Place(
        host=str(socket or host),
        port=int(port),
        database=str(values["dbname"]),
        user=str(values["username"]),
        password=password,
        bundle=bundle,
        socket=socket is not None,
    )


def _read(path: Path) -> dict[str, object]:
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}; mount the secret there, or name its file in MIGRATIONS_CREDENTIAL"
        ) from None
    except ValueError:  # its text is not repeated: it holds a password
        raise UsageError(f"{path}: is no JSON; mount the secret nationgraph/<database>/migrator, whole") from None
    if not isinstance(values, dict):
        raise UsageError(f"{path}: is no JSON object; mount the secret nationgraph/<database>/migrator, whole")
    return values


def roles(environment: Mapping[str, str], folder: Path) -> str:
    """The roles' SQL of the environment that ``MIGRATIONS_ENVIRONMENT`` names, byte for byte.

    Raises:
        UsageError: no environment is named, or there is no such file.

    """
    name = environment.get("MIGRATIONS_ENVIRONMENT", "")
    known = sorted(path.stem for path in (folder / "roles").glob("*.sql"))
    if name not in known:
        raise UsageError(
            f"MIGRATIONS_ENVIRONMENT is {name!r}; set it to one that has roles: {', '.join(known) or 'none is'}"
        )
    return (folder / "roles" / f"{name}.sql").read_bytes().decode("utf-8")
