"""What a rotation asks of the database: the lock, the state of the roles, a new verifier, and a login that works."""

from collections.abc import Iterator
from contextlib import contextmanager

from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError
from lambdas.rotate_postgres.checks import Credential
from lambdas.rotate_postgres.config import Target
from lambdas.rotate_postgres.connection import Session, session
from lambdas.rotate_postgres.errors import LoginError
from lambdas.rotate_postgres.scram import verifier

ROLES = """
SELECT role.rolname::text, role.rolcanlogin, role.rolsuper, coalesce(role.rolvaliduntil <= now(), false),
       coalesce(pg_has_role(role.oid, owner.oid, 'MEMBER'), false), coalesce(owner.rolcanlogin, true),
       coalesce('role=' || :owner = ANY (role.rolconfig), false)
  FROM pg_roles role LEFT JOIN pg_roles owner ON owner.rolname = :owner
 WHERE role.rolname = :first OR role.rolname = :second
"""
SERVER = "SELECT pg_is_in_recovery(), coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)"


def _server(opened: Session, target: Target) -> None:
    """Refuse a read replica, and whatever ends TLS before the database."""
    opened.run("SET ROLE NONE")  # pg_stat_ssl tells about a connection to its login role only
    ((replica, encrypted),) = opened.run(SERVER)
    opened.run("RESET ROLE")
    if replica:
        raise RotationError(
            "replica", f"{target.host} is a read replica, where no password can be set; name the primary's endpoint"
        )
    if not encrypted:
        raise RotationError(
            "proxy", f"{target.host} ends TLS before the database (a proxy?); name the database's own endpoint"
        )


def _roles(opened: Session, target: Target) -> None:
    """Refuse a pair that is not what ``rotation.adopt`` makes."""
    first, second = target.roles
    rows = {name: facts for name, *facts in opened.run(ROLES, owner=target.owner, first=first, second=second)}
    for role in target.roles:
        can_login, superuser, expired, member, owner_logs_in, acts = rows.get(role, [False] * 6)
        faults = {
            "does not exist": role not in rows,
            "may not log in": not can_login,
            "is a superuser": superuser,
            "has a password that is no longer valid (VALID UNTIL)": expired,
            f"is not a member of {target.owner!r}": not member,
            f"does not act as {target.owner!r} (ALTER ROLE ... SET role)": not acts,
            f"has an owner {target.owner!r} that may log in": owner_logs_in,
        }
        if found := [fault for fault, holds in faults.items() if holds]:
            raise RotationError("roles", f"{role!r} {found[0]}; repair it with rotation.adopt, see README.md")


@contextmanager
def locked(target: Target, rotator: Credential, budget: Budget) -> Iterator[Session]:
    """The rotator's transaction, alone for this secret, on a database that is fit for a rotation."""
    with session(target, str(rotator["username"]), str(rotator["password"]), budget) as opened:
        opened.run("SELECT pg_advisory_xact_lock(hashtextextended(:secret, 0))", secret=target.secret)
        _server(opened, target)
        _roles(opened, target)
        yield opened


def set_password(opened: Session, credential: Credential) -> None:
    """Give the role its password, as a verifier that is computed here; it holds from the next commit."""
    opened.run(
        "SELECT rotation.set_verifier(:role, :verifier)",
        role=credential["username"],
        verifier=verifier(str(credential["password"])),
    )


def logs_in(target: Target, credential: Credential, budget: Budget) -> bool:
    """Whether the server takes the credential."""
    try:
        with session(target, str(credential["username"]), str(credential["password"]), budget):
            return True
    except LoginError:
        return False


def prove(target: Target, credential: Credential, budget: Budget) -> None:
    """Log in as a client does and run the declared statements; none may answer false, and nothing of them stays."""
    with session(target, str(credential["username"]), str(credential["password"]), budget) as opened:
        _server(opened, target)
        ((login, acting),) = opened.run("SELECT session_user::text, current_user::text")
        if (login, acting) != (credential["username"], target.owner):
            raise RotationError("roles", f"{login!r} acts as {acting!r}, must act as {target.owner!r}")
        for statement in target.probe:
            budget.left(f"the statement {statement!r}")
            if opened.run(statement) == [[False]]:
                raise RotationError("grants", f"{login!r}, acting as {acting!r}, lacks what it is for: {statement}")
