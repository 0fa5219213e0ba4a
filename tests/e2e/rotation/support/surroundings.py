"""Cases of the surroundings: TLS, roles, grants, names, servers that are not what they should be."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import sql

from tests.e2e.rotation.support.matrix import Case
from tests.e2e.rotation.support.telling import expect, refused
from tests.e2e.rotation.support.world import Site, World, watched
from tests.e2e.support.certificates import Authority

WEIRD = ("Ünïcode Öwner", 'ro"le; DROP', "a b:c@d/e?f#g", "it's 100% $1 \\ {x}")


def _changed(**environment: str) -> Callable[[Site], list[str]]:
    """The function is deployed with another setting, which is corrected afterwards."""

    def run(site: Site, kind: str = environment.pop("kind")) -> list[str]:
        with watched(World(site)) as world:
            good = dict(world.environment)
            world.environment.update(environment)
            return refused(world, kind=kind, mended=lambda: world.environment.update(good))

    return run


def _wrong_authority(site: Site) -> list[str]:
    with TemporaryDirectory() as folder:
        return _changed(CA_BUNDLE=str(Authority(Path(folder), "other").certificate), kind="tls")(site)


def _no_tls(site: Site) -> list[str]:
    """What answers says that it has no TLS: the function says nothing more to it."""
    with watched(World(site)) as world:
        world.proxy.plain = True
        found = refused(world, kind="tls", mended=lambda: setattr(world.proxy, "plain", False))
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
            return refused(world, kind=kind, mended=lambda: apply(undo))

    return run


def _ignore(_: object) -> None:
    """Leave a result."""


def _not_adopted(site: Site) -> list[str]:
    with watched(World(site)) as world:
        delete, adopt = "DELETE FROM rotation.role WHERE name = %s", "SELECT rotation.adopt(%s, %s, %s)"
        world.server.execute(delete, [world.second])
        names = [world.owner, world.first, world.second]
        return refused(world, kind="database", mended=lambda: _ignore(world.server.execute(adopt, names)))


def _copied(site: Site) -> list[str]:
    with watched(World(site)) as world:
        value = world.account.value(world.arn)
        url = f"postgresql://{value['username']}:{value['password']}@{value['host']}/"
        world.account.replace(world.arn, url=url)
        return refused(world, kind="current", mended=lambda: world.account.replace(world.arn, url=""))


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
            (Path(__file__).parents[4] / "lambdas/rotate_postgres/bootstrap.sql").read_text(), database=name
        )
        site.server.execute("CREATE TABLE orders (id int PRIMARY KEY)", database=name)
    roles = [f"{name} {part}" for part in ("owner", "A", "b")]
    world = World(site, roles=roles, database=name, initial=f"{word} \u00aa\u2168 {'x' * 20}")
    with watched(world):
        ended = [world.rotate().succeeded for _ in range(2)]
        return [*expect(success=all(ended)), *world.faults()]


PASSWORDS = {
    "an emoji": "correct horse 🔐 battery staple",
    "a tab": "correct\thorse battery staple",
    "a newline at its end": "correct horse battery staple\n",
    "an unassigned code point": "correct horse \u0378 battery staple",
    "a code point for private use": "correct horse \ue000 battery staple",
    "mixed directions": "correct horse \u05d0 battery staple",
    "letters from right to left, and a control character": "\u05d0" * 20 + "\x07",
    "spaces that are mapped": "correct\u00a0horse\u200bbattery\u3000staple",
    "nothing that is kept": "\u00ad" * 20,
    "a letter that is composed": "corre\u0301ct horse battery staple \u212b",
}
"""Passwords that SASLprep refuses or changes, by what they hold."""


def _prepared(text: str, site: Site) -> list[str]:
    """The password in use is one that an administrator set with psql; the rotator's too."""
    with watched(World(site, initial=text)) as world:
        found = expect(works_before=world.works() == "", rehearsal=world.step("testSecret", world.begin()).succeeded)
        world.account.unlabel(world.arn)
        return [*found, *expect(success=world.rotate().succeeded), *world.faults()]


def cases() -> Iterator[Case]:
    """All of them."""
    yield Case("the function trusts another authority", _wrong_authority)
    yield Case(
        "the server is called otherwise than its certificate", _changed(DATABASE_HOST="127.0.0.2", kind="current")
    )
    yield Case("what answers has no TLS", _no_tls)
    yield Case(
        "an RDS Proxy is declared", _changed(DATABASE_HOST="core.proxy-c1.rds.amazonaws.com", kind="configuration")
    )
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
    for holds, text in PASSWORDS.items():
        yield Case(f"the current password holds {holds}", partial(_prepared, text))
