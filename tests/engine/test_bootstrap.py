"""The first deployment of an account, from nothing to a second engineer's preview of the state in it."""

import json
import re
import shutil
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from cli.target import ROOT
from sandbox import workspace
from tests.engine.support.laptop import STACK, Account, Laptop, laptop

pytestmark = pytest.mark.engine
BUCKET = "nationgraph-state-111122223333-eu-central-1"
BACKEND = f"s3://{BUCKET}?region=eu-central-1"
PROVIDER = "awskms://alias/nationgraph-state?region=eu-central-1"
STATE = f".pulumi/stacks/nationgraph-platform/{STACK}.json"
COUNT, SAME = 17, 15
HUSH = b"hush, nobody reads me"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account in which nothing is."""
    place = workspace.open_workspace(ROOT, STACK, tmp_path_factory.mktemp("account"))
    yield Account(place=place)
    workspace.stop_account(place)


@pytest.fixture(scope="module")
def first(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """The machine of an administrator."""
    return laptop(tmp_path_factory.mktemp("first"), account)


@pytest.fixture(scope="module")
def bootstrapped(account: Account, first: Laptop) -> Laptop:
    """The account is deployed; the run was killed once while it moved the state, and went on when it was run again."""
    child = first.start("bootstrap")
    deadline = time.monotonic() + 300
    while not state_of(account) and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)  # the stack is there, and its state is not yet
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert first.first_state.stat().st_mode & 0o077 == 0
    code, said = first.run("bootstrap")
    assert code == 0, said
    assert f"The state of dev is in {BUCKET}, sealed by the account's key; none is left here." in said
    return first


def state_of(account: Account) -> Any:
    """The stack's object in the bucket; None where it is not there."""
    s3 = account.client("s3")
    try:
        return json.loads(s3.get_object(Bucket=BUCKET, Key=STATE)["Body"].read())
    except (s3.exceptions.NoSuchBucket, s3.exceptions.NoSuchKey):
        return None


def versions(account: Account) -> dict[tuple[str, str], bytes]:
    """Every version of every object in the bucket."""
    s3 = account.client("s3")
    found = s3.list_object_versions(Bucket=BUCKET).get("Versions", [])
    return {
        (entry["Key"], entry["VersionId"]): s3.get_object(
            Bucket=BUCKET, Key=entry["Key"], VersionId=entry["VersionId"]
        )["Body"].read()
        for entry in found
    }


def test_the_state_is_in_the_account(account: Account, bootstrapped: Laptop) -> None:
    """Sealed by the account's key alone, in every version; nothing of it, and no passphrase, is left on the machine."""
    assert [text for text in versions(account).values() if HUSH in text or b"passphrase" in text] == []
    held = state_of(account)["checkpoint"]["latest"]
    assert held["secrets_providers"]["type"] == "cloud"
    assert held["secrets_providers"]["state"]["url"] == PROVIDER
    assert len(held["resources"]) == COUNT
    lines = yaml.safe_load(bootstrapped.stack_file.read_text())
    assert lines["secretsprovider"] == PROVIDER
    assert lines["encryptedkey"] == held["secrets_providers"]["state"]["encryptedkey"]
    assert bootstrapped.stack_file.read_text().startswith((ROOT / "stacks" / f"Pulumi.{STACK}.yaml").read_text())
    assert not bootstrapped.first_state.exists()


def test_it_is_done_once(account: Account, bootstrapped: Laptop) -> None:
    """Said, and nothing is changed; the variables of GitHub are named again."""
    before, text = versions(account), bootstrapped.stack_file.read_text()
    code, said = bootstrapped.run("bootstrap")
    assert code == 0
    assert f"dev is bootstrapped already: its state is in {BUCKET}. Nothing was changed." in said
    assert f"gh variable set PULUMI_BACKEND_URL --repo nationgraph/platform --body '{BACKEND}'" in said
    role = "arn:aws:iam::111122223333:role/nationgraph/identity/nationgraph"
    for name in ("preview", "deploy", "audit"):
        assert f"gh variable set {name.upper()}_ROLE_ARN --repo nationgraph/platform --body {role}-{name}" in said
    assert "gh variable set AWS_REGION --repo nationgraph/platform --body eu-central-1" in said
    assert (versions(account), bootstrapped.stack_file.read_text()) == (before, text)


