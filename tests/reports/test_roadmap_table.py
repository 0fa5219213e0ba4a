"""README's table says what the ledger says."""

from pathlib import Path

import pytest

from models.roadmap.model import Clause, Ledger, State
from reports.roadmap_table import BEGIN, END, main, place, render

LEDGER = Ledger(
    clauses=(
        Clause(id="DEV-01", text="a | b"),
        Clause(
            id="SEC-06",
            text="Databases restricted",
            due="2026-Q4",
            state=State.BUILT,
            components=("components/database.py",),
            policies=("sec-06-a", "sec-06-b"),
            tests=("tests/components/test_database.py",),
            documents=("docs/runbooks/README.md",),
            open=("the VPN",),
        ),
    )
)


def test_a_row_holds_state_due_quarter_and_links() -> None:
    """A bar in a text is escaped, so that the row keeps its columns."""
    lines = render(LEDGER).splitlines()
    assert lines[0] == "2 clauses: 0 proven, 1 built, 1 planned."
    assert lines[4] == "| DEV-01 | a \\| b | from the start | planned | | | | |"
    assert lines[5] == (
        "| SEC-06 | Databases restricted (open: the VPN) | 2026-Q4 | built | [database](components/database.py) "
        "| [2](roadmap/clauses.yaml) | [database](tests/components/test_database.py) "
        "| [README](docs/runbooks/README.md) |"
    )
    assert {line.replace("\\|", "").count("|") for line in lines[2:]} == {9}


def test_a_cell_names_three_files_and_counts_more() -> None:
    """A row stays readable however much proof there is, and the ledger is one step away."""
    for count, cell in ((3, "| [a0](a0.md), [a1](a1.md), [a2](a2.md) |"), (4, "| [4](roadmap/clauses.yaml) |")):
        clause = Clause(id="DEV-01", text="a", documents=tuple(f"a{number}.md" for number in range(count)))
        assert render(Ledger(clauses=(clause,))).endswith(cell)


def test_only_the_part_between_the_markers_changes() -> None:
    """Text before and after stays; placing twice changes nothing."""
    once = place(f"# Title\n{BEGIN}\nold\n{END}\nafter\n", "new")
    assert once == f"# Title\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert place(once, "new") == once


@pytest.mark.parametrize("readme", ["", BEGIN, END, f"{END}\n{BEGIN}\n", f"{BEGIN}{END}{BEGIN}{END}"])
def test_missing_or_repeated_markers_are_refused(readme: str) -> None:
    """Nothing is guessed where the table's place is not clear."""
    with pytest.raises(ValueError, match=r"README\.md: needs"):
        place(readme, "new")


def test_check_fails_on_a_stale_table_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stale table is exit 1 with the command that repairs it; after the command the check passes."""
    readme = tmp_path / "README.md"
    stale = f"{BEGIN}\nstale\n{END}\n"
    readme.write_text(stale, encoding="utf-8")
    assert main(["--check"], readme) == 1
    assert readme.read_text(encoding="utf-8") == stale
    assert "run python -m reports.roadmap_table" in capsys.readouterr().err
    assert main([], readme) == 0
    assert main(["--check"], readme) == 0
    assert "| SEC-07 |" in readme.read_text(encoding="utf-8")


def test_a_readme_without_markers_is_an_error_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says what is missing."""
    readme = tmp_path / "README.md"
    readme.write_text("# Title\n", encoding="utf-8")
    assert main([], readme) == 1
    assert "roadmap:begin" in capsys.readouterr().err


def test_the_readme_of_this_repository_is_fresh() -> None:
    """The committed table is the ledger's."""
    assert main(["--check"]) == 0
