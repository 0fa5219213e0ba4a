"""What a step may take from the code that runs beside it, by PostgreSQL's own parser."""

import pytest

from migrations.runner.compatibility import Step, statements
from migrations.runner.errors import UsageError
from migrations.runner.schema import Schema
from migrations.runner.tables import Kind

BEFORE = """
CREATE TABLE t (id bigint PRIMARY KEY, name varchar(20), price numeric(8, 2), n int, note text);
CREATE TABLE u (id bigint);
ALTER TABLE t ADD CONSTRAINT named CHECK (name IS NOT NULL) NOT VALID;
ALTER TABLE t ADD CONSTRAINT noted CHECK (note IS NOT NULL) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT noted;
"""
HARMLESS = (
    "CREATE TABLE v (id int)",
    "CREATE TABLE v (id int); CREATE INDEX v_id ON v (id); ALTER TABLE v DROP COLUMN id; UPDATE v SET id = 1",
    "CREATE TABLE v (id int); DROP TABLE v",
    "CREATE TABLE v (id int); ALTER TABLE v RENAME COLUMN id TO key",
    "CREATE VIEW w AS SELECT id FROM t",
    "CREATE TYPE kind AS ENUM ('a'); ALTER TYPE kind ADD VALUE 'b'",
    "ALTER TABLE t ADD COLUMN more text",
    "ALTER TABLE t ADD COLUMN more text NOT NULL DEFAULT ''",
    "ALTER TABLE t ADD COLUMN more int GENERATED ALWAYS AS (n * 2) VIRTUAL",
    "ALTER TABLE t ALTER COLUMN name TYPE varchar(30)",
    "ALTER TABLE t ALTER COLUMN name TYPE varchar",
    "ALTER TABLE t ALTER COLUMN name TYPE text",
    "ALTER TABLE t ALTER COLUMN price TYPE numeric(10, 2)",
    "ALTER TABLE t ALTER COLUMN price TYPE numeric",
    "ALTER TABLE t ALTER COLUMN note SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN n SET DEFAULT 1",
    "ALTER TABLE t ALTER COLUMN id DROP NOT NULL",
    "ALTER TABLE t VALIDATE CONSTRAINT named",
    "ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0) NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT known FOREIGN KEY (n) REFERENCES u (id) NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT one UNIQUE USING INDEX t_one",
    "INSERT INTO u SELECT id FROM t ON CONFLICT DO NOTHING",
    "UPDATE t SET note = name WHERE note IS NULL",
    "UPDATE t SET note = name, n = 1 WHERE note IS NULL AND n IS NULL",
    "SET LOCAL lock_timeout = '1s'",
    "COMMENT ON TABLE t IS 'x'",
)
DESTRUCTIVE = (
    "DROP TABLE t",
    "DROP VIEW w",
    "TRUNCATE t",
    "DELETE FROM t",
    "WITH gone AS (DELETE FROM t RETURNING id) INSERT INTO u SELECT id FROM gone",
    "CREATE TABLE v AS WITH gone AS (UPDATE t SET n = 1 RETURNING id) SELECT id FROM gone",
    "INSERT INTO u VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2",
    "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE",
    "UPDATE t SET n = 1",
    "UPDATE t SET n = 1 WHERE note IS NULL",
    "UPDATE t SET n = 1 WHERE n IS NULL OR n = 2",
    "UPDATE t SET n = 1, note = '' WHERE n IS NULL",
    "UPDATE t SET n = 1 WHERE n IS NOT NULL",
    "ALTER TABLE t DROP COLUMN n",
    "ALTER TABLE t DROP CONSTRAINT noted",
    "ALTER TABLE t RENAME COLUMN n TO m",
    "ALTER TABLE t RENAME TO s",
    "ALTER TABLE t SET SCHEMA other",
    "ALTER TYPE kind RENAME VALUE 'a' TO 'b'",
    "ALTER TABLE t ADD COLUMN more text NOT NULL",
    "ALTER TABLE t ALTER COLUMN name TYPE varchar(10)",
    "ALTER TABLE t ALTER COLUMN n TYPE bigint",
    "ALTER TABLE t ALTER COLUMN price TYPE numeric(10, 3)",
    "ALTER TABLE t ALTER COLUMN name TYPE text USING upper(name)",
    "ALTER TABLE elsewhere ALTER COLUMN c TYPE text",
    "ALTER TABLE t ALTER COLUMN name SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN n SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN n DROP DEFAULT",
    "ALTER TABLE t DISABLE TRIGGER ALL",
    "SELECT set_config('role', 'postgres', false)",
    "VACUUM t",
)
BLOCKS = (
    "CREATE INDEX t_n ON t (n)",
    "ALTER TABLE t ADD COLUMN more int UNIQUE",
    "ALTER TABLE t ADD COLUMN more int CHECK (more > 0)",
    "ALTER TABLE t ADD COLUMN more bigserial",
    "ALTER TABLE t ADD COLUMN more int GENERATED ALWAYS AS (n * 2) STORED",
    "ALTER TABLE t ADD COLUMN more uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE t ADD CONSTRAINT one UNIQUE (n)",
    "ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0)",
    "ALTER TABLE t ADD CONSTRAINT there CHECK (n IS NOT NULL)",
    "ALTER TABLE t ADD CONSTRAINT apart EXCLUDE (n WITH =)",
)
FORBIDDEN = (
    "GRANT SELECT ON t TO PUBLIC",
    "ALTER TABLE t OWNER TO somebody",
    "CREATE ROLE more",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "CREATE EXTENSION pgcrypto",
    "CREATE SCHEMA other",
    "CREATE TABLE other.t (id int)",
    "CREATE VIEW other.w AS SELECT 1",
    "DO $$ BEGIN DELETE FROM t; END $$",
    "CALL tidy()",
    "COPY t FROM PROGRAM 'true'",
    "SET ROLE postgres",
    "SET LOCAL session_replication_role = 'replica'",
    "COMMIT",
    "LOCK TABLE t",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n)",
    "DROP INDEX CONCURRENTLY IF EXISTS t_n",
    "CREATE TABLE v (id int); ALTER TABLE v OWNER TO somebody",
)
ALONE = {
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n)": set(),
    "DROP INDEX CONCURRENTLY IF EXISTS t_n": {Kind.DESTRUCTIVE},
    "CREATE INDEX CONCURRENTLY t_n ON t (n)": {Kind.FORBIDDEN},
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS ON t (n)": None,
    "DROP INDEX CONCURRENTLY t_n": {Kind.FORBIDDEN},
    "CREATE TABLE v (id int)": {Kind.FORBIDDEN},
    "UPDATE t SET note = '' WHERE note IS NULL": {Kind.FORBIDDEN},
    "GRANT SELECT ON t TO PUBLIC": {Kind.FORBIDDEN},
}


