"""A state in the sandbox: taken back from the folder's history, moved into the account, locked there."""

import json
import os
import signal
import time

import pytest

from sandbox import kept
from tests.engine.conftest import Platform
from tests.engine.support.laptop import PROGRAM

pytestmark = pytest.mark.engine
STACK = "dev"


@pytest.fixture
def small(changed_platform: Platform) -> Platform:
    """A copy of the project with a program of 17 resources."""
    (changed_platform.root / "__main__.py").write_text(PROGRAM)
    return changed_platform


def test_a_folder_and_then_the_account(small: Platform) -> None:
    """Each update's state can be had back; after the move it survives a kill of the account, and so does work on it.

    A lock of a killed engine is released by the next command; that of another machine is named and stays.
    """
    settings = small.root / "stacks" / f"Pulumi.{STACK}.yaml"
    assert small.run("up", STACK).code == 0
    settings.write_text(settings.read_text().replace("platform-alerts+dev@", "others@"))
    assert small.run("up", STACK).code == 0
    names = [line.split()[0] for line in small.run("restore", STACK).text.splitlines() if ".checkpoint." in line]
    assert len(names) == 2
    done = small.run("restore", STACK, FROM=names[0])
    assert (done.code, "a preview would change none of its 15 resources" in done.text) == (0, True), done.text

    state = kept.state_file(small.folder / STACK, "nationgraph-platform")
    assert state.exists()
    done = small.run("bootstrap", STACK)
    assert (done.code, "there is nothing to set or to commit" in done.text) == (0, True), done.text
    assert not state.exists()
    assert "secretsprovider" not in settings.read_text()
    small.kill_account(STACK)
    done = small.run("preview", STACK)
    assert (done.code, f"{STACK}: nothing changes" in done.text) == (0, True), done.text

    log = small.folder / STACK / "events.jsonl"
    log.unlink()
    child = small.start("up", STACK)
    while not log.exists():
        assert child.poll() is None
        time.sleep(0.05)
    engine = next(number for number, line in small.processes() if "pulumi up --stack dev" in line)
    os.kill(engine, signal.SIGKILL)
    child.communicate()
    done = small.run("up", STACK)
    assert (done.code, f"Releasing the lock of process {engine}, which is gone." in done.text) == (0, True), done.text

    s3 = small.client("s3", STACK)
    bucket, key = (
        "nationgraph-state-111122223333-eu-central-1",
        ".pulumi/locks/organization/nationgraph-platform/dev/x.json",
    )
    body = {"pid": 1, "username": "ada", "hostname": "elsewhere", "timestamp": "2026-11-29T10:00:00Z"}
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(body).encode())
    done = small.run("up", STACK)
    assert (done.code, "dev: ada@elsewhere (process 1) works on this stack since 2026-11-29" in done.text) == (2, True)
    assert s3.head_object(Bucket=bucket, Key=key)
