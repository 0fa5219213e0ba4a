"""Exports of a state: which there are, and which are refused before anything is changed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import exports
from cli.backend import BackendError, Bucket, Folder, state_key, stored
from cli.commands import restore, up
from tests.cli.support.programs import FakeEngine, done, events, resource

URN = "urn:pulumi:dev::nationgraph-platform::aws:ec2/vpc:Vpc::vpc"
STATE = {
    "manifest": {"time": "2026-11-27T10:20:30.123456789Z"},
    "resources": [{"urn": URN, "type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "custom": True}],
}
WHOLE = json.dumps({"version": 3, "deployment": STATE})
ENGINES = json.dumps({"version": 4, "features": ["views"], "checkpoint": {"stack": "x", "latest": STATE}})


@pytest.fixture
def place(tmp_path: Path) -> Folder:
    """A backend without anything in it."""
    return Folder("file:///there", tmp_path / "backend")


def test_an_export_by_name(place: Folder) -> None:
    """It has a count, an age in words, and the text that the engine takes."""
    name = exports.keep(place, "dev", "before", WHOLE.encode())
    export = exports.chosen(place, "dev", name)
    assert (export.count, export.text) == (1, WHOLE)
    now = datetime(2026, 11, 27, 10, 50, tzinfo=UTC)
    for later, said in ((0, "less than an hour"), (3, "3 hours"), (24 * 30, "30 days")):
        assert export.age(now + timedelta(hours=later)) == f"of 2026-11-27 10:20:30 UTC, {said} old"
    assert replace(export, time=None).age(now) == "of an unknown time"


def test_the_engines_own_file(place: Folder, tmp_path: Path) -> None:
    """Its version and features stay: the engine decides whether it knows them."""
    path = tmp_path / "state.json"
    path.write_text(ENGINES)
    given = json.loads(exports.chosen(place, "dev", str(path)).text)
    assert given == {"version": 4, "features": ["views"], "deployment": STATE}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (WHOLE[: len(WHOLE) // 2], "not an exported state (Unterminated string"),
        ("", "not an exported state (Expecting value"),
        ("[" * 100_000, "not an exported state (maximum recursion"),
        ("[]", "not an exported state (the whole: Input should be a valid dictionary"),
        (json.dumps({"version": 3, "deployment": {}}), "it holds no resources"),
        (json.dumps({"checkpoint": []}), "no checkpoint of the engine"),
        (WHOLE.replace("pulumi:dev", "pulumi:production"), "belongs to stack production of nationgraph-platform, and "),
        (WHOLE.replace("::nationgraph-platform::", "::other::"), "belongs to stack dev of other, and the stack is dev"),
        (WHOLE.replace(URN, "vpc"), "vpc belongs to stack ? of ?"),
        (WHOLE.replace('"type"', '"kind"'), "not an exported state (deployment.resources.0.type: Field required)"),
    ],
)
def test_what_is_no_state_of_the_stack(place: Folder, tmp_path: Path, text: str, sentence: str) -> None:
    """One sentence with the file, and nothing is changed."""
    path = tmp_path / "export.json"
    path.write_text(text)
    with pytest.raises(BackendError) as raised:
        exports.chosen(place, "dev", str(path))
    assert sentence in str(raised.value)
    assert str(raised.value).startswith(f"FROM={path}: ")
    assert str(raised.value).endswith("; nothing was changed; choose another export")


def test_a_name_that_is_none(place: Folder) -> None:
    """The newest export is named, and how all are listed; another stack's is none of this one's."""
    with pytest.raises(BackendError, match="FROM=x: neither a file nor an export of dev in file:///there; `make"):
        exports.chosen(place, "dev", "x")
    own = exports.keep(place, "dev", "after", WHOLE.encode())
    exports.keep(place, "staging", "after", WHOLE.encode())
    with pytest.raises(BackendError, match=f"; the newest is {own}; `make restore STACK=dev` lists them"):
        exports.chosen(place, "dev", "x")
    assert [entry.name for entry in exports.listed(place, "dev")] == [own]


def test_a_state_that_the_engine_refuses(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """What it says is passed on; the state that was there is kept, and no preview is made."""
    target = engine.target()
    place = Folder("", target.folder / "backend")
    place.write(state_key("dev"), ENGINES.encode())
    exports.keep(place, "dev", "after", WHOLE.encode())
    engine.answer("stack import", stderr="error: unsupported features: views", code=255)
    with pytest.raises(
        BackendError, match="the engine refuses it: error: unsupported features: views; the state is as"
    ):
        restore.restore(target, place, exports.listed(place, "dev")[0].name)
    assert stored(place, "dev") == STATE
    assert "The present state of 1 resources is kept as" in capsys.readouterr().out
    assert "preview" not in engine.verbs


class Closed(Bucket):
    """A bucket that takes nothing for some moments of a run."""

    def __init__(self, folder: Folder, *refused: str) -> None:
        super().__init__("s3://states", "states", None)
        object.__setattr__(self, "refused", refused)
        object.__setattr__(self, "own", folder)

    def write(self, key: str, body: bytes) -> None:
        """A file, or a refusal."""
        if any(moment in key for moment in vars(self)["refused"]):
            raise BackendError("s3://states: AccessDenied")
        vars(self)["own"].write(key, body)


@pytest.mark.parametrize(
    ("refused", "runs", "sentence"),
    [
        ((), True, ""),
        (
            ("-before",),
            False,
            "the state before the run could not be exported (s3://states: AccessDenied); nothing was",
        ),
        (
            ("-after",),
            True,
            "the state after the run could not be exported (s3://states: AccessDenied); the run itself",
        ),
    ],
)
def test_around_a_deployment(
    engine: FakeEngine,
    place: Folder,
    monkeypatch: pytest.MonkeyPatch,
    refused: tuple[str, ...],
    *,
    runs: bool,
    sentence: str,
) -> None:
    """Nothing is deployed that could not be taken back; what cannot be written afterwards is said and no success."""
    monkeypatch.setattr(exports, "store_of", lambda _: Closed(place, *refused))
    engine.holds([resource("vpc", id="vpc-1")])
    engine.does("up", events(done("vpc", "same")))
    if sentence:
        with pytest.raises(BackendError) as raised:
            up.deploy(engine.target("aws"))
        assert str(raised.value).startswith(sentence)
    else:
        assert up.deploy(engine.target("aws")) == 0
    assert ("up" in engine.verbs) == runs
    kept = [entry.name.rpartition("-")[2] for entry in exports.listed(place, "dev")]
    assert (
        sorted(kept)
        == sorted(f"{moment}.json" for moment in ("before", "after") if f"-{moment}" not in refused)[: 2 if runs else 0]
    )


def test_a_state_that_cannot_be_read_is_not_deployed_on(
    engine: FakeEngine, place: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's sentence is passed on."""
    monkeypatch.setattr(exports, "store_of", lambda _: Closed(place))
    engine.answer("stack export", stderr="error: no\nstate", code=255)
    with (
        pytest.raises(BackendError, match="the state before the run could not be exported"),
        exports.around(engine.target("aws")),
    ):
        pytest.fail("the run begins")
