"""Cases that need a server of their own: one that goes down, is a replica, shows a bad certificate, logs everything."""

import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.e2e.rotation.support.gate import Gate
from tests.e2e.rotation.support.matrix import Case, leaks
from tests.e2e.rotation.support.proxy import SSL_REQUEST, Proxy
from tests.e2e.rotation.support.telling import expect, refused
from tests.e2e.rotation.support.world import STEPS, Site, World, watched
from tests.e2e.support.postgres import Postgres, running


@contextmanager
def _own(site: Site, **options: str) -> Iterator[tuple[Site, Postgres]]:
    """A server of its own, for what the others could not bear."""
    with running(settings=options) as server:
        own = Site(server, site.account, site.runner)
        own.prepare(server)
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

        return refused(world, kind="tls", mended=renew)


def _replica(site: Site) -> list[str]:
    with _own(site) as (own, server), server.replica() as replica, watched(World(own)) as world:
        world.proxy.target = (replica.address, replica.port)
        return refused(
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

        return refused(world, kind="proxy", mended=mend)


def cases() -> Iterator[Case]:
    """All of them; the longest come first."""
    yield Case("the rotator's credential is rotated too", _rotator)
    yield Case("the server logs every statement", _everything_logged)
    yield Case("the database goes down at each step, and comes back", _restarted)
    yield Case("a read replica answers", _replica)
    yield Case("a proxy ends TLS before the database", _terminated)
    yield Case("the server's certificate has expired", _expired)
