"""``make promote``, ``make rollback`` and ``make skew``, as docs/how-to/promote-a-version.md says."""

import datetime as dt
import json
import stat

import pytest

from cli import application as cli
from cli.charts_repository import git
from cli.commands import promote, rollback, skew
from models.promotion import freight
from models.promotion.verdicts import text
from tests.models.promotion.support.verdicts import document
from tests.models.support.catalogs import DEV, PRODUCTION, STAGING, A, B, CatalogFolder, catalog_folder

__all__ = ["catalog_folder"]
LOAD, READ = freight.load, freight.read


@pytest.fixture
def charts(folder: CatalogFolder, monkeypatch: pytest.MonkeyPatch) -> CatalogFolder:
    """The charts of a small catalog, with one commit; the commands judge them by that catalog."""
    git(folder.root, "init", "--quiet", "--initial-branch", "main")
    commit(folder, "seed")
    for module in (promote, rollback):
        monkeypatch.setattr(module, "load", lambda charts: LOAD(charts, folder.root))
    monkeypatch.setattr(skew.freight, "load", lambda charts: LOAD(charts, folder.root))
    monkeypatch.setattr(skew.freight, "read", lambda charts, _: READ(charts, folder.root))
    return folder


def commit(folder: CatalogFolder, message: str) -> str:
    """Commit everything; the commit."""
    git(folder.root, "add", "--all")
    git(folder.root, "commit", "--quiet", "--message", message)
    return git(folder.root, "rev-parse", "HEAD")


def run(folder: CatalogFolder, *words: str) -> int:
    """A command with the folder's charts."""
    return cli.main([*words, "--charts", str(folder.root / "charts")])


def verdicts(folder: CatalogFolder, stage: str, **changes: dict[str, object]) -> str:
    """The path of verdicts as of now, healthy but for ``changes``."""
    made = document(LOAD(folder.root / "charts", folder.root), stage, changes)
    made["time"] = text(dt.datetime.now(dt.UTC))
    for entry in made["verdicts"]:
        entry["since"] = text(dt.datetime.now(dt.UTC) - dt.timedelta(days=2))
    path = folder.root / "verdicts.json"
    path.write_text(json.dumps(made))
    return str(path)


