"""A real PostgreSQL with TLS and SCRAM, as an unprivileged user, on a port and data folder of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.e2e.support.certificates import Authority, Pair
from tests.e2e.support.programs import link, programs
from toolchain import debian

ADMINISTRATOR = "postgres"
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "log_connections": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_statement": "ddl",
    "max_connections": "100",
    "max_wal_size": "128MB",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "16MB",
    "ssl": "on",
}
"""Quick and loud: nothing here has to survive the machine, and the log is evidence."""


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


class Postgres:
    """One server. ``host`` and ``port`` answer with TLS only, ``ca`` is what its certificate is checked against.

    ``log`` is its log file and ``password`` that of the superuser ``postgres``. Everything lies below ``folder``,
    outside of pytest's own, because the server's user must be able to reach it.
    """

    def __init__(
        self,
        *,
        names: Sequence[str] = ("localhost",),
        address: str = "127.0.0.1",
        port: int = 0,
        networks: Sequence[str] = ("127.0.0.1/32",),
        settings: Mapping[str, str] | None = None,
        within: Sequence[str] = (),
        copied: "Postgres | None" = None,
    ) -> None:
        self.host, self.address = names[0], address
        self.port = port or _free_port("127.0.0.1" if within else address)
        self.password = os.urandom(12).hex()
        self._child: subprocess.Popen[bytes] | None = None
        self._within = list(within)
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        self._bin = self._reachable(programs())
        self.authority: Authority = copied.authority if copied else Authority(self.folder)
        self.ca = self.authority.certificate
        self._settings = {
            **SETTINGS,
            "listen_addresses": address,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            **(settings or {}),
        }
        if copied:
            self._copy(copied)
        else:
            self._initialise(networks)
        self.present(self.authority.issue([*names, address]))

    def _reachable(self, folder: Path) -> Path:
        """The programs; from a cache that only root may enter they are linked to where the server's user may."""
        base = next((path for path in folder.parents if (path / "usr").is_dir() and path != Path("/")), None)
        if base is None:
            self._environment = dict(os.environ)
            return folder
        if os.geteuid() == 0:
            base = Path(shutil.copytree(base, self.folder / "programs", copy_function=link, symlinks=True))
            folder = next(base.glob("usr/lib/postgresql/*/bin"))
        self._environment = {**os.environ, **debian.environment(base)}
        return folder

    def _as_user(self) -> list[str]:
        """A prefix that drops root's rights: PostgreSQL refuses to run with them."""
        if os.geteuid() != 0:
            return []
        user = self._user()
        # A change of user forgets what a caller's prefix asked for, so it is asked for again.
        mortal = ["--pdeathsig=KILL"] if self._within else []
        return ["setpriv", *mortal, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]

    @staticmethod
    def _user() -> pwd.struct_passwd:
        return pwd.getpwnam("nobody")

    def _own(self) -> None:
        """Give the folder to the server's user."""
        if os.geteuid() == 0:
            user = self._user()
            for path in (self.folder, *self.folder.iterdir()):
                if path.name != "programs":
                    os.chown(path, user.pw_uid, user.pw_gid)

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            [*self._as_user(), *command],
            cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name}: {done.stderr[-2000:]}")

    def _initialise(self, networks: Sequence[str]) -> None:
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        self._own()
        encoding = ("--encoding=UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256")
        account = (f"--username={ADMINISTRATOR}", f"--pwfile={secret}", f"--pgdata={self.data}")
        self._run(self._bin / "initdb", *account, *encoding)
        secret.unlink()
        rules = ["local all all scram-sha-256", "local replication all scram-sha-256"]
        rules += [f"hostssl all all {network} scram-sha-256" for network in networks]
        (self.data / "pg_hba.conf").write_text("\n".join(rules) + "\n")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write("include 'settings.conf'\n")

    def _copy(self, source: "Postgres") -> None:
        self.password = source.password
        self._own()
        where = f"host={source.folder} port={source.port} user={ADMINISTRATOR} password={source.password}"
        options = ("--write-recovery-conf", "--no-sync", "--checkpoint=fast")
        self._run(self._bin / "pg_basebackup", "--dbname", where, "--pgdata", self.data, *options)

    def present(self, pair: Pair) -> None:
        """Show another certificate, from the next start or ``reload``."""
        self.set(ssl_cert_file=str(pair.certificate), ssl_key_file=str(pair.key))

    def set(self, **settings: str) -> None:
        """Change settings, from the next start or ``reload``."""
        self._settings |= settings
        lines = [f"{name} = '{value}'\n" for name, value in self._settings.items()]
        (self.data / "settings.conf").write_text("".join(lines))
        self._own()

    def start(self) -> "Postgres":
        """Start, and return once it answers."""
        with self.log.open("ab") as log:
            self._own()
            self._child = subprocess.Popen(
                [*self._within, *self._as_user(), self._bin / "postgres", "-D", self.data],
                cwd=self.folder, env=self._environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError as error:
                if self._child.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()[-3000:]}") from error
                time.sleep(0.05)
            else:
                return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT cuts connections and shuts down in order, SIGQUIT is a crash that recovery has to mend."""
        if self._child and self._child.poll() is None:
            self._child.send_signal(how)
            try:
                self._child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait(timeout=30)
        self._child = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop and start; port, data and log stay."""
        self.stop(how)
        self.start()

    def reload(self) -> None:
        """Read settings and certificates again, for connections to come."""
        self.execute("SELECT pg_reload_conf()")

    def cut(self, user: str | None = None) -> int:
        """End the connections of a user, or of everyone; how many there were."""
        ended = self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND (%s::text IS NULL OR usename = %s)",
            (user, user),
        )
        return len(ended)

    def execute(self, statement: str, values: Sequence[Any] = (), *, database: str = ADMINISTRATOR) -> list[Any]:
        """The rows of a statement of the superuser, over the unix socket; none where it returns none."""
        with psycopg.connect(
            host=str(self.folder), port=self.port, user=ADMINISTRATOR, password=self.password, dbname=database,
            autocommit=True, connect_timeout=10,
        ) as connection:  # fmt: skip
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def connect(self, user: str, password: str, *, database: str = ADMINISTRATOR, **options: Any) -> Any:
        """A client's connection over TCP: verified TLS, and SCRAM."""
        given = {
            "host": self.host, "hostaddr": self.address, "port": self.port, "user": user, "password": password,
            "dbname": database, "sslmode": "verify-full", "sslrootcert": str(self.ca), "connect_timeout": 10,
        }  # fmt: skip
        return psycopg.connect(autocommit=True, **{**given, **options})

    @contextmanager
    def replica(self) -> Iterator["Postgres"]:
        """A read replica that follows this server: same users, passwords, certificate and names."""
        copy = Postgres(names=(self.host,), address=self.address, copied=self)
        try:
            yield copy.start()
        finally:
            copy.remove()

    def remove(self) -> None:
        """Stop, and delete all of it."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running(**options: Any) -> Iterator[Postgres]:
    """A server with ``Postgres``'s options that is started, and afterwards removed."""
    server = Postgres(**options)
    try:
        yield server.start()
    finally:
        server.remove()