def test_a_second_engineer(bootstrapped: Laptop, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the committed stack file and the backend's name, a preview of another administrator is empty."""
    second = laptop(tmp_path_factory.mktemp("second"), bootstrapped.account)
    shutil.copy(bootstrapped.stack_file, second.stack_file)
    code, said = second.run("preview", PULUMI_BACKEND_URL=BACKEND)
    assert (code, "dev: nothing changes" in said) == (0, True), said
    code, said = second.run("preview")
    assert code == 2
    assert "set PULUMI_BACKEND_URL to the one that `make bootstrap STACK=dev` names" in said


def exports(said: str) -> list[str]:
    """The names that `make restore` lists, newest first."""
    return [line.split()[0] for line in said.splitlines() if line.startswith("  2")]


def test_a_deployment_is_exported_and_restored(account: Account, bootstrapped: Laptop) -> None:
    """Before and after it, sealed; what the earlier one lacks is said, and the way back works and is whole."""
    email = "alertEmail: platform-alerts+dev@"
    bootstrapped.stack_file.write_text(bootstrapped.stack_file.read_text().replace(email, "alertEmail: others@"))
    code, said = bootstrapped.run("up", PULUMI_BACKEND_URL=BACKEND)
    assert code == 0, said
    code, said = bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND)
    after, before = exports(said)
    assert (code, before.endswith("-before.json"), after.endswith("-after.json")) == (0, True, True)
    assert f"2 exports of dev in {BACKEND}; restore one with FROM=its name." in said

    code, said = bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND, FROM=before)
    assert code == 1, said
    assert f"{before}: {COUNT} resources, of 2026-" in said
    assert "It is not whole" in said
    assert re.search(r"replace +alerts-email sns TopicSubscription +endpoint", said), said
    assert "drift: alerts-email (sns TopicSubscription) is gone from the account" in said
    kept = said.partition("are kept as ")[2] or said.partition("is kept as ")[2]
    replaced = kept.split()[0].removesuffix(".")
    assert f"`make restore STACK=dev FROM={replaced}` takes the state before back." in said

    code, said = bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND, FROM=replaced)
    assert code == 0, said
    assert f"It is whole: a preview would change none of its {SAME} resources." in said
    assert [key for key, text in versions(account).items() if HUSH in text or b"passphrase" in text] == []


def test_a_state_that_is_damaged_or_gone(account: Account, bootstrapped: Laptop) -> None:
    """Said, with the way out, which works: the export takes the place of what nobody can read."""
    s3, whole = account.client("s3"), json.dumps(state_of(account)).encode()
    _, said = bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND)
    export = next(name for name in exports(said) if name.endswith("-after.json"))
    for body, sentence in (
        (whole[: len(whole) // 2], "the state of dev is damaged"),
        (None, "There is no present state."),
    ):
        s3.delete_object(Bucket=BUCKET, Key=STATE)
        if body:
            s3.put_object(Bucket=BUCKET, Key=STATE, Body=body)
        code, said = bootstrapped.run("bootstrap")
        assert (code, "restore STACK=dev" in said) == (2, True), said
        code, said = bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND, FROM=export)
        assert (code, sentence in said, "It is whole" in said) == (0, True, True), said


def test_who_is_let_in(account: Account, bootstrapped: Laptop) -> None:
    """An engineer without rights reads no state, and only an administrator of that account deploys the first time."""
    stranger = account.session("engineer")
    code, said = bootstrapped.run("preview", PULUMI_BACKEND_URL=BACKEND, **stranger)
    assert (code, "cannot be read: sign in to the account of dev" in said) == (2, True), said
    export = exports(bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND)[1])[0]
    code, said = bootstrapped.run("restore", PULUMI_BACKEND_URL=BACKEND, FROM=export, **stranger)
    assert (code, "Forbidden; sign in to the account of the stack, as somebody whom" in said) == (2, True), said
    code, said = bootstrapped.run("bootstrap", **stranger)
    assert (code, "let in administrators alone" in said) == (2, True), said
    code, said = bootstrapped.run("bootstrap", TAILSCALE_API_KEY="")
    assert (code, "none of TAILSCALE_API_KEY" in said) == (2, True), said
