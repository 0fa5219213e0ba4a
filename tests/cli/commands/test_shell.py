"""``make shell``: plain ``pulumi`` acts on the sandbox, and nothing of the shell is left."""

import os
import subprocess
from pathlib import Path

import pytest

from cli import application, lock, pulumi
from cli.commands import shell
from cli.target import PACK, Target

Captured = pytest.CaptureFixture[str]
USERS = {
    "HOME": "/nowhere", "AWS_PROFILE": "production", "AWS_ACCESS_KEY_ID": "real", "PULUMI_ACCESS_TOKEN": "real",
    "KUBECONFIG": "/real", "TAILSCALE_API_KEY": "real", "EDITOR": "vi", "MAKEFLAGS": "w", "CMD": "x",
}  # fmt: skip


def opened(tmp_path: Path, binary: str = "/engine") -> Target:
    """A sandbox of stack dev."""
    folder = tmp_path / "dev"
    folder.mkdir(exist_ok=True)
    own = {"SANDBOX_AWS_ENDPOINT": "http://127.0.0.1:1", "SANDBOX_AWS_REGION": "eu-west-1", "PULUMI_HOME": "/own"}
    variables = {**own, "PATH": os.environ["PATH"]}
    return Target(name="sandbox", stack="dev", folder=folder, binary=binary, environment=variables)


def test_nothing_leads_elsewhere(tmp_path: Path) -> None:
    """The user's variables stay, those of other accounts and of make do not."""
    given = shell.environment(opened(tmp_path), tmp_path / "bin", USERS)
    assert [key for key, value in given.items() if value in ("real", "production", "/real")] == []
    assert {"MAKEFLAGS", "CMD"}.isdisjoint(given)
    assert (given["EDITOR"], given["PULUMI_HOME"], given["PULUMI_STACK"]) == ("vi", "/own", "dev")
    assert (given["AWS_ENDPOINT_URL"], given["AWS_REGION"]) == ("http://127.0.0.1:1", "eu-west-1")
    assert given["PATH"].split(os.pathsep)[0] == str(tmp_path / "bin")


@pytest.mark.parametrize("name", ["bash", "sh"])
@pytest.mark.parametrize("code", [0, 7])
def test_exit_code_and_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    """The shell's exit code is the command's; its folder is gone, and pulumi was the engine with the pack."""
    engine = tmp_path / "engine"
    engine.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$NATIONGRAPH_FOLDER/called"\n')
    engine.chmod(0o755)
    (tmp_path / "in").write_text(f"pulumi up --diff\nexit {code}\n")
    monkeypatch.setenv("SHELL", f"/bin/{name}")
    target = opened(tmp_path, str(engine))
    with (tmp_path / "in").open() as typed, monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", lambda *words, **other: REAL(*words, **other, stdin=typed))
        (tmp_path / "dev" / "own").mkdir()
        assert shell._interactive(target, tmp_path / "dev" / "own") == code
    settings = ["--config-file", str(target.folder / "Pulumi.dev.yaml")]
    assert (target.folder / "called").read_text().splitlines() == ["up", "--diff", *settings, *PACK]


REAL = subprocess.Popen


@pytest.mark.parametrize(
    ("typed", "added"),
    [
        (["up"], ["--config-file", "/f/dev/Pulumi.dev.yaml", *PACK]),
        (["preview", "--diff"], ["--config-file", "/f/dev/Pulumi.dev.yaml", *PACK]),
        (["--color", "never", "stack", "ls"], []),
        (["destroy", "--yes"], ["--config-file", "/f/dev/Pulumi.dev.yaml"]),
        (["up", "--config-file", "mine.yaml"], [*PACK]),
        (["stack", "graph", "g.dot"], []),
        (["version"], []),
        ([], []),
    ],
)
def test_what_is_typed_is_what_runs(typed: list[str], added: list[str]) -> None:
    """Operations get the sandbox's settings, and what deploys the policy pack; all else is as typed."""
    assert pulumi.words(typed, Path("/f/dev")) == [*typed, *added]


def test_one_command_at_a_time(tmp_path: Path) -> None:
    """Plain ``pulumi up`` is refused while a command works on the stack."""
    with lock.held(tmp_path / "dev", "up"), pytest.raises(lock.BusyError, match=f"process {os.getpid()}"):
        pulumi.hold(tmp_path / "dev", "shell")


@pytest.mark.parametrize("words", [["--stack", "dev"], ["--stack", "dev", "--target", "aws"]])
def test_aws_needs_no_shell(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The message says what to type instead."""
    monkeypatch.delenv("TARGET", raising=False)
    assert application.main(["shell", *words]) == 2
    assert "`pulumi up -s dev` works as typed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words", "file"),
    [("bash", "--rcfile", "rc"), ("zsh", "", ".zshrc"), ("fish", "-C", ""), ("dash", "", "")],
)
def test_the_prompt_says_where_one_is(tmp_path: Path, name: str, words: str, file: str) -> None:
    """In the way of each shell, after the user's own settings; PATH is put right once more."""
    command, extra = shell.startup(f"/bin/{name}", tmp_path, "/own:/bin", "(nationgraph dev) ")
    text = (tmp_path / file).read_text() if file else " ".join([*command, *extra.values()])
    assert "(nationgraph dev) " in text
    assert words in command or not words
    assert "/own:/bin" in text or name == "dash"
