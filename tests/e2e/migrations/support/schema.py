"""Everything that a migration may leave behind in a database, in a form that two of them can be compared by."""

# ruff: noqa: S608 - the texts are of this file

from typing import Any, Final

from tests.e2e.support.postgres import ADMINISTRATOR, Postgres

IN = "= 'public'"


def _rights(acl: str, kind: str, owner: str) -> str:
    """Rights in one order, those that nobody has changed spelled out."""
    return (
        f"(SELECT array_agg(format('%s:%s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,"
        f" privilege_type) ORDER BY 1) FROM aclexplode(coalesce({acl}, acldefault('{kind}', {owner}))))"
    )


QUERIES: Final = {
    "relations": f"SELECT oid::regclass::text, relkind::text, relowner::regrole::text,"
    f" {_rights('relacl', 'r', 'relowner')} FROM pg_class WHERE relnamespace::regnamespace::text {IN}",
    "columns": f"SELECT attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull,"
    f" pg_get_expr(adbin, adrelid) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef"
    f" ON (adrelid, adnum) = (attrelid, attnum) WHERE relnamespace::regnamespace::text {IN} AND attnum > 0"
    f" AND NOT attisdropped",
    "constraints": f"SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), convalidated"
    f" FROM pg_constraint WHERE connamespace::regnamespace::text {IN} AND contype <> 'n'",
    "indexes": f"SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index JOIN pg_class"
    f" ON pg_class.oid = indexrelid WHERE relnamespace::regnamespace::text {IN}",
    "routines": f"SELECT oid::regprocedure::text, md5(prosrc), proowner::regrole::text,"
    f" {_rights('proacl', 'f', 'proowner')} FROM pg_proc WHERE pronamespace::regnamespace::text {IN}",
    "triggers": "SELECT tgrelid::regclass::text, tgname::text, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
    "types": f"SELECT typname::text, typowner::regrole::text FROM pg_type WHERE typnamespace::regnamespace::text {IN}"
    f" AND typtype <> 'c' AND typelem = 0",
}
"""By kind: what defines each object, with its owner and rights."""
THERE: Final = "SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace('migrations')"
NONE: Final = "SELECT '' WHERE false"
TABLES: Final = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def _ask(server: Postgres, database: str, *queries: str) -> list[list[Any]]:
    """The rows of each query, in one session."""
    with server.connect(ADMINISTRATOR, server.password, database=database) as session:
        return [session.execute(query).fetchall() for query in queries]


def shape(server: Postgres, database: str) -> dict[str, list[Any]]:
    """Each kind of object, sorted."""
    found = _ask(server, database, *QUERIES.values())
    return {kind: sorted(map(repr, rows)) for kind, rows in zip(QUERIES, found, strict=True)}


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """What stands in one of two shapes alone."""
    return [
        f"{kind}: {sign} {item}"
        for kind in one
        for sign, item in (
            *(("-", item) for item in one[kind] if item not in other[kind]),
            *(("+", item) for item in other[kind] if item not in one[kind]),
        )
    ]


def invalid(server: Postgres, database: str) -> list[str]:
    """Indexes that CREATE INDEX CONCURRENTLY has left half done."""
    (found,) = _ask(server, database, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
    return [row[0] for row in found]


def rows(server: Postgres, database: str) -> dict[str, int]:
    """How many rows each table holds."""
    (found,) = _ask(server, database, TABLES)
    names = sorted(row[0] for row in found)
    counts = _ask(server, database, *(f'SELECT count(*) FROM "{name}"' for name in names))
    return {name: count[0][0] for name, count in zip(names, counts, strict=True)}


def revisions(server: Postgres, database: str) -> tuple[str | None, list[str]]:
    """What Alembic's table says, and which steps the journal holds; they must agree."""
    (there,) = _ask(server, database, THERE)
    tables = {row[0] for row in there}
    versions, entered = _ask(
        server,
        database,
        "SELECT version_num FROM migrations.alembic_version" if "alembic_version" in tables else NONE,
        "SELECT revision FROM migrations.history ORDER BY 1" if "history" in tables else NONE,
    )
    return versions[0][0] if versions else None, [row[0] for row in entered]
