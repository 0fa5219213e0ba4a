"""A place of its own for the engine: what it gets, what it leaves alone, and the account beside it."""

import http.server
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import account, processes, repair, workspace
from sandbox.account import DamagedError
from sandbox.workspace import Workspace

HOSTILE = {
    "AWS_ACCESS_KEY_ID": "hostile",
    "AWS_SECRET_ACCESS_KEY": "hostile",
    "AWS_PROFILE": "hostile",
    "AWS_ENDPOINT_URL": "http://hostile.invalid",
    "AWS_CONFIG_FILE": "/hostile",
    "PULUMI_ACCESS_TOKEN": "pul-hostile",
    "PULUMI_BACKEND_URL": "s3://hostile",
    "PULUMI_CONFIG_PASSPHRASE": "hostile",
    "PULUMI_HOME": "/hostile",
    "PULUMI_STACK": "hostile",
    "KUBECONFIG": "/hostile",
    "GITHUB_TOKEN": "hostile",
    "MOTO_ACCOUNT_ID": "hostile",
}
STACK = {
    "secretsprovider": "awskms://alias/hostile",
    "encryptedkey": "aG9zdGlsZQ==",
    "config": {"aws:region": "eu-west-1", "aws:allowedAccountIds": ["111122223333"], "tiny:size": 3},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one stack, whose secrets provider is out of reach."""
    made = tmp_path_factory.mktemp("project")
    (made / "Pulumi.yaml").write_text("name: tiny\nruntime: python\nstackConfigDir: stacks\n")
    (made / "stacks").mkdir()
    (made / "stacks" / "Pulumi.dev.yaml").write_text(yaml.safe_dump(STACK))
    return made


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def opened(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace that was opened amid a hostile environment."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in HOSTILE.items():
            patch.setenv(key, value)
        before = contents(project)
        made = workspace.open_workspace(project, "dev", tmp_path_factory.mktemp("sandbox") / "dev")
        assert contents(project) == before
        yield made
    workspace.stop_account(made)


@pytest.fixture
def lone(project: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that was never opened, for tests that stop and kill its account."""
    made = Workspace(project=project, stack="dev", folder=tmp_path)
    yield made
    workspace.stop_account(made)


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with."""
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


def test_folder_is_the_owners_alone(opened: Workspace) -> None:
    """State and journal hold secrets: nobody else may enter."""
    assert opened.folder.stat().st_mode & 0o777 == 0o700


def test_nothing_of_the_users_reaches_the_engine(opened: Workspace) -> None:
    """Credentials, logins and settings of other tools stay out, also under the names that we set ourselves."""
    given = workspace.variables(opened)
    assert [key for key, value in given.items() if "hostile" in value] == []
    assert {value for key, value in given.items() if key.startswith("AWS_")} <= {os.devnull, opened.endpoint, "sandbox"}
    assert given["PULUMI_HOME"] == str(opened.folder / "home")


def test_nothing_of_the_users_reaches_the_account(opened: Workspace) -> None:
    """The emulator gets neither credentials nor another account's number."""
    pid = workspace.account_pid(opened)
    assert pid
    found = environment_of(pid)
    assert [key for key, value in found.items() if "hostile" in value] == []
    assert found["MOTO_ACCOUNT_ID"] == "111122223333"


def test_engine_uses_its_own_backend(opened: Workspace) -> None:
    """The real engine, in the hostile environment, logs in to the folder's backend and knows the stack there."""
    said = workspace.pulumi(opened, "whoami", "--verbose", check=True, capture=True).stdout
    assert f"file://{opened.folder / 'backend'}" in said
    listed = workspace.pulumi(opened, "stack", "ls", "--json", check=True, capture=True).stdout
    assert [stack["name"] for stack in json.loads(listed)] == ["dev"]


def test_engine_writes_no_log_of_its_own(opened: Workspace) -> None:
    """It runs without, and says nothing of that; a folder of logs from before is gone after the next start."""
    logs = opened.folder / "home" / "logs"
    said = workspace.pulumi(opened, "stack", "ls", check=True, capture=True)
    assert (logs.is_file(), logs.stat().st_size, said.stderr) == (True, 0, "")
    logs.unlink()
    workspace.pulumi(opened, "stack", "ls", check=True, capture=True)
    assert [path.suffix for path in logs.iterdir()] == [".log"], "it has learnt to do without: drop this"
    workspace.open_workspace(opened.project, opened.stack, opened.folder)
    assert logs.is_file()


def test_configuration_without_its_secrets_provider(opened: Workspace) -> None:
    """Settings are taken over; the provider that a laptop cannot reach is not."""
    written = yaml.safe_load(opened.config_file.read_text())
    assert set(written) == {"config", "encryptionsalt"}
    assert written["config"] == STACK["config"]


def test_passphrase_is_accepted(opened: Workspace, tmp_path: Path) -> None:
    """The real engine encrypts and decrypts with the salt that we wrote; a wrong passphrase is refused."""
    copy = tmp_path / "settings.yaml"
    copy.write_text(opened.config_file.read_text())
    where = ("--stack", "dev", "--config-file", str(copy))
    workspace.pulumi(opened, "config", "set", "--secret", "word", "swordfish", *where, check=True, capture=True)
    assert "swordfish" not in copy.read_text()
    assert yaml.safe_load(copy.read_text())["encryptionsalt"] == workspace.SALT
    said = workspace.pulumi(opened, "config", "get", "word", *where, check=True, capture=True).stdout
    assert said.strip() == "swordfish"
    wrong = replace(opened, environment={"PULUMI_CONFIG_PASSPHRASE": "wrong"})
    assert workspace.pulumi(wrong, "config", "get", "word", *where, capture=True).returncode != 0


def test_failing_engine_is_quoted(opened: Workspace) -> None:
    """A checked command that fails raises with what the engine said."""
    with pytest.raises(RuntimeError, match=r"pulumi stack select nowhere: exit [1-9](?s:.*)no stack named"):
        workspace.pulumi(opened, "stack", "select", "nowhere", check=True, capture=True)


def test_opening_again_changes_nothing(opened: Workspace) -> None:
    """The same account, the same stack, and the project still untouched."""
    before, pid = contents(opened.project), workspace.account_pid(opened)
    again = workspace.open_workspace(opened.project, "dev", opened.folder, {"SANDBOX_LATENCY": "1"})
    assert (workspace.account_pid(again), again.endpoint) == (pid, opened.endpoint)
    assert workspace.variables(again)["SANDBOX_LATENCY"] == "1"
    assert contents(opened.project) == before


@pytest.mark.parametrize(
    ("allowed", "account"),
    [(["111122223333"], "111122223333"), ('["444455556666"]', "444455556666"), (None, "123456789012")],
)
def test_account_is_the_one_that_the_stack_allows(tmp_path: Path, allowed: Any, account: str) -> None:
    """As a list, as the JSON that the engine writes, or moto's default."""
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")
    config = {"config": {"aws:allowedAccountIds": allowed}} if allowed else None
    (tmp_path / "Pulumi.dev.yaml").write_text(yaml.safe_dump(config) if config else "")
    assert Workspace(project=tmp_path, stack="dev", folder=tmp_path).account == account


def vpcs(where: Workspace) -> list[str]:
    """The VPCs that the account holds."""
    return [vpc["VpcId"] for vpc in repair.account(where).client("ec2").describe_vpcs()["Vpcs"]]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_account_comes_back_where_and_as_it_was(lone: Workspace, end: str) -> None:
    """After a stop or a kill it has its port and its resources again; starting a running one does nothing."""
    workspace.start_account(lone)
    pid, endpoint = workspace.account_pid(lone), lone.endpoint
    assert pid
    workspace.start_account(lone)
    assert workspace.account_pid(lone) == pid
    repair.account(lone).client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    before = vpcs(lone)
    if end == "stop":
        workspace.stop_account(lone)
    else:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert workspace.account_pid(lone) is None
    workspace.start_account(lone)
    assert workspace.account_pid(lone) != pid
    assert (lone.endpoint, vpcs(lone)) == (endpoint, before)


def test_account_that_cannot_start_says_why(lone: Workspace) -> None:
    """The error holds the end of the log, and nothing is waited for."""
    (lone.folder / "account.jsonl").write_text("no journal\n")
    with pytest.raises(DamagedError, match=r"account\.jsonl:1: not what was written"):
        workspace.start_account(lone)


def test_another_process_is_never_stopped(opened: Workspace, lone: Workspace) -> None:
    """A number that has passed on to another program, or to another sandbox's account, is not ours to kill."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        for pid in (other.pid, workspace.account_pid(opened)):
            (lone.folder / "account.pid").write_text(str(pid))
            assert workspace.account_pid(lone) is None
            workspace.stop_account(lone)
        assert other.poll() is None
        assert workspace.account_pid(opened)
        other.kill()


def test_account_is_found_without_proc(opened: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems without /proc are asked through ps."""
    pid = workspace.account_pid(opened)
    monkeypatch.setattr(processes, "PROC", Path("/nowhere"))
    assert workspace.account_pid(opened) == pid


def test_each_plugin_lies_where_the_engine_looks(opened: Workspace) -> None:
    """Under its SDK's version, executable, and beside the language host on PATH."""
    found = {path.name: path for path in opened.folder.rglob("pulumi-*") if os.access(path, os.X_OK) and path.is_file()}
    assert set(found) == {"pulumi-language-python", "pulumi-resource-aws", "pulumi-resource-tailscale"}
    given = workspace.variables(opened)
    assert found["pulumi-resource-tailscale"].parent.name == f"resource-tailscale-v{given['SANDBOX_TAILSCALE_VERSION']}"
    assert given["SANDBOX_TAILNET"] == str(opened.folder / "tailnet.json")


def test_damaged_numbers_start_no_second_account(opened: Workspace) -> None:
    """What runs is found whatever the files say; an answer of somebody else on the port is not believed."""
    pid = workspace.account_pid(opened)
    for text in ("", "garbage", str(os.getpid())):
        (opened.folder / "account.pid").write_text(text)
        workspace.start_account(opened)
        assert workspace.account_pid(opened) == pid
    with socketserver.TCPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        for text in ("", "garbage", "99999", str(other.server_address[1])):
            (opened.folder / "account.port").write_text(text)
            assert account.port(opened.folder) is None
        workspace.start_account(opened)
        other.shutdown()
    own = str(account.journal(opened.folder))
    assert [number for number, called in processes.every() if own in called] == [workspace.account_pid(opened)]
    assert account.port(opened.folder)
