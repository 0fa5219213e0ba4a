"""The chain of steps as files: one head, no gap, and what is wrong with all of them at once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from migrations.runner import history, new
from migrations.runner.check import check
from migrations.runner.deployed import deployed, record
from migrations.runner.errors import UsageError
from tests.e2e.migrations.support.steps import deployed as everywhere
from tests.e2e.migrations.support.steps import write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The steps of core, to be changed."""
    shutil.copytree(history.ROOT / "core", tmp_path / "core")
    return tmp_path


def test_the_chain_is_read_in_order(root: Path) -> None:
    """And each stretch of it."""
    known = history.load("core", root)
    assert known.head == "r0006"
    assert [step.id for step in known.between("r0002", "r0004")] == ["r0003", "r0004"]
    assert check(known) == 6
    assert history.databases() == ["core"]
    with pytest.raises(UsageError, match="there is no database 'cor'; there are: core"):
        history.load("cor", root)
    with pytest.raises(KeyError):
        known.position("r0009")


def test_a_digest_is_that_of_the_sql(root: Path) -> None:
    """A comment and a docstring change nothing."""
    path = root / "core" / "versions" / "r0002_usage_events.py"
    before = history.load("core", root).revisions[1].digest
    path.write_text(path.read_text().replace('"""Make the table."""', '"""Make it."""  # note'))
    assert history.load("core", root).revisions[1].digest == before
    path.write_text(path.read_text().replace("units > 0", "units > 10"))
    assert history.load("core", root).revisions[1].digest != before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda root: write(root, "r0007", "SELECT 1", before="r0005"), "two heads: r0006_without_full_names.py"),
        (lambda root: write(root, "r0008", "SELECT 1", before="r0007"), "follows 'r0007', which is no step"),
        (lambda root: write(root, "r0006", "SELECT 1"), "r0006 is r0006_"),
        (lambda root: write(root, "r0003", "SELECT 1", before="r0006"), "is r0003_"),
        (lambda root: write(root, "r07", "SELECT 1", before="r0006"), "must be r and four digits"),
        (lambda root: write(root, "r0007", "SELECT 1", marker="transactional = 1"), "transactional must be True or"),
        (lambda root: write(root, "r0007", "SELECT 1", marker="contracts = 3"), "contracts must be a revision's"),
        (lambda root: write(root, "r0007", "SELECT 1", marker='depends_on = "r0001"'), "branches, merges and depend"),
        (lambda root: write(root, "r0007", "SELECT 1", marker="upgrade ="), "is no step (SyntaxError"),
        (lambda root: write(root, "r0000", "SELECT 1", before="r0006"), "follows r0006, which has no smaller number"),
    ],
)
def test_a_broken_chain_is_refused(root: Path, change: Callable[[Path], Path], message: str) -> None:
    """With the file and the way out."""
    change(root)
    with pytest.raises(UsageError) as refused:
        history.load("core", root)
    assert message in str(refused.value)


def test_a_step_without_its_functions_is_refused(root: Path) -> None:
    """Both are named."""
    (root / "core" / "versions" / "r0007_x.py").write_text('revision, down_revision = "r0007", "r0006"\n')
    with pytest.raises(UsageError, match=r"(?s)has no function upgrade.*has no function downgrade"):
        history.load("core", root)


@pytest.mark.parametrize(
    ("sql", "marker", "message"),
    [
        ("DROP TABLE users", "", "'DROP TABLE users' is destructive: drops users; expand first"),
        ("CREATE TABLE v (id int)", 'contracts = "r0003"', "nothing in it is destructive: remove the marker"),
        ("DROP TABLE users", 'contracts = "r0007"', "must be a step before this one"),
        ("DROP TABLE users", 'contracts = "r0009"', "must be a step before this one"),
        ("DROP TABLE users", 'contracts = "r0006"', "is not deployed everywhere: production has r0005; merge"),
        ("GRANT SELECT ON users TO PUBLIC", "", "rights, owners and roles come from the access model"),
        ("", "transactional = False", "transactional = False without a statement"),
    ],
)
def test_a_step_that_may_not_run_is_refused(root: Path, sql: str, marker: str, message: str) -> None:
    """Before there is any connection."""
    write(root, "r0007", sql, marker=marker)
    with pytest.raises(UsageError) as refused:
        check(history.load("core", root))
    assert message in str(refused.value)


def test_every_problem_is_said_at_once(root: Path) -> None:
    """A line each: forward and back, and a step that asks the database something."""
    write(root, "r0007", "DROP TABLE users; DROP TABLE graphs", back="GRANT SELECT ON users TO PUBLIC")
    path = write(root, "r0008", "SELECT 1")
    path.write_text(path.read_text().replace("    op.execute(", "    op.get_bind().scalar_of(", 1))
    with pytest.raises(UsageError) as refused:
        check(history.load("core", root))
    lines = str(refused.value).splitlines()
    assert len(lines) == 4
    assert "r0007_step.py: downgrade: 'GRANT SELECT ON users TO PUBLIC': rights" in lines[2]
    assert "r0008_step.py: upgrade cannot be written as SQL" in lines[3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must name each environment"),
        ("- dev\n", "must name each environment"),
        ("dev: [\n", "cannot be read"),
        ("dev: r0006\nstaging: r0009\n", "core/deployed.yaml:2: staging: 'r0009' is no step; there are up to r0006"),
        ("dev: r0006\ndev: r0005\n", "core/deployed.yaml:2: dev: stands twice"),
        ("dev: [r0006]\n", "is no step"),
    ],
)
def test_a_broken_list_of_what_is_deployed_is_refused(root: Path, text: str, message: str) -> None:
    """With its line."""
    (root / "core" / "deployed.yaml").write_text(text)
    with pytest.raises(UsageError) as refused:
        deployed(history.load("core", root))
    assert message in str(refused.value)


def test_promotion_writes_one_line(root: Path) -> None:
    """And no other; what is no environment or no step is refused."""
    known, path = history.load("core", root), root / "core" / "deployed.yaml"
    before = path.read_text().splitlines()
    record(known, "production", "r0006")
    after = path.read_text().splitlines()
    assert [line for line in after if line not in before] == ["production: r0006"]
    assert len(before) == len(after)
    for environment, revision in (("prod", "r0006"), ("dev", "r0009")):
        with pytest.raises(UsageError, match="no such environment, or no such step"):
            record(known, environment, revision)


def test_a_new_step_is_one_that_check_refuses_until_it_is_written(root: Path) -> None:
    """The next number, after the head; the name may not break the file."""
    path = new.write(history.load("core", root), "add Seats to tenants!")
    assert path.name == "r0007_add_seats_to_tenants.py"
    assert '"""Add Seats to tenants!."""' in path.read_text()
    known = history.load("core", root)
    assert known.head == "r0007"
    with pytest.raises(UsageError, match="SELECT replace_this"):
        check(known)
    for name in ("", "  ", 'say "x"', "a\nb"):
        with pytest.raises(UsageError, match="say in a few words"):
            new.write(known, name)
    shutil.rmtree(root / "core" / "versions")
    (root / "core" / "versions").mkdir()
    empty = history.load("core", root)
    assert (empty.head, empty.position(None), empty.between(None, None)) == (None, 0, ())
    assert "down_revision = None" in new.write(empty, "first").read_text()
    everywhere(root, dev="r0001")
