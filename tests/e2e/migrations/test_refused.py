"""INF-04: what would break running code, lose data or fork history never reaches a table; a step can be taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from migrations.runner import history
from migrations.runner.check import check
from migrations.runner.errors import MigrationError, UsageError
from tests.e2e.migrations.support import schema
from tests.e2e.migrations.support.site import CUSTOMERS, Site
from tests.e2e.migrations.support.steps import deployed, write

pytestmark = pytest.mark.e2e
EVERYWHERE = dict.fromkeys(("dev", "staging", "production"), "r0006")
DESTRUCTIVE = {
    "column": "ALTER TABLE users DROP COLUMN email",
    "table": "DROP TABLE api_keys",
    "rows": "DELETE FROM usage_events",
    "values": "UPDATE tenants SET plan = 'free'",
    "rename": "ALTER TABLE users RENAME COLUMN email TO mail",
    "narrower": "ALTER TABLE tenants ALTER COLUMN plan TYPE varchar(5)",
    "not null": "ALTER TABLE api_keys ALTER COLUMN last_used_at SET NOT NULL",
}


def _destructive(root: Path) -> None:
    write(root, "r0007", "ALTER TABLE users DROP COLUMN email")


def _not_everywhere(root: Path) -> None:
    write(root, "r0007", "ALTER TABLE users ADD COLUMN mail text")
    write(root, "r0008", "ALTER TABLE users DROP COLUMN email", marker='contracts = "r0007"')
    deployed(root, dev="r0007", staging="r0007", production="r0006")


def _two_heads(root: Path) -> None:
    write(root, "r0007", "ALTER TABLE users ADD COLUMN mail text")
    write(root, "r0008", "ALTER TABLE users ADD COLUMN phone text", before="r0006")


def _no_sql(root: Path) -> None:
    write(root, "r0007", "ALTER TABEL users ADD COLUMN mail text")


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "destructive without a marker": (_destructive, "'ALTER TABLE users DROP COLUMN email' is destructive: "),
    "contract before its expand is everywhere": (
        _not_everywhere,
        "contracts = 'r0007' is not deployed everywhere: production has r0006",
    ),
    "two heads": (_two_heads, "two heads: r0007_step.py follows r0006 too"),
    "no SQL": (_no_sql, "PostgreSQL's parser refuses its SQL"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_never_reaches_the_database(place: Site, root: Path, tmp_path: Path, name: str) -> None:
    """Exit code 2, one line that names the file; and no session was opened."""
    change, message = REFUSED[name]
    change(root)
    database = place.at("r0006", CUSTOMERS.replace("full_name", "display_name"))
    before = place.shape(database), schema.rows(place.server, database)
    place.server.execute(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    code, _, error = place.run(database, "upgrade", folder=tmp_path, root=root)
    assert code == UsageError.code, error
    assert message in error
    assert error.startswith("core: r000")
    assert (place.shape(database), schema.rows(place.server, database)) == before


@pytest.mark.parametrize("name", DESTRUCTIVE)
def test_what_needs_the_marker_runs_with_it(place: Site, root: Path, name: str) -> None:
    """Refused without; with it, and the expand step everywhere, the real server takes it."""
    sql = DESTRUCTIVE[name]
    path = write(root, "r0007", sql)
    with pytest.raises(UsageError, match="is destructive"):
        check(history.load("core", root))
    path.unlink()
    write(root, "r0007", sql, marker='contracts = "r0006"')
    deployed(root, **EVERYWHERE)
    database = place.at("r0006")
    assert place.runner(database, history=history.load("core", root)).upgrade() == ["r0007"]


def test_expand_and_contract_are_two_runs(place: Site, root: Path) -> None:
    """Even where every environment is said to have the expand step: this database got it in the same run."""
    database = place.at("r0002", CUSTOMERS)
    with pytest.raises(MigrationError, match=r"r0006_without_full_names.py contracts r0003, which the same run would"):
        place.runner(database).upgrade()
    assert schema.revisions(place.server, database)[0] == "r0002"
    assert place.runner(database).upgrade("r0005") == ["r0003", "r0004", "r0005"]
    assert place.runner(database).upgrade() == ["r0006"]


def test_a_run_that_stopped_is_one_with_the_next(place: Site, root: Path) -> None:
    """It failed between expand and contract: code that knows the expand step was never deployed."""
    database = place.at("r0002", CUSTOMERS)
    (root / "core" / "versions" / "r0006_without_full_names.py").unlink()
    write(root, "r0007", "CREATE TABLE late AS SELECT 1 / 0", before="r0005")
    deployed(root, **dict.fromkeys(EVERYWHERE, "r0005"))
    with pytest.raises(MigrationError, match="division by zero"):
        place.runner(database, history=history.load("core", root)).upgrade()
    assert schema.revisions(place.server, database)[0] == "r0005"
    with pytest.raises(MigrationError, match="which the same run would add"):
        place.runner(database).upgrade()
    assert place.runner(database).upgrade("r0005") == []


def test_newer_code_and_edited_history_are_noticed(place: Site, root: Path) -> None:
    """The image is older than the database, or a step is not what ran: exit, and nothing is touched."""
    database = place.at("r0006")
    versions = root / "core" / "versions"
    edited = versions / "r0002_usage_events.py"
    edited.write_text(edited.read_text().replace("'export'", "'export', 'share'"))
    with pytest.raises(MigrationError, match=r"r0002_usage_events\.py is not what ran here"):
        place.runner(database, history=history.load("core", root)).upgrade()
    (versions / "r0006_without_full_names.py").unlink()
    deployed(root, **dict.fromkeys(EVERYWHERE, "r0005"))
    with pytest.raises(MigrationError, match="is at r0006, which this image does not know: it ends at r0005"):
        place.runner(database, history=history.load("core", root)).upgrade()


def test_code_that_went_back_leaves_what_newer_code_did(place: Site, root: Path, tmp_path: Path) -> None:
    """A rollback brings the older image back: its Job succeeds, and changes neither schema nor rights."""
    database = place.at("r0006")
    newer = place.database(database)
    write(root, "r0007", "ALTER TABLE users ADD COLUMN mail text")
    assert place.runner(newer, history=history.load("core", root)).upgrade() == ["r0007"]
    place.server.execute("REVOKE SELECT ON users FROM access_reader", database=newer)
    before = place.shape(newer)
    code, said, error = place.run(newer, "upgrade", folder=tmp_path)
    assert (code, error) == (0, "")
    assert said == "core: at r0007, ahead of r0006, where this image ends; nothing was changed\n"
    assert (place.shape(newer), schema.revisions(place.server, newer)[0]) == (before, "r0007")
    for refused in (place.runner(newer).downgrade, place.runner(newer).status):
        with pytest.raises(MigrationError, match="is at r0007, which this image does not know: it ends at r0006"):
            refused()


def test_every_step_can_be_taken_back(place: Site) -> None:
    """From the head to nothing, and up again: each time the schema is that of the revision."""
    database = place.at("r0006")
    shapes = {}
    for step in place.known.revisions:
        shapes[step.id] = place.shape(place.at(step.id))
    for step in reversed(place.known.revisions):
        assert _alike(shapes[step.id], place.shape(database)) == []
        assert place.runner(database).downgrade() == step.before
    assert schema.rows(place.server, database) == {}
    with pytest.raises(MigrationError, match="no step has run, so none can be taken back"):
        place.runner(database).downgrade()
    place.runner(database).upgrade()
    assert schema.differences(shapes["r0006"], place.shape(database)) == []
    print(f"steps taken back on PostgreSQL: {len(shapes)} of {len(shapes)} leave the schema before them")


def _alike(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    """Differences but one: a check that is made again is valid at once."""
    return [item for item in schema.differences(one, other) if "users_display_name" not in item]


def test_taking_back_loses_nothing_unless_asked(place: Site) -> None:
    """A table with rows and a column with values stay; ``discard`` gives them up."""
    database = place.at("r0002", CUSTOMERS)
    with pytest.raises(MigrationError, match=r"usage_events would be lost.*--discard-data gives the data up"):
        place.runner(database).downgrade()
    assert schema.rows(place.server, database)["usage_events"] == 200
    place.runner(database).upgrade("r0003")
    with pytest.raises(MigrationError, match=r"users\.display_name would be lost"):
        place.runner(database).downgrade()
    assert place.runner(database).downgrade(discard=True) == "r0002"
    assert schema.rows(place.server, database)["users"] == 100
