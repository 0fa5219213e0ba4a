"""Cases of the surroundings: TLS, roles, grants, names, servers that are not what they should be."""

import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import sql

from tests.e2e.certificates import Authority
from tests.e2e.postgres import Postgres, running
from tests.e2e.rotation.cases import expect
from tests.e2e.rotation.gate import Gate
from tests.e2e.rotation.matrix import Case, leaks
from tests.e2e.rotation.proxy import SSL_REQUEST, Proxy
from tests.e2e.rotation.world import STEPS, Site, World, watched

WEIRD = ("Ünïcode Öwner", 'ro"le; DROP', "a b:c@d/e?f#g", "it's 100% $1 \\ {x}")


def _refused(world: World, *, kind: str, mended: Callable[[], None]) -> list[str]:
    """A rotation that fails for the reason ``kind`` and changes nothing; ``mended`` takes the fault away."""
    before = world.account.value(world.arn)
    outcome = world.rotate()
    found = expect(
        fails=not outcome.succeeded,
        says_why=f"RotationError: {kind}" in str(outcome.error),
        current_kept=world.account.value(world.arn) == before,
    )
    mended()
    return [*found, *world.faults()]


def _changed(**environment: str) -> Callable[[Site], list[str]]:
    """The function is deployed with another setting, which is corrected afterwards."""

    def run(site: Site, kind: str = environment.pop("kind")) -> list[str]:
        with watched(World(site)) as world:
            good = dict(world.environment)
            world.environment.update(environment)
            return _refused(world, kind=kind, mended=lambda: world.environment.update(good))

    return run


def _wrong_authority(site: Site) -> list[str]:
    with TemporaryDirectory() as folder:
        return _changed(CA_BUNDLE=str(Authority(Path(folder), "other").certificate), kind="tls")(site)


def _no_tls(site: Site) -> list[str]:
    """What answers says that it has no TLS: the function says nothing more to it."""
    with watched(World(site)) as world:
        world.proxy.plain = True
        found = _refused(world, kind="tls", mended=lambda: setattr(world.proxy, "plain", False))
        return found + expect(nothing_sent=world.proxy.leaked == b"")


def _role(statement: str, undo: str, kind: str = "roles") -> Callable[[Site], list[str]]:
    """Somebody changes a role or its grants."""

    def run(site: Site) -> list[str]:
        with watched(World(site)) as world:

            def apply(text: str) -> None:
                names = {"owner": world.owner, "a": world.first, "b": world.second}
                given = sql.SQL(text).format(**{key: sql.Identifier(name) for key, name in names.items()})
                with site.administration:
                    world.server.execute(given.as_string())

            apply(statement)
            return _refused(world, kind=kind, mended=lambda: apply(undo))

    return run


def _ignore(_: object) -> None:
    """Leave a result."""


def _not_adopted(site: Site) -> list[str]:
    with watched(World(site)) as world:
        delete, adopt = "DELETE FROM rotation.role WHERE name = %s", "SELECT rotation.adopt(%s, %s, %s)"
        world.server.execute(delete, [world.second])
        names = [world.owner, world.first, world.second]
        return _refused(world, kind="database", mended=lambda: _ignore(world.server.execute(adopt, names)))


def _copied(site: Site) -> list[str]:
    with watched(World(site)) as world:
        value = world.account.value(world.arn)
        url = f"postgresql://{value['username']}:{value['password']}@{value['host']}/"
        world.account.replace(world.arn, url=url)
        return _refused(world, kind="current", mended=lambda: world.account.replace(world.arn, url=""))


def _value(kind: str = "current", **changes: object) -> Callable[[Site], list[str]]:
    """The current value is not one that this function may rotate."""

    def run(site: Site) -> list[str]:
        with watched(World(site)) as world:
            good = world.account.value(world.arn)
            world.client.paused = True
            world.account.replace(world.arn, **changes)
            outcome = world.rotate()
            world.account.replace(world.arn, **good)
            world.client.paused = False
            return [*expect(says_why=f"RotationError: {kind}" in str(outcome.error)), *world.faults()]

    return run


