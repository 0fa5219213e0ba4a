"""Text from accounts that a terminal would obey, or that reads as something else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.printable import one_line, printable, without_colours

ORDINARY = "naïve Größe 東京 שלום 👩\u200d💻 x²  tab\tline\nend"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31mred", "\\x9b31mred"),
        ("a\rb", "a\\x0db"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("pass\u200bword", "pass\\u200bword"),
        ("\ufeff\u00ad", "\\ufeff\\xad"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("a\u2028b", "a\\u2028b"),
        (ORDINARY, ORDINARY),
    ],
)
def test_hidden_characters_are_escaped(text: str, shown: str) -> None:
    """Control sequences, directions and invisible marks; letters of any script and emoji stay."""
    assert printable(text) == shown


@given(st.text())
def test_nothing_hidden_is_left(text: str) -> None:
    """In any text; and a line is one, and can be encoded."""
    allowed = "\u200c\u200d"
    left = [c for c in printable(text) if unicodedata.category(c)[0] == "C" and c not in f"\n\t{allowed}"]
    assert left == []
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    line.encode()


def test_colours_are_no_text() -> None:
    """Those of the engine and those of a terminal."""
    assert without_colours("<{%fg 1%}>red<{%reset%}> \x1b[1;31mred\x1b[0m") == "red red"
