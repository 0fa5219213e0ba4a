"""PostgreSQL roles of a database, compiled from its grants: ENB-03, and SEC-06 behind the network.

Three NOLOGIN roles hold the rights on the objects of one schema:

=================  ==================================================================================================
``access_reader``  SELECT on tables and views
``access_writer``  SELECT, INSERT, UPDATE, DELETE; USAGE of sequences; EXECUTE of functions. Not TRUNCATE
``access_owner``   owns the objects, whoever made them, from the next run on; makes new ones
=================  ==================================================================================================

A group's role (``group:data``, as on the tailnet; NOLOGIN too) is a member of exactly one of them, or of none once its
grant is gone. Login roles are members of a group's role: in ``lambdas/rotate_postgres`` it is the owner of a pair, or
the owner is a member of it, where the grant names one as its ``login``. Any
other member, and rights given by hand to one of these roles, to a group or to PUBLIC in the schema, are taken away.
From PostgreSQL 16 on a membership can be taken only by who gave it, or by a superuser: always run it as the same role,
and where it may not take one away it stops, with the giver's name. Tested on 15 and 18, between which RDS's 16 lies.

Anybody who can log in may connect, but sees nothing in the schema without a role. Other schemas are left alone.
"""

import json
from pathlib import Path
from typing import Final

from models.access.model import Access

_RIGHTS: Final = {
    "access_reader": ("SELECT",),
    "access_writer": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "access_owner": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
}
"""On a table or view; what the SQL below grants."""
_TEMPLATE: Final = Path(__file__).with_suffix(".sql")


def sql(access: Access, resource: str, *, schema: str = "public") -> str:
    """The statement that makes the roles of database ``resource`` what ``access`` (of one environment) says.

    It is idempotent, and the same model gives the same bytes. Raises ``KeyError`` for an unknown resource, and
    ``ValueError`` where it is no database, or a group would have two roles: the model is of more than one environment.
    """
    if access.resources[resource].kind != "database":
        raise ValueError(f"{resource} is a {access.resources[resource].kind}; only databases have roles")
    roles: dict[str, str] = {}
    logins: dict[str, str] = {}
    lines = []
    for grant in sorted(access.grants, key=lambda grant: grant.group):
        if grant.resource != resource or grant.role is None:
            continue
        if roles.setdefault(grant.group, grant.role) != grant.role:
            raise ValueError(f"{grant.group} has two roles in {resource}; compile the model of one environment")
        if grant.login and logins.setdefault(grant.login, f"group:{grant.group}") != f"group:{grant.group}":
            raise ValueError(f"{grant.login} is the login of two groups in {resource}; give each group one of its own")
        until = f" until {grant.expires}" if grant.expires else ""
        # A line break would end the comment, and the rest of the text would run.
        lines.append(f"-- {grant.group}: {grant.role}{until}. {' '.join(grant.purpose.split())} ({grant.owner})")
    granted = json.dumps({f"group:{group}": f"access_{role}" for group, role in sorted(roles.items())})
    head = [f"-- Who may do what in {resource}; compiled from catalog/access.yaml, do not edit.", *lines]
    body = _TEMPLATE.read_text(encoding="utf-8").replace("{{granted}}", _literal(granted))
    body = body.replace("{{logins}}", _literal(json.dumps(dict(sorted(logins.items())))))
    return "\n".join((*head, body.replace("{{schema}}", _literal(schema))))


def probe(access: Access, resource: str, login: str, *, schema: str = "public") -> list[str]:
    """Questions whose answer is true for whoever acts as ``login`` and holds the rights that ``sql`` gives its group.

    The membership with its rights, and those rights on everything in the schema that ``access_owner`` owns: what
    somebody made by hand since is no loss. Raises ``KeyError`` where no grant names the login.
    """
    granted = {grant.login: grant.role for grant in access.grants if grant.resource == resource and grant.login}
    role = f"access_{granted[login]}"
    rights = " AND ".join(f"has_table_privilege(pg_class.oid, '{right}')" for right in _RIGHTS[role])
    questions = (
        "EXISTS (SELECT FROM pg_roles WHERE rolname = {role} AND pg_has_role(current_user, oid, 'USAGE'))",
        "has_schema_privilege(current_user, {schema}, 'USAGE')",
        (
            "NOT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_roles ON "
            "pg_roles.oid = relowner WHERE nspname = {schema} AND rolname = 'access_owner' "
            "AND relkind IN ('r', 'p', 'v', 'm') AND NOT ({rights}))"
        ),
    )
    values = {"role": _literal(role), "schema": _literal(schema), "rights": rights}
    return [f"SELECT {question.format(**values)}" for question in questions]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