def _no_value(site: Site) -> list[str]:
    """Rotation is enabled on a secret that never had a value, as a schedule without an initial value does."""
    with watched(World(site)) as world:
        world.client.paused = True
        version = world.account.version(world.arn)
        kept = world.account.secret(world.arn).versions.pop(version)
        outcome = world.rotate()
        world.account.secret(world.arn).versions[version] = kept
        world.client.paused = False
        return [*expect(says_why="RotationError: current" in str(outcome.error)), *world.faults()]


def _weird(number: int, site: Site) -> list[str]:
    name, word = WEIRD[number], WEIRD[-number - 1]
    with site.administration:
        site.server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)).as_string())
        site.server.execute(
            (Path(__file__).parents[3] / "lambdas/rotate_postgres/bootstrap.sql").read_text(), database=name
        )
        site.server.execute("CREATE TABLE orders (id int PRIMARY KEY)", database=name)
    roles = [f"{name} {part}" for part in ("owner", "A", "b")]
    world = World(site, roles=roles, database=name, initial=f"{word} \u00aa\u2168 {'x' * 20}")
    with watched(world):
        ended = [world.rotate().succeeded for _ in range(2)]
        return [*expect(success=all(ended)), *world.faults()]


@contextmanager
def _own(site: Site, **options: str) -> Iterator[tuple[Site, Postgres]]:
    """A server of its own, for what the others could not bear."""
    with running(settings=options) as server:
        own = Site(server, site.account, site.runner, numbers=site.numbers)
        own.rotator = ""
        own.prepare(server, name=f"rotator-{next(site.numbers)}")
        yield own, server


def _restarted(site: Site) -> list[str]:
    """The database goes down at each step and comes back: what was half done is taken up."""
    with _own(site) as (own, server), watched(World(own)) as world:
        found = []
        for number in range(len(STEPS)):
            world.rotate(steps=STEPS[:number])
            server.stop()
            outcome = world.rotate(steps=STEPS[number:], token=world.begin())
            server.start()
            found += expect(fails_while_down=number == 0 or not outcome.succeeded)
            found += expect(succeeds_after=world.rotate().succeeded)
        return [*found, *world.faults()]


def _expired(site: Site) -> list[str]:
    with _own(site) as (own, server), watched(World(own)) as world:
        good = server.authority.issue(["localhost"], file="good")
        server.present(server.authority.issue(["localhost"], days=-1, file="expired"))
        server.reload()

        def renew() -> None:
            server.present(good)
            server.reload()

        return _refused(world, kind="tls", mended=renew)


def _replica(site: Site) -> list[str]:
    with _own(site) as (own, server), server.replica() as replica, watched(World(own)) as world:
        world.proxy.target = (replica.address, replica.port)
        return _refused(
            world, kind="replica", mended=lambda: setattr(world.proxy, "target", (server.address, server.port))
        )


def _everything_logged(site: Site) -> list[str]:
    """A server that logs every statement with its parameters, and how long it took."""
    options = {"log_statement": "all", "log_min_duration_statement": "0", "log_parameter_max_length_on_error": "-1"}
    with _own(site, **options) as (own, server), watched(World(own)) as world:
        success = world.rotate().succeeded and world.rotate().succeeded
        return [*expect(success=success), *world.faults(), *leaks(server, site.account)]


def _rotator(site: Site) -> list[str]:
    """The rotator's own credential is rotated by the same code, while it is in use."""
    with _own(site) as (own, _), watched(World(own)) as world:
        roles = {"DATABASE_OWNER": "rotator", "DATABASE_ROLES": '["rotator_a", "rotator_b"]'}
        probe = json.dumps(["SELECT 'rotation.set_verifier(text, text)'::regprocedure"])
        port = own.account.value(own.rotator)["port"]
        own_environment = {**world.environment, **roles, "DATABASE_PROBE": probe, "SECRET_ARN": own.rotator,
                           "DATABASE_PORT": str(port)}  # fmt: skip
        ended = []
        for _ in range(2):
            token = own.account.begin(own.rotator)
            for step in STEPS:
                event = {"Step": step, "SecretId": own.rotator, "ClientRequestToken": token}
                ended.append(own.runner.call(event, own_environment).run().succeeded)
                if step in ("setSecret", "finishSecret"):
                    ended.append(world.rotate().succeeded)
        return [*expect(success=all(ended)), *world.faults()]


