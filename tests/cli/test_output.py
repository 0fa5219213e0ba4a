"""What is printed where no terminal is: one line a message, for whoever reads it."""

import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

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


def test_control_sequences_are_text(capsys: Captured) -> None:
    """In sentences and in whatever a report made, also at a terminal; the report's own colours stay."""
    nasty = "\x1b[2J\u202egone"
    output.say(nasty)
    output.note(nasty)
    output.refuse(nasty)
    table = Table("name", box=None)
    table.add_row(nasty)
    output.show(table, nasty)
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert (said.out + said.err).count("\\x1b[2J\\u202egone") == 5


def test_colours_of_reports_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets the report's colours, and none of a name's."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    monkeypatch.setattr(output, "console", console)
    output.show(Text("a\x1b[2Jb", style="red"))
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert written.startswith("\x1b[31ma\\x1b[2Jb\x1b[0m")
