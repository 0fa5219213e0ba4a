"""One secret with its roles, network and client: where a case happens, and what must hold when it is over."""

import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.pq import PGconn

from tests.e2e.rotation.support.account import CURRENT, PENDING, REGION, Account
from tests.e2e.rotation.support.client import Client
from tests.e2e.rotation.support.gate import Act, Exchange, Gate, Plan, undisturbed
from tests.e2e.rotation.support.process import Call, Outcome, Runner
from tests.e2e.rotation.support.proxy import Proxy
from tests.e2e.support.postgres import Postgres

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
BOOTSTRAP = Path(__file__).parents[4] / "lambdas" / "rotate_postgres" / "bootstrap.sql"
PROBE = ("SELECT FROM orders LIMIT 0", "UPDATE orders SET id = id WHERE false")
PASSWORDS = itertools.count(1)
NUMBERS = itertools.count(1)
"""For names: the emulated API is one for the whole process."""


def libpq_verifier(text: str) -> str:
    """The verifier that libpq makes of a password, for which it needs no server."""
    connection = PGconn.connect_start(b"hostaddr=127.0.0.1 port=1")
    return connection.encrypt_password(text.encode(), b"role", b"scram-sha-256").decode()


def password() -> str:
    """One that is found in a log if it is there."""
    return f"Initial-{next(PASSWORDS):05d}-SecretSecretSecret"


@dataclass
class Site:
    """What all cases share: a server that was prepared once, an account, and the process that runs the function."""

    server: Postgres
    account: Account
    runner: Runner
    administration: threading.Lock = field(default_factory=threading.Lock)
    rotator: str = ""

    def prepare(self, server: Postgres) -> None:
        """Bootstrap a server, and give it a table to have grants on and a rotator."""
        server.execute(BOOTSTRAP.read_text())
        server.execute("CREATE TABLE orders (id int PRIMARY KEY)")
        server.execute("SELECT rotation.adopt('rotator', 'rotator_a', 'rotator_b')")
        if not self.rotator:
            value = {"engine": "postgres", "host": server.host, "port": server.port, "dbname": "postgres",
                     "username": "rotator_a", "password": password()}  # fmt: skip
            self.rotator = self.account.create(f"rotator-{next(NUMBERS)}", json.dumps(value))
        given = libpq_verifier(self.account.value(self.rotator)["password"])
        server.execute(sql.SQL("ALTER ROLE rotator_a PASSWORD {}").format(given).as_string())


