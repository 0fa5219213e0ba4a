"""The page and README's summary say what the ledger says."""

from pathlib import Path

import pytest

from models.roadmap.model import Clause, Ledger, State
from reports.roadmap_page import MARKERS, PAGE, README, main, page, summary

LEDGER = Ledger(
    clauses=(
        Clause(id="DEV-01", text="a | b"),
        Clause(
            id="SEC-06",
            text="Databases restricted",
            due="2026-Q4",
            state=State.BUILT,
            components=("components/database.py",),
            policies=("sec-06-private-database", "rev-01-waivers"),
            tests=("tests/components/test_database.py",),
            documents=("docs/runbooks/README.md",),
            open=("the VPN",),
        ),
    )
)


def test_the_summary_counts_states_by_chapter() -> None:
    """One row a chapter, in the order of the ledger."""
    assert summary(LEDGER).splitlines() == [
        "| Chapter | Clauses | Proven | Built | Planned |",
        "| --- | --- | --- | --- | --- |",
        "| [Development workflow and tooling](docs/roadmap.md) | DEV-01 to DEV-01 | 0 | 0 | 1 |",
        "| [Security and compliance](docs/roadmap.md) | SEC-01 to SEC-06 | 0 | 1 | 0 |",
    ]


def test_a_chapter_lists_its_clauses_with_due_quarter_and_state() -> None:
    """A bar in a text is escaped, so that the row keeps its columns."""
    lines = page(LEDGER).splitlines()
    assert "| [DEV-01](#dev-01) | a \\| b | from the start | planned |" in lines
    assert "| [SEC-06](#sec-06) | Databases restricted | 2026-Q4 | built |" in lines


def test_a_clause_names_every_file_policy_and_gap() -> None:
    """Each link leads from docs/ to the file itself, and its text is the file's path; empty lists are left out."""
    _, _, details = page(LEDGER).partition("### SEC-06")
    assert [line for line in details.splitlines() if line.startswith("- ")] == [
        "- [components/database.py](../components/database.py)",
        "- [sec-06-private-database](../policy/rules/sec_06/private_database.py)",
        "- [rev-01-waivers](../policy/core/pack.py)",
        "- [tests/components/test_database.py](../tests/components/test_database.py)",
        "- [docs/runbooks/README.md](../docs/runbooks/README.md)",
        "- the VPN",
    ]
    _, _, planned = page(LEDGER).partition("### DEV-01")
    assert "- " not in planned.partition("##")[0]


def test_check_names_what_is_stale_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stale file is exit 1 with the command that repairs it; after the command the check passes."""
    stale = f"{MARKERS.begin}\nstale\n{MARKERS.end}\n"
    (tmp_path / README).write_text(stale, encoding="utf-8")
    (tmp_path / PAGE).parent.mkdir()
    assert main(["--check"], tmp_path) == 1
    assert (tmp_path / README).read_text(encoding="utf-8") == stale
    assert not (tmp_path / PAGE).exists()
    said = capsys.readouterr().err
    assert "README.md: is out of date" in said
    assert "docs/roadmap.md: is out of date" in said
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    assert "### SEC-07" in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_a_readme_without_markers_is_an_error_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says what is missing."""
    (tmp_path / README).write_text("# Title\n", encoding="utf-8")
    assert main([], tmp_path) == 1
    assert "roadmap:begin" in capsys.readouterr().err


def test_the_files_of_this_repository_are_fresh() -> None:
    """The committed page and summary are the ledger's."""
    assert main(["--check"]) == 0