class _Terminator(Proxy):
    """Ends TLS in front of a server that it reaches without, as a connection pooler may, with a good certificate."""

    def __init__(self, gate: Gate, server: Postgres) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pair = server.authority.issue(["localhost"], file=f"terminator-{os.getpid()}")
        self._context.load_cert_chain(pair.certificate, pair.key)
        super().__init__(gate, (server.address, server.port))

    def _connect(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self.target, timeout=10) as server:
            if client.recv(8) == SSL_REQUEST:
                client.sendall(b"S")
            inside = self._context.wrap_socket(client, server_side=True)
            threading.Thread(target=self._copy, args=(server, inside), daemon=True).start()
            self._copy(inside, server)

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)


def _terminated(site: Site) -> list[str]:
    with _own(site) as (own, server), watched(World(own)) as world:
        hba = server.data / "pg_hba.conf"
        hba.write_text(hba.read_text() + "host all all 127.0.0.1/32 scram-sha-256\n")
        server.reload()
        between = _Terminator(world.gate, server)
        good = world.environment["DATABASE_PORT"]
        port = str(between.port)
        world.environment["DATABASE_PORT"] = port
        world.account.replace(world.arn, port=int(port))

        def mend() -> None:
            between.close()
            world.environment["DATABASE_PORT"] = good
            world.account.unlabel(world.arn)
            world.account.replace(world.arn, port=int(good))

        return _refused(world, kind="proxy", mended=mend)


def cases() -> Iterator[Case]:
    """All of them."""
    yield Case("the function trusts another authority", _wrong_authority)
    yield Case("the server's certificate has expired", _expired)
    yield Case(
        "the server is called otherwise than its certificate", _changed(DATABASE_HOST="127.0.0.2", kind="current")
    )
    yield Case("what answers has no TLS", _no_tls)
    yield Case("a proxy ends TLS before the database", _terminated)
    yield Case(
        "an RDS Proxy is declared", _changed(DATABASE_HOST="core.proxy-c1.rds.amazonaws.com", kind="configuration")
    )
    yield Case("a read replica answers", _replica)
    yield Case("the database goes down at each step, and comes back", _restarted)
    yield Case(
        "grants are lost", _role("REVOKE ALL ON orders FROM {owner}", "GRANT ALL ON orders TO {owner}", "grants")
    )
    yield Case("the new role may not log in", _role("ALTER ROLE {b} NOLOGIN", "ALTER ROLE {b} LOGIN"))
    yield Case("the new role is a superuser", _role("ALTER ROLE {b} SUPERUSER", "ALTER ROLE {b} NOSUPERUSER"))
    yield Case("the new role's password is no longer valid",
               _role("ALTER ROLE {b} VALID UNTIL '2020-01-01'", "ALTER ROLE {b} VALID UNTIL 'infinity'"))  # fmt: skip
    yield Case("the new role has left its owner", _role("REVOKE {owner} FROM {b}", "GRANT {owner} TO {b}"))
    yield Case("the new role no longer acts as its owner",
               _role("ALTER ROLE {b} RESET role", "ALTER ROLE {b} SET role = {owner}"))  # fmt: skip
    yield Case("the owner may log in", _role("ALTER ROLE {owner} LOGIN", "ALTER ROLE {owner} NOLOGIN"))
    yield Case("the new role is not adopted", _not_adopted)
    yield Case("the secret names a renamed host", _value(host="old-name.example"))
    yield Case("the secret is of another engine", _value(engine="mysql"))
    yield Case("the secret is of a foreign user", _value(username="postgres"))
    yield Case("the secret has a URL with the password in it", _copied)
    yield Case("the secret has no value", _no_value)
    for number, name in enumerate(WEIRD):
        yield Case(f"roles, database and password with {name!r}", partial(_weird, number))
    yield Case("the server logs every statement", _everything_logged)
    yield Case("the rotator's credential is rotated too", _rotator)
