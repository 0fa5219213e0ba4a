"""The editors' schema: fresh, right about the real files, and strict."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from stacks import schema as module
from stacks.environments import ENVIRONMENTS
from stacks.files import FOLDER
from stacks.schema import main, schema

P = "nationgraph-platform"
OPTIONAL = {f"{P}:{name}" for name in ("deletionBudget", "directoryAccountId", "organizationId")}


def _file(stack: str) -> Any:
    return yaml.safe_load((FOLDER / f"Pulumi.{stack}.yaml").read_text())


def test_committed_schema_is_fresh() -> None:
    """The file in the repository is what the model generates."""
    assert main(["--check"]) == 0


def test_stale_schema_fails_the_check_and_is_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check fails on an absent or another schema, and passes once it is written."""
    monkeypatch.setattr(module, "PATH", tmp_path / "settings.schema.json")
    assert main(["--check"]) == 1
    (tmp_path / "settings.schema.json").write_text("{}\n")
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_schema_is_itself_valid() -> None:
    """It is JSON Schema of the draft that it names."""
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_real_files_are_valid(stack: str) -> None:
    """No editor marks a right file, with or without the engine's own keys."""
    Draft202012Validator(schema()).validate(_file(stack))
    Draft202012Validator(schema()).validate(_file(stack) | {"encryptionsalt": "v1:abc"})


@pytest.mark.parametrize("key", schema()["properties"]["config"]["properties"])
def test_every_key_is_explained_by_a_valid_example(key: str) -> None:
    """Editors show what a key is for, and its example can be copied."""
    config = schema()["properties"]["config"]
    assert config["properties"][key]["description"].endswith(".")
    edited = _file("dev")
    (edited["config"][key],) = config["properties"][key]["examples"]
    Draft202012Validator(schema()).validate(edited)


WRONG = [
    ("aws:region", "eu-centrall-1"),
    ("aws:allowedAccountIds", [111122223333]),
    ("aws:allowedAccountIds", ["1234"]),
    ("aws:allowedAccountIds", []),
    (f"{P}:cidr", "10.1.0.0/24"),
    (f"{P}:cidr", "8.8.0.0/16"),
    (f"{P}:zones", ["eu-central-1a"]),
    (f"{P}:zones", ["eu-central-1a", "eu-central-1a"]),
    (f"{P}:zones", "eu-central-1a"),
    (f"{P}:githubRepository", "platform"),
    (f"{P}:deletionBudget", -1),
    (f"{P}:deletionBudget", 1001),
    (f"{P}:deletionBudget", "two"),
    (f"{P}:alertEmail", "nobody"),
    (f"{P}:owner", {"secure": "v1:abc"}),
    (f"{P}:costCentre", "lots"),
    (f"{P}:size", "big"),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_wrong_value_is_marked(key: str, value: object) -> None:
    """What one value shows to be wrong, the editor shows, at that key."""
    edited = copy.deepcopy(_file("dev"))
    edited["config"][key] = value
    (error, *others) = Draft202012Validator(schema()).iter_errors(edited)
    assert not others
    assert key in error.json_path or key in error.message


@pytest.mark.parametrize("key", schema()["properties"]["config"]["required"])
def test_missing_key_is_marked(key: str) -> None:
    """Every key that the program needs is required."""
    edited = _file("dev")
    del edited["config"][key]
    assert not Draft202012Validator(schema()).is_valid(edited)


def test_only_what_has_a_default_may_be_left_out() -> None:
    """People sign in at the stack's own account where no directory is named; no service may go where no budget is."""
    config = schema()["properties"]["config"]
    assert set(config["properties"]) - set(config["required"]) == OPTIONAL