def kinds(sql: str, *, transactional: bool = True) -> set[Kind]:
    """What is found in a step after ``BEFORE``."""
    schema = Schema()
    Step(schema=schema).judge(BEFORE, "before")
    return {one.kind for one in Step(schema=schema, transactional=transactional).judge(sql, "step")}


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        *((sql, None) for sql in HARMLESS),
        *((sql, Kind.DESTRUCTIVE) for sql in DESTRUCTIVE),
        *((sql, Kind.BLOCKS) for sql in BLOCKS),
        *((sql, Kind.FORBIDDEN) for sql in FORBIDDEN),
    ],
)
def test_a_statement_is_judged(sql: str, kind: Kind | None) -> None:
    """Harmless without a finding, and each other one by its kind."""
    found = kinds(sql)
    assert found == (set() if kind is None else found | {kind}), found


@pytest.mark.parametrize("sql", ALONE)
def test_outside_of_a_transaction_only_what_can_be_run_again(sql: str) -> None:
    """An index by name, IF NOT EXISTS, or its removal, IF EXISTS."""
    if ALONE[sql] is None:
        with pytest.raises(UsageError, match="parser refuses"):
            kinds(sql, transactional=False)
    else:
        assert kinds(sql, transactional=False) == ALONE[sql]


def test_the_schema_follows_names() -> None:
    """A renamed table keeps its checks and columns; a dropped one has none."""
    schema = Schema()
    Step(schema=schema).judge(BEFORE + "ALTER TABLE t RENAME TO s; ALTER TABLE s RENAME COLUMN n TO m", "step")
    assert schema.tables["s"]["m"] == ("int4", ())
    assert schema.never_null("s", "note")
    Step(schema=schema).judge("ALTER TABLE s DROP CONSTRAINT noted; ALTER TABLE s DROP COLUMN m; DROP TABLE u", "step")
    assert not schema.never_null("s", "note")
    assert "m" not in schema.tables["s"]
    assert "u" not in schema.tables


def test_statements_are_told_apart_in_any_script() -> None:
    """Text beyond ASCII before a statement moves no border."""
    found = statements("COMMENT ON TABLE t IS 'größe €'; SELECT 1", "step")
    assert [text for text, _ in found] == ["COMMENT ON TABLE t IS 'größe €'", "SELECT 1"]
    with pytest.raises(UsageError, match="step: PostgreSQL's parser refuses its SQL: syntax error"):
        statements("SELEC 1", "step")
