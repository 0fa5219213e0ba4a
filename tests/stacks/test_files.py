"""Stack files: what is wrong with the file itself is one line, and says nothing of what stands in it."""

from pathlib import Path
from typing import Any

import pytest

from lib.yaml_file import display
from stacks.files import ENGINE_KEYS, FOLDER, read
from stacks.settings import load_file

TWICE = "the key is given twice, first on line 3; fix: keep one; YAML keeps the last in silence"
WRONG_FILES = [
    # text, where and what
    ("", "Pulumi.dev.yaml:1: config: is missing; fix: start the file with config:"),
    ("- a\n", "Pulumi.dev.yaml:1: is not a mapping; fix: start it with config:"),
    ("config: 7\n", "Pulumi.dev.yaml:1: config: is not a mapping; fix: put"),
    ("config:\n", "Pulumi.dev.yaml:1: config: has no value; fix: write one"),
    ("confg:\n  a: b\n", "Pulumi.dev.yaml:1: confg: is no key of a stack file; fix: did you mean config?"),
    ("a: b\nhunter2 [\n", "Pulumi.dev.yaml:3: is not YAML from here on: could not find expected ':'; fix: check"),
    ("config:\n  aws:region: *hunter2\n", "Pulumi.dev.yaml:2: has an alias (*); fix: write the value out"),
    ("a: \x00hunter2\n", "Pulumi.dev.yaml:1: holds the character U+0000, which does not show; fix: remove it"),
]


@pytest.mark.parametrize(("text", "expected"), WRONG_FILES)
def test_file_that_holds_no_settings_is_one_line(stacks: Any, text: str, expected: str) -> None:
    """Without settings to judge there is one problem, not one for each missing key, and no quote of the file."""
    stacks.path("dev").write_text(text)
    (problem,) = stacks.problems("dev")
    assert problem.startswith(expected)
    assert "hunter2" not in problem


def test_file_in_another_encoding_is_one_line(stacks: Any) -> None:
    """Bytes that are not UTF-8 are a problem of the file, not a crash."""
    stacks.path("dev").write_bytes(b"config: \xff\n")
    (problem,) = stacks.problems("dev")
    assert problem.startswith("Pulumi.dev.yaml:1: is not UTF-8 from here on; fix: save")


def test_key_given_twice_is_reported(stacks: Any) -> None:
    """YAML would keep the last in silence."""
    path = stacks.path("dev")
    path.write_text(path.read_text() + "  aws:region: eu-central-1\n")
    (problem,) = stacks.problems("dev")
    line = len(path.read_text().splitlines())
    assert problem == f"Pulumi.dev.yaml:{line}: aws:region: {TWICE}"


@pytest.mark.parametrize("key", ENGINE_KEYS)
def test_engine_may_write_its_own_keys(stacks: Any, key: str) -> None:
    """What `pulumi stack init` adds to the file is no problem."""
    path = stacks.path("dev")
    path.write_text(path.read_text() + f"{key}: v1:abc:def\n")
    assert stacks.problems("dev") == []


def test_neighbour_that_cannot_be_read_is_its_own_problem(stacks: Any) -> None:
    """A broken stack file does not stop the others from loading."""
    stacks.path("dev").write_text("hunter2 [")
    stacks.set("staging", "nationgraph-platform:cidr", "10.2.0.0/33")
    assert stacks.problems("production") == []


def test_settings_are_the_text_that_the_engine_passes() -> None:
    """Scalars as written, lists as compact JSON: the form in which the Go engine hands them to a program."""
    config = read(FOLDER / "Pulumi.dev.yaml").config
    assert config["aws:allowedAccountIds"] == '["111122223333"]'
    assert config["nationgraph-platform:zones"] == '["eu-central-1a","eu-central-1b"]'
    assert config["nationgraph-platform:cidr"] == "10.1.0.0/16"


def test_paths_are_shown_from_the_root_of_the_project(tmp_path: Path) -> None:
    """Messages name the file as people open it; a file elsewhere keeps its path."""
    assert display(FOLDER / "Pulumi.dev.yaml") == "stacks/Pulumi.dev.yaml"
    assert display(tmp_path / "Pulumi.dev.yaml") == str(tmp_path / "Pulumi.dev.yaml")


def test_file_loads_by_relative_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder from which it is called does not matter."""
    monkeypatch.chdir(FOLDER)
    assert load_file(Path("Pulumi.dev.yaml")).stack == "dev"