class World:
    """A secret of its own on a site. ``roles`` are owner, A and B."""

    def __init__(
        self, site: Site, *, server: Postgres | None = None, roles: Sequence[str] = (), database: str = "postgres",
        initial: str | None = None,
    ) -> None:  # fmt: skip
        self.site, self.server, self.account = site, server or site.server, site.account
        self.name = f"case-{next(NUMBERS)}"
        self.owner, self.first, self.second = roles or [f"{self.name}_{part}" for part in ("owner", "a", "b")]
        self.database = database
        self.gate = Gate()
        self.account.gates[self.name] = self.gate
        self.proxy = Proxy(self.gate, (self.server.address, self.server.port))
        with site.administration:
            self.server.execute(
                "SELECT rotation.adopt(%s, %s, %s)", [self.owner, self.first, self.second], database=database
            )
        self.grant()
        value = {"engine": "postgres", "host": self.server.host, "port": self.proxy.port, "dbname": database,
                 "username": self.first, "password": initial or password()}  # fmt: skip
        self.arn = self.account.create(self.name, json.dumps(value))
        self.set_password(self.first, str(value["password"]))
        self.environment = {
            "AWS_ENDPOINT_URL": self.account.endpoint(self.name), "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
            "SECRET_ARN": self.arn, "ROTATOR_SECRET_ARN": site.rotator, "DATABASE_HOST": self.server.host,
            "DATABASE_PORT": str(self.proxy.port), "DATABASE_NAME": database, "DATABASE_OWNER": self.owner,
            "DATABASE_ROLES": json.dumps([self.first, self.second]), "DATABASE_PROBE": json.dumps(PROBE),
            "CA_BUNDLE": str(self.server.ca),
        }  # fmt: skip
        self.client = Client(self.account, self.server, self.arn)
        self.outcomes: list[Outcome] = []

    def grant(self, what: str = "GRANT SELECT, UPDATE ON orders TO {}") -> None:
        """Change the grants of the owner."""
        with self.site.administration:  # PostgreSQL lets two changes of the same grants fail
            self.server.execute(sql.SQL(what).format(sql.Identifier(self.owner)).as_string(), database=self.database)

    def set_password(self, role: str, text: str) -> None:
        """What an administrator does by hand, with psql's command for it: libpq makes a verifier and sends that."""
        given = libpq_verifier(text)
        self.server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), given).as_string())

    def ready(self, step: str, token: str, *, seconds: float = 60, **event: Any) -> Call:
        """A process that is about to run a step."""
        content = {"Step": step, "SecretId": self.arn, "ClientRequestToken": token, **event}
        return self.site.runner.call(content, self.environment, seconds)

    def step(self, step: str, token: str, plan: Plan = undisturbed, **options: Any) -> Outcome:
        """Run a step; ``plan`` decides on its exchanges."""
        self.gate.reset(plan)
        outcome = self.ready(step, token, **options).run()
        self.gate.reset()
        self.outcomes.append(outcome)
        return outcome

    def rotate(
        self, plan: Plan = undisturbed, steps: Sequence[str] = STEPS, token: str = "", *, keep: bool = False
    ) -> Outcome:
        """What Secrets Manager does for RotateSecret: the steps in order, up to the first that fails.

        ``keep``: what was seen at the gate stays to be looked at.
        """
        token = token or self.account.begin(self.arn)
        self.gate.reset(plan)
        outcome = Outcome(None)
        for step in steps:
            outcome = self.ready(step, token).run()
            self.outcomes.append(outcome)
            self.client.check()
            if not outcome.succeeded:
                break
        if not keep:
            self.gate.reset()
        return outcome

    def rotate_until_killed(self, at: int) -> bool:
        """A rotation whose process is killed before its ``at``-th exchange is processed; whether it came so far."""
        token = self.account.begin(self.arn)
        holder: list[Call] = []

        def plan(exchange: Exchange) -> Act:
            if exchange.number < at:
                return Act.PASS
            holder[-1].kill()
            return Act.REFUSE

        self.gate.reset(plan)
        for step in STEPS:
            holder.append(self.ready(step, token))
            if holder[-1].run().killed:
                self.gate.reset()
                return True
        self.gate.reset()
        return False

    def begin(self) -> str:
        """Label a version AWSPENDING, as RotateSecret does."""
        return self.account.begin(self.arn)

    def state(self) -> object:
        """What a side effect may change: labels and values of the secret, and what the server knows of the pair."""
        versions = self.account.stages(self.arn)
        values = {version: self.account.value(self.arn, version) for version in versions}
        roles = "SELECT rolname, rolpassword, rolcanlogin FROM pg_authid WHERE rolname = ANY(%s) ORDER BY 1"
        names = [self.owner, self.first, self.second]
        return versions, values, self.server.execute(roles, [names])

    def works(self, version: str | None = None) -> str:
        """Why the credential of a version, by default of the current one, is of no use; empty where it is."""
        value = self.account.value(self.arn, version)
        if problem := self.client.problem(value):
            return problem
        with self.server.connect(
            value["username"], value["password"], database=self.database, sslmode="require"
        ) as connection:
            for statement in PROBE:
                connection.execute(statement.encode())
        return ""

    def faults(self, attempts: int = 2) -> list[str]:
        """What does not hold in the end. The next rotation has to succeed within ``attempts`` of Secrets Manager's."""
        found = [f"client refused: {text}" for text in self.client.refused[:2]]
        for _ in range(attempts):
            before = self.account.version(self.arn)
            outcome = self.rotate()
            if outcome.succeeded and self.account.version(self.arn) != before:
                break
        else:
            found.append(f"the next rotation fails: {outcome.error or 'killed'}")
        stages = self.account.stages(self.arn)
        found += [
            f"{PENDING} is left behind" for labels in stages.values() if PENDING in labels and CURRENT not in labels
        ]
        if problem := self.works():
            found.append(f"the credential does not work: {problem}")
        self.client.check()
        found += [f"client refused: {text}" for text in self.client.refused[-1:] if not found]
        said = " ".join(f"{outcome.error} {outcome.output}" for outcome in self.outcomes)
        found += ["the function says a password" for text in self.account.passwords if text in said]
        return found

    def close(self) -> None:
        """End client and network."""
        self.client.stop()
        self.proxy.close()


@contextmanager
def watched(world: World) -> Iterator[World]:
    """A world with its client at work; what the client was refused is part of ``World.faults``."""
    world.client.start()
    try:
        yield world
    finally:
        world.close()
