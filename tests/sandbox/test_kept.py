"""Files of the sandbox that were damaged: restored from the last good copy, or named with the way out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox import files, kept
from sandbox.account import DamagedError

PROJECT = "tiny"
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "garbage": lambda _: b"\x00\xffgarbage",
    "other": lambda _: b"[]",
    "nested": lambda _: b"[" * 100_000,
    "shape": lambda _: b'{"checkpoint": {"latest": "x"}}',
    "resources": lambda _: b'{"checkpoint": {"latest": {"resources": [7]}}}',
}
OF_STATES = ("shape", "resources")


def state(*names: str) -> str:
    """A state file with these resources."""
    resources = [{"urn": name, "type": "aws:ec2/vpc:Vpc", "custom": True} for name in names]
    return json.dumps({"version": 3, "checkpoint": {"stack": "x", "latest": {"resources": resources}}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stack's folder with an account, a state and a tailnet."""
    made = tmp_path / "dev"
    path = kept.state_file(made, PROJECT)
    path.parent.mkdir(parents=True)
    path.write_text(state("a", "b"))
    (made / "tailnet.json").write_text('{"policy": null}')
    (made / "account.jsonl").write_text("{}\n")
    return made


def named(folder: Path) -> list[Any]:
    """The resources in the state."""
    return [entry["urn"] for entry in kept.resources_of(kept.state_file(folder, PROJECT))]


def test_what_is_whole_is_left_alone(folder: Path) -> None:
    """Also in a folder that is new."""
    assert kept.check(folder, PROJECT) == []
    assert kept.check(folder.parent / "new", PROJECT) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_a_damaged_state_is_restored(folder: Path, damage: str) -> None:
    """From the newest copy that is whole; what was damaged is put aside, and a sentence says so."""
    kept.keep(folder, PROJECT)
    path = kept.state_file(folder, PROJECT)
    path.with_name("dev.json.bak").write_text(DAMAGES[damage](state("a").encode()).decode(errors="replace"))
    damaged = DAMAGES[damage](path.read_bytes())
    path.write_bytes(damaged)
    (sentence,) = kept.check(folder, PROJECT)
    assert f"{path} cannot be read" in sentence
    assert "restored as it was at" in sentence
    assert named(folder) == ["a", "b"]
    assert path.with_name("dev.json.damaged").read_bytes() == damaged
    assert kept.check(folder, PROJECT) == []


def test_the_engines_own_backup_is_newer(folder: Path) -> None:
    """It was written in the middle of a run, after the last command had ended."""
    kept.keep(folder, PROJECT)
    path = kept.state_file(folder, PROJECT)
    path.with_name("dev.json.bak").write_text(state("a", "b", "c"))
    path.unlink()
    (sentence,) = kept.check(folder, PROJECT)
    assert "is gone" in sentence
    assert named(folder) == ["a", "b", "c"]


@pytest.mark.parametrize("damage", [name for name in DAMAGES if name not in OF_STATES], ids=str)
def test_a_damaged_tailnet_is_restored(folder: Path, damage: str) -> None:
    """As the state is."""
    kept.keep(folder, PROJECT)
    path = folder / "tailnet.json"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert len(kept.check(folder, PROJECT)) == 1
    assert json.loads(path.read_text()) == {"policy": None}


def test_damaged_files_are_never_kept(folder: Path) -> None:
    """A copy is only replaced by one that is whole."""
    kept.keep(folder, PROJECT)
    path = kept.state_file(folder, PROJECT)
    path.write_text("{")
    kept.keep(folder, PROJECT)
    kept.check(folder, PROJECT)
    assert named(folder) == ["a", "b"]


@pytest.mark.parametrize("gone", [True, False])
def test_without_a_copy_the_way_out_is_named(folder: Path, gone: bool) -> None:  # noqa: FBT001 - a case
    """The account is not taken for empty, and nothing is made on top of it."""
    path = kept.state_file(folder, PROJECT)
    if gone:
        path.unlink()
    else:
        path.write_text("{")
    with pytest.raises(DamagedError, match=r"dev\.json .*no good copy; `make clean` starts over"):
        kept.check(folder, PROJECT)


@pytest.mark.parametrize("text", [None, ""])
def test_a_state_without_its_account(folder: Path, text: str | None) -> None:
    """The record of the account is gone or empty while the state names resources in it."""
    (folder / "account.jsonl").unlink()
    if text is not None:
        (folder / "account.jsonl").write_text(text)
    with pytest.raises(DamagedError, match=r"account\.jsonl.*names 2 resources in it; `make clean` starts over"):
        kept.check(folder, PROJECT)
    kept.state_file(folder, PROJECT).write_text(state())
    assert kept.check(folder, PROJECT) == []  # after `make down`


def test_history_is_bounded(folder: Path) -> None:
    """The newest are left."""
    history = folder / "backend" / ".pulumi" / "history" / PROJECT / "dev"
    history.mkdir(parents=True)
    for number in range(20):
        for suffix in ("history", "checkpoint"):
            (history / f"dev-{number:03}.{suffix}.json").touch()
    kept.prune(folder, PROJECT, 2)
    assert sorted(path.name for path in history.iterdir()) == [
        f"dev-{number:03}.{suffix}.json" for number in (18, 19) for suffix in ("checkpoint", "history")
    ]


def test_a_file_is_whole_or_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails in the middle leaves what was there, and nothing beside it."""
    path = tmp_path / "file"
    files.write(path, "first")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        files.write(path, "second")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("file", "first")]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("text", "number"), [("12\n", 12), ("", None), ("x", None), ("-1", None), ("\x00", None)])
def test_a_number_that_is_damaged_is_none(tmp_path: Path, text: str, number: int | None) -> None:
    """As one that is not there."""
    (tmp_path / "file").write_text(text)
    assert files.number(tmp_path / "file") == number
    assert files.number(tmp_path / "gone") is None
