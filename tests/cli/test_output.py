"""What is printed where no terminal is: one line a message, for whoever reads it."""

import pytest
from rich.table import Table

from cli import output

Captured = pytest.CaptureFixture[str]


def test_one_line_a_message(capsys: Captured) -> None:
    """Nothing is folded, brackets and numbers are text, and refusals go where no program reads."""
    text = "[red] 10.0.0.0/16 " + "word " * 400 + "end"
    output.say(text, "red")
    output.note(text)
    assert output.refuse(text) == 2
    said = capsys.readouterr()
    assert (said.out.splitlines(), said.err.splitlines()) == ([text], [text, text])


def test_tables_fold_nothing_and_end_in_no_blanks(capsys: Captured) -> None:
    """A long cell stays one line, and the title is not filled up to the width."""
    table = Table("name", "value", title="Title", title_justify="left", box=None)
    table.add_row("a", "x" * 3000)
    table.add_row("b", "y")
    output.show(table)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines[0] == "Title"
    assert "x" * 3000 in lines[2]
