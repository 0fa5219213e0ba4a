"""Where the first deployment does not go on, and why; nothing of what is there is lost."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.backend import Bucket, Folder, state_key
from cli.bootstrap import steps
from cli.bootstrap.site import Site, held, left_open, site
from cli.commands import bootstrap
from cli.run import ROOT
from components.shared.account import Account
from tests.cli.support.programs import FakeEngine

ACCOUNT = Account(id="111122223333", region="eu-central-1")
URN = "urn:pulumi:dev::nationgraph-platform::aws:ec2/vpc:Vpc::vpc"
RESOURCE = {"urn": URN, "type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "custom": True}
PASSPHRASE = {"type": "passphrase", "state": {"salt": "v1:salt"}}
PROVIDER = "awskms://alias/nationgraph-state?region=eu-central-1"


def cloud(url: str = PROVIDER) -> dict[str, Any]:
    """Sealed by a key of KMS."""
    return {"type": "cloud", "state": {"url": url, "encryptedkey": "QUJD"}}


class Objects(Bucket):
    """A bucket whose objects are files, for what is decided by what is in it."""

    def __init__(self, folder: Path, *, there: bool) -> None:
        super().__init__("s3://states?region=eu-central-1", "states", None)
        object.__setattr__(self, "_own", Folder("", folder))
        object.__setattr__(self, "_there", there)

    def exists(self) -> bool:
        """Whether it was made."""
        return bool(vars(self)["_there"])

    def read(self, key: str) -> bytes | None:
        """An object."""
        return Folder.read(vars(self)["_own"], key)


@pytest.fixture
def at(engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A stack of AWS; its bucket is there, and nothing is in it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = site(engine.target("aws"), ACCOUNT)
    return replace(made, bucket=Objects(tmp_path / "bucket", there=True))


def put(place: Folder, **state: Any) -> None:
    """The state of the stack in a backend."""
    place.write(state_key("dev"), json.dumps({"version": 3, "checkpoint": {"latest": state}}).encode())


def test_two_backends(at: Site) -> None:
    """The local one is outside of the clone; no passphrase is given to the engine on the other one."""
    assert not at.folder.is_relative_to(ROOT)
    assert at.local.environment["PULUMI_CONFIG_PASSPHRASE_FILE"] == f"{at.folder}/passphrase"
    assert at.remote.environment == {
        "PULUMI_BACKEND_URL": "s3://nationgraph-state-111122223333-eu-central-1?region=eu-central-1"
    }


def test_begun_elsewhere(at: Site) -> None:
    """A bucket without a state is somebody else's beginning, on another machine."""
    with pytest.raises(
        steps.BootstrapError, match="the first deployment was begun by somebody else or on another mach"
    ):
        steps.prepare(at)
    assert not at.folder.exists()


def test_a_passphrase_that_is_gone(at: Site) -> None:
    """The state that it seals is left alone, as is one whose only resource is not known to be there."""
    for state in ({"resources": [RESOURCE]}, {"pending_operations": [{"type": "creating", "resource": RESOURCE}]}):
        put(at.own, **state, secrets_providers=PASSPHRASE)
        with pytest.raises(steps.BootstrapError, match=r"/passphrase is gone, and the state in .* is sealed with it"):
            steps.prepare(at)
        assert at.own.read(state_key("dev"))


def test_settings_of_the_local_stack(at: Site) -> None:
    """Those of the stack file as it is now, sealed as the state is; what an earlier provider left there is dropped."""
    put(at.own, resources=[RESOURCE], secrets_providers=PASSPHRASE)
    (at.folder / "passphrase").write_text("x")
    steps.prepare(at)
    written = (at.folder / "Pulumi.dev.yaml").read_text()
    assert "encryptionsalt: v1:salt" in written
    assert "aws:region: eu-central-1" in written


@pytest.mark.parametrize(
    ("seal", "told"), [(PASSPHRASE, "a passphrase"), (cloud("awskms://alias/other"), "awskms://alias/other")]
)
def test_another_seal(at: Site, seal: Mapping[str, Any], told: str) -> None:
    """A state in the bucket that the account's key does not seal is said, with the command, and not entered."""
    before = (ROOT / "stacks" / "Pulumi.dev.yaml").read_text()
    place = Folder("", at.folder)
    put(place, resources=[RESOURCE], secrets_providers=seal)
    with pytest.raises(
        steps.BootstrapError, match=f"is sealed by {told}, and not by .* change-secrets-provider 'awskms"
    ):
        steps.enter(at, held(place, "dev"))
    assert (ROOT / "stacks" / "Pulumi.dev.yaml").read_text() == before


def test_the_stack_file(at: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gets two lines and keeps its comments; a data key that it has stays, a passphrase's salt goes."""
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    place, path = Folder("", at.folder), tmp_path / "stacks" / "Pulumi.dev.yaml"
    put(place, resources=[RESOURCE], secrets_providers=cloud())
    path.parent.mkdir()
    path.write_text("# read me\nencryptionsalt: v1:old\nconfig:\n  aws:region: eu-central-1 # here\n")
    assert steps.enter(at, held(place, "dev")) == path
    written = path.read_text()
    assert written == (
        f"# read me\nconfig:\n  aws:region: eu-central-1 # here\nsecretsprovider: {PROVIDER}\nencryptedkey: QUJD\n"
    )
    path.write_text(written.replace("QUJD", "T1RIRVI="))
    assert steps.enter(at, held(place, "dev")) is None
    assert "T1RIRVI=" in path.read_text()


def test_what_the_engine_refuses(at: Site, engine: FakeEngine) -> None:
    """Its sentence is passed on, and the local state stays as it was."""
    put(at.own, resources=[RESOURCE], secrets_providers=PASSPHRASE)
    engine.answer("stack change-secrets-provider", stderr="error: no such\nkey", code=255)
    with pytest.raises(steps.BootstrapError, match=r"change-secrets-provider: error: no such.*key; nothing is lost"):
        steps.move(at)
    assert held(at.own, "dev")["resources"]


def test_what_an_interrupted_deployment_left(
    at: Site, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On AWS a person decides; the commands name the local backend and its passphrase."""
    put(at.own, pending_operations=[{"type": "creating", "resource": RESOURCE}], secrets_providers=PASSPHRASE)
    (at.folder / "passphrase").write_text("x")
    engine.holds([], [{"type": "creating", "resource": RESOURCE}])
    assert bootstrap.deploy(at) == 1
    said = capsys.readouterr().out
    assert "creating: vpc (aws:ec2/vpc:Vpc)" in said
    assert left_open(at) in said
    assert f"PULUMI_CONFIG_PASSPHRASE_FILE='{at.folder}/passphrase' pulumi refresh --stack dev --config-file" in said
    assert "up" not in engine.verbs
