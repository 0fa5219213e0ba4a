"""One reader: plain values with their lines, or one problem for each mistake; nothing else, whatever the bytes are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.problems import MOST, Fault, FileError, Problem, lines, nearest, ordered, shown
from lib.yaml_file import read
from lib.yaml_nodes import UNUSABLE, USUAL, BrokenError, compose
from tests.support.effort import MOMENT, effort

pytestmark = pytest.mark.no_cover

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]\n" for above, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BROKEN = [
    # text, line, why
    (BOMB, 1, "has an anchor (&)"),
    ("a: 1\nb: &a [*a]\n", 2, "has an anchor (&)"),
    ("a: *b\n", 1, "has an alias (*)"),
    ("a:\n  <<: {b: 1}\n", 2, "has a merge key"),
    ("a: 1\nb: !foo c\n", 2, "has a tag (!)"),
    ("a: !!python/object:os.system b\n", 1, "has a tag (!)"),
    ("[" * 5000 + "]" * 5000, 1, "is nested deeper than 20 levels"),
    ("".join(" " * level + "a:\n" for level in range(600)), 21, "is nested deeper than 20 levels"),
    ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
    ("a: 1\nb: c\x00d\n", 2, "holds the character U+0000"),
    ("a: 1\nb: c\x07d\n", 2, "holds the character U+0007"),
    ("a: 1\nb: c\u200bd\n", 2, "holds the character U+200B"),
    ("a: 1\nb: c\u202ed\n", 2, "holds the character U+202E"),
    ("a: 1\nb:\u00a0c\n", 2, "holds the character U+00A0"),
    ("a: 1\nb: c\u2028d\n", 2, "holds the character U+2028"),
    ("a: 1\nb: \ufeffc\n", 2, "holds the character U+FEFF"),
    ("a:\n\tb: c\n", 2, "cannot start any token"),
    ('a: 1\nb: "c\nd: e\n', 2, "found unexpected end of stream"),
    ("a: [\n", 2, "is not YAML from here on"),
    ("a: b: c\n", 1, "is not YAML from here on"),
    ("? [a]\n: b\n", 1, "has a list or a mapping as a key"),
    ("a: 1\nb: " + "x" * 20_000, 2, "is 20000 characters long"),
    ("a: 1\nb: " + "x" * 5_000_000, 2, "is larger than 256 KiB"),
    ("a: [" + "x, " * 20_000 + "]\n", 1, "has more than 10000 values"),
    ("".join(f"k{number}: 0{number % 8}\n" for number in range(500)), 101, "has more than 100 values"),
    ("%YAML 9.9\n---\na: b\n", 1, "is not YAML"),
]
"""Texts of which nothing can be used: one problem each."""

ODD = [
    ("a: 010\n", "a", 1, "is read by YAML as 8"),
    ("a:\n  b: [1, 4_43]\n", "a.b.1", 2, "is read by YAML as 443"),
    ("a:\n  - b\n  - yes\n", "a.1", 3, "is read by YAML as true"),
    ("a:\n  b:\n    1.20\n", "a.b", 2, "is read by YAML as 1.2"),
    ("a: null\n", "a", 1, "has no value"),
    ("a:\nb: 1\n", "a", 1, "has no value"),
    ('a: "b\\0c"\n', "a", 1, "holds the character U+0000"),
    ('a: "b\\u200bc"\n', "a", 1, "holds the character U+200B"),
    ("a: 1\nb: 2\na: 3\n", "a", 3, "given twice, first on line 1"),
    ("a:\n  - b: 1\n    b: 2\n", "a.0.b", 3, "given twice, first on line 2"),
    ("a: 1\n'': 2\n", "", 2, "has an empty key"),
    ("a: 1\n? \n: 2\n", "", 2, "has an empty key"),
    ("a: 1\nyes: 2\n", "yes", 2, "has a key that YAML does not read as text"),
    ("a: 1\n7: 2\n", "7", 2, "has a key that YAML does not read as text"),
    ("a: 1\n2026-01-01: 2\n", "2026-01-01", 2, "has a key that YAML does not read as text"),
    (f"a: 1\n{'k' * 300}: 2\n", "k" * 300, 2, "has a key that is no name"),
]
"""Texts with one value or key that cannot be used: the rest can."""


def file_of(folder: Path, content: str | bytes) -> Path:
    """The content as a file."""
    path = folder / "data.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only(path: Path) -> Problem:
    """The one problem for which nothing could be read."""
    with pytest.raises(FileError) as caught:
        read(path)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(("text", "line", "why"), BROKEN, ids=[why for *_, why in BROKEN])
def test_what_cannot_be_used_is_one_short_line_at_once(tmp_path: Path, text: str, line: int, why: str) -> None:
    """File, line and fix, at once and without megabytes of quotes."""
    path, problems = file_of(tmp_path, text), list[Problem]()
    assert effort(lambda: problems.append(only(path))) < MOMENT
    (problem,) = problems
    assert str(problem).startswith(f"{path}:{line}: ")
    assert why in problem.why
    assert len(str(problem)) < 300 + len(str(path))


@pytest.mark.parametrize(("text", "key", "line", "why"), ODD, ids=[f"{why}-{n}" for n, (*_, why) in enumerate(ODD)])
def test_one_odd_value_is_one_problem_with_its_line(tmp_path: Path, text: str, key: str, line: int, why: str) -> None:
    """The line is that of the key, or of the item; everything else is read."""
    (problem,) = read(file_of(tmp_path, text)).problems
    assert (problem.key, problem.line) == (key, line)
    assert why in problem.why


@pytest.mark.parametrize("content", [b"a: 1\nb: caf\xe9\n", b"a: 1\n\xff\xfeb"])
def test_another_encoding_is_refused_where_it_begins(tmp_path: Path, content: bytes) -> None:
    """Latin-1 and UTF-16 are no UTF-8."""
    problem = only(file_of(tmp_path, content))
    assert (problem.line, problem.why) == (2, "is not UTF-8 from here on")


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa: 1\nb: [x, z]\n", b"a: 1\r\nb: [x, z]\r\n"])
def test_what_editors_on_windows_write_is_the_same(tmp_path: Path, content: bytes) -> None:
    """A byte-order mark and CRLF change nothing."""
    file = read(file_of(tmp_path, content))
    assert (file.data, file.problems) == ({"a": 1, "b": ("x", "z")}, ())


def test_what_is_no_file_is_one_problem(tmp_path: Path) -> None:
    """Missing, a folder, inside of a file: a sentence and no line."""
    assert only(tmp_path / "none.yaml").why == "does not exist"
    assert only(tmp_path).why == "is a folder"
    assert only(file_of(tmp_path, "a: b") / "inside.yaml").why.startswith("cannot be read: ")


def test_an_odd_value_is_said_once(tmp_path: Path) -> None:
    """What a reader says of a value, of what holds it or of what is in it, is dropped where the value is reported."""
    file = read(file_of(tmp_path, "a:\n  b: 010\nc: 1\n"))
    assert file.data == {"a": {"b": UNUSABLE}, "c": 1}
    said = [("a", "b"), ("a",), ("a", "b", "0"), ("c",), ("a", "d")]

    kept = file.unreported(Fault(path=path, why="w", fix="f") for path in said)
    assert [(problem.key, problem.line) for problem in kept] == [("c", 3), ("a.d", 1)]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_values_or_problems(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """No content makes the reader fail in another way."""
    path = file_of(tmp_path_factory.getbasetemp(), content)
    try:
        problems = read(path).problems
    except FileError as error:
        problems = error.problems
    assert all(problem.line and problem.fix for problem in problems)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@`?, \n\t017_.~<="), max_size=60))
def test_any_syntax_is_values_or_problems(text: str) -> None:
    """The characters that mean something, in any order."""
    try:
        _, problems = compose(text)
    except BrokenError as error:
        problems = [error.problem]
    assert all(problem.line and problem.fix for problem in problems)


def test_values_are_shown_short_and_never_as_secrets() -> None:
    """A long value is cut, what does not print is escaped, and what looks like a credential is hidden."""
    assert len(shown("x" * 1_000_000)) <= 80
    assert len(shown({"a": ["x" * 1000] * 1000})) <= 80
    assert shown("a\x1b[31mb") == r"'a\x1b[31mb'"
    assert "AKIA" not in shown("AKIA" + "IOSFODNN7EXAMPLE")
    assert str(Problem(file="f", line=1, key="k\x07" * 500, why="w", fix="x")).isprintable()


def test_a_message_lists_each_problem_once_and_not_without_end() -> None:
    """In the order of files and lines."""
    problems = [Problem(file="b", line=number % 300, why="w", fix="f") for number in range(600)]
    assert len(ordered(problems)) == 300
    text = lines(ordered(problems))
    assert len(text.splitlines()) == MOST + 1
    assert text.endswith("... and 200 more")


def test_a_word_that_is_longer_than_names_is_compared_with_none() -> None:
    """Comparing takes time that grows with the words."""
    assert nearest("prod", ["staging", "production"]) == "production"
    assert nearest("", ["a"]) is nearest("a" * 100, ["a" * 99]) is None
    assert USUAL.size < 1_000_000