def test_verified_lines_move_and_the_table_says_what_and_why(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line of one file; rights and every other byte stay."""
    charts.write(STAGING, "# kept\n" + charts.text(STAGING))
    (charts.root / STAGING).chmod(0o640)
    before = charts.text(STAGING)
    assert run(charts, "promote", "--to", "staging", "--verdicts", verdicts(charts, "dev")) == 0
    assert charts.text(STAGING) == before.replace(f"chart: 1.0.1, image: {A}", f"chart: 1.1.0, image: {B}")
    assert stat.S_IMODE((charts.root / STAGING).stat().st_mode) == 0o640
    out = capsys.readouterr().out
    assert "1.0.1 to 1.1.0" in out
    assert "held back: " in out
    assert "dev.yaml:4: trial has no line in staging yet" in out
    assert "1 moved to staging, 1 held back." in out
    assert sorted(path.name for path in (charts.root / "charts/versions").iterdir()) == [
        "dev.yaml", "production.yaml", "staging.yaml",
    ]  # fmt: skip


def test_what_is_held_back_is_no_error_and_writes_nothing(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """A workflow that runs each half hour must not fail because something is not ready yet."""
    before = charts.text(STAGING)
    bad = verdicts(charts, "dev", orders={"health": "Degraded"})
    assert run(charts, "promote", "--to", "staging", "--service", "orders", "--verdicts", bad) == 0
    assert charts.text(STAGING) == before
    assert "health: 'Degraded': is not Healthy" in capsys.readouterr().out


def test_dry_writes_nothing_and_markdown_is_for_a_pull_request(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same decision."""
    before = charts.text(STAGING)
    assert run(charts, "promote", "--to", "staging", "--dry", "--verdicts", verdicts(charts, "dev")) == 0
    assert "1 would move to staging" in capsys.readouterr().out
    words = ("--format", "markdown", "--dry", "--verdicts", verdicts(charts, "dev"))
    assert run(charts, "promote", "--to", "staging", *words) == 0
    out = capsys.readouterr().out
    assert "| orders | 1.0.1 to 1.1.0 | aaaaaaaaaaaa to bbbbbbbbbbbb |  |" in out
    assert "- `" in out
    assert charts.text(STAGING) == before


def test_a_service_that_is_new_in_the_stage_gets_its_line(charts: CatalogFolder) -> None:
    """Where it is named; then there is nothing left to promote."""
    path = verdicts(charts, "dev")
    for service in ("trial", "orders"):
        assert run(charts, "promote", "--to", "staging", "--service", service, "--verdicts", path) == 0
    lines = [line.partition(", chart")[2] for line in charts.text(STAGING).splitlines()]
    assert lines == [line.partition(", chart")[2] for line in charts.text(DEV).splitlines()]
    assert run(charts, "promote", "--to", "staging", "--verdicts", path, "--format", "markdown") == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "TO or VERDICTS not given"),
        (["--to", "staging"], "TO or VERDICTS not given"),
        (["--to", "stag", "--verdicts", "v"], "TO='stag' is no environment with versions of its own: did you mean sta"),
        (["--to", "sandbox", "--verdicts", "v"], "use one of dev, staging, production"),
        (["--to", "dev", "--verdicts", "v"], "TO=dev: it is the first"),
        (["--to", "staging", "--verdicts", "v", "--service", "ordrs"], "SERVICE='ordrs' has no line in dev: did you"),
        (["--to", "staging", "--verdicts", "nowhere"], "is no file; make verdicts ENVIRONMENT=dev"),
    ],
)
def test_a_mistake_is_one_sentence(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    """And exit code 2."""
    assert run(charts, "promote", *words) == 2
    assert why in capsys.readouterr().err


def test_errors_of_files_are_said_and_nothing_is_written(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdicts of another stage; a file of versions that cannot be read."""
    before = charts.text(STAGING)
    assert run(charts, "promote", "--to", "staging", "--verdicts", verdicts(charts, "staging")) == 2
    assert "environment: 'staging': is not dev, from which the freight comes" in capsys.readouterr().err
    path = verdicts(charts, "dev")
    charts.edit(PRODUCTION, "chart: 1.0.0", "chart: 1.0")
    assert run(charts, "promote", "--to", "staging", "--verdicts", path) == 2
    assert "production.yaml:1: 0.chart: 1.0: is not text" in capsys.readouterr().err
    assert charts.text(STAGING) == before


def test_rollback_writes_the_earlier_line_and_asks_no_verdict(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Previous, or as of a commit; one line."""
    first = git(charts.root, "rev-parse", "HEAD")
    seed = charts.text(STAGING)
    assert run(charts, "promote", "--to", "staging", "--service", "orders", "--verdicts", verdicts(charts, "dev")) == 0
    commit(charts, "promote")
    promoted = charts.text(STAGING)
    back = ("rollback", "--service", "orders", "--environment", "staging")
    assert run(charts, *back, "--dry") == 0
    assert charts.text(STAGING) == promoted
    assert run(charts, *back) == 0
    assert charts.text(STAGING) == seed
    assert f"took staging back from orders 1.1.0 bbbbbbbbbbbb to orders 1.0.1 aaaaaaaaaaaa of {first[:12]}" in (
        capsys.readouterr().out
    )
    commit(charts, "rollback")
    assert run(charts, *back) == 0
    assert charts.text(STAGING) == promoted  # what ran before the rollback
    assert run(charts, *back, "--to", first[:8]) == 0
    assert charts.text(STAGING) == seed
    assert run(charts, *back, "--to", first) == 0
    assert "already: nothing to write" in capsys.readouterr().out
    assert run(charts, "skew") == 0


def test_migrations_move_and_go_back_with_their_line(charts: CatalogFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, whatever of it changes; a line of before the service migrated goes back with the migrations of now."""
    seed = git(charts.root, "rev-parse", "HEAD")
    charts.migrate()
    commit(charts, "migrates")
    charts.edit(DEV, f"migrations: {A}", f"migrations: {B}")
    commit(charts, "a step")
    before = charts.text(STAGING)
    path = verdicts(charts, "dev")
    assert run(charts, "promote", "--to", "staging", "--verdicts", path, "--dry", "--format", "markdown") == 0
    assert "aaaaaaaaaaaa to bbbbbbbbbbbb | aaaaaaaaaaaa to bbbbbbbbbbbb |" in capsys.readouterr().out
    assert run(charts, "promote", "--to", "staging", "--service", "orders", "--verdicts", path) == 0
    assert charts.text(STAGING) == before.replace(f"image: {A}, migrations: {A}", f"image: {B}, migrations: {B}")
    commit(charts, "promote")
    back = ("rollback", "--service", "orders", "--environment", "staging")
    assert run(charts, *back) == 0
    assert charts.text(STAGING) == before
    assert "with migrations bbbbbbbbbbbb to orders 1.1.0 aaaaaaaaaaaa with mig" in capsys.readouterr().out
    assert run(charts, "skew") == 0
    assert run(charts, *back, "--to", seed) == 2
    assert "chart 1.0.1 is of a time when orders migrated no database" in capsys.readouterr().err
    assert charts.text(STAGING) == before


def test_rollback_is_held_to_the_bound(charts: CatalogFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """Production may not be newer than staging."""
    charts.edit(PRODUCTION, f"1.0.0, image: {A}", f"1.1.0, image: {A}")
    charts.edit(STAGING, f"1.1.0, image: {A}", f"1.0.1, image: {A}")
    charts.edit(DEV, f"1.1.0, image: {A}", f"1.0.1, image: {A}")
    commit(charts, "older")
    for file in (DEV, STAGING):
        charts.edit(file, f"1.0.1, image: {A}", f"1.1.0, image: {A}")
    commit(charts, "newer")
    before = charts.text(STAGING)
    assert run(charts, "rollback", "--service", "gateway", "--environment", "staging") == 2
    assert "1.1.0 of production is newer than 1.0.1" in capsys.readouterr().err
    assert charts.text(STAGING) == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "SERVICE and ENVIRONMENT not given"),
        (["--service", "orders"], "ENVIRONMENT not given"),
        (["--service", "orders", "--environment", "prod"], "did you mean production?"),
        (["--service", "trial", "--environment", "staging"], "SERVICE='trial' has no line in staging"),
        (["--service", "orders", "--environment", "staging"], "staging never ran another version of orders"),
        (
            ["--service", "orders", "--environment", "staging", "--to", "HEAD;id"],
            "TO='HEAD;id' is neither previous",
        ),
        (["--service", "orders", "--environment", "staging", "--to", "abcd1234"], "TO=abcd1234 is no commit of this"),
    ],
)
def test_a_rollback_to_nowhere_is_refused(
    charts: CatalogFolder, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    """One sentence, exit code 2."""
    assert run(charts, "rollback", *words) == 2
    assert why in capsys.readouterr().err


def test_a_commit_of_another_branch_is_no_history(charts: CatalogFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody merged it."""
    git(charts.root, "checkout", "--quiet", "-b", "other")
    charts.edit(STAGING, f"1.0.1, image: {A}", f"1.0.0, image: {A}")
    other = commit(charts, "other")
    git(charts.root, "checkout", "--quiet", "main")
    assert run(charts, "rollback", "--service", "orders", "--environment", "staging", "--to", other) == 2
    assert "is no commit of this branch" in capsys.readouterr().err
    git(charts.root, "rm", "--quiet", STAGING)
    gone = commit(charts, "gone")
    git(charts.root, "checkout", "--quiet", "HEAD~1", "--", STAGING)
    assert run(charts, "rollback", "--service", "orders", "--environment", "staging", "--to", gone) == 2
    charts.edit(STAGING, "service: orders", "service: elder")
    without = commit(charts, "without")
    charts.edit(STAGING, "service: elder", "service: orders")
    assert run(charts, "rollback", "--service", "orders", "--environment", "staging", "--to", without) == 2
    assert "staging ran no version of orders then" in capsys.readouterr().err


def test_skew_shows_versions_and_refuses_what_no_stage_has_tried(
    charts: CatalogFolder, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the history before the change: one pull request cannot bring freight into two stages at once."""
    assert run(charts, "skew") == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if "gateway" in line)
    assert "production" in row
    base = tmp_path_factory.mktemp("elsewhere") / "base"
    git(charts.root, "clone", "--quiet", ".", str(base))
    for file in (STAGING, PRODUCTION):
        charts.edit(file, f"1.1.0, image: {B}", f"1.0.0, image: {'sha256:' + 'c' * 64}")
    commit(charts, "both at once")
    assert run(charts, "skew") == 0
    assert run(charts, "skew", "--against", str(base / "charts")) == 1
    err = capsys.readouterr().err
    assert "staging.yaml:3: pages: '1.0.0': was never in dev, by the history of its file" in err
    assert "production.yaml:3: pages: '1.0.0': was never in staging" in err
    charts.edit(PRODUCTION, f"1.0.0, image: {A}", f"2.0.0, image: {A}")
    assert run(charts, "skew") == 1
    assert "production.yaml:1: 0.chart: '2.0.0': is newer than 1.1.0 of staging" in capsys.readouterr().err


def test_history_that_is_not_there_or_cut_short_is_said(
    charts: CatalogFolder, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shallow clone knows too little."""
    tmp_path = tmp_path_factory.mktemp("elsewhere")
    charts.edit(DEV, "chart: 1.1.0", "chart: 1.2.0")
    commit(charts, "second")
    git(charts.root, "clone", "--quiet", "--depth", "1", f"file://{charts.root}", str(tmp_path / "shallow"))
    assert run(charts, "skew", "--against", str(tmp_path / "shallow" / "charts")) == 2
    assert "its history is cut short" in capsys.readouterr().err
    (tmp_path / "none").mkdir()
    assert run(charts, "skew", "--against", str(tmp_path / "none")) == 2
    assert "has no history that git can read" in capsys.readouterr().err
    git(tmp_path / "none", "init", "--quiet")
    assert run(charts, "skew", "--against", str(tmp_path / "none")) == 2
    assert "has no history" in capsys.readouterr().err
    assert run(charts, "skew", "--against", str(charts.root / "catalog")) == 2
    assert "has no history of versions" in capsys.readouterr().err
    assert run(charts, "skew", "--against", str(tmp_path / "nowhere")) == 2
    assert "its history cannot be read: No such file" in capsys.readouterr().err
