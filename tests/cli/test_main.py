"""``python -m cli``: mistakes are one message and exit code 2, before the engine is touched."""

import errno
import itertools
import os
import shutil
from pathlib import Path

import pytest

from cli import application as cli
from cli import registry, repair, target
from cli.commands import clean, preview, up
from cli.target import CREDENTIALS, ROOT, TargetError, name_of
from stacks.environments import ENVIRONMENTS

Captured = pytest.CaptureFixture[str]
STACKS = tuple(ENVIRONMENTS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files that people edit; opening a target fails the test, no credentials are set."""
    for folder in ("stacks", "catalog", "roadmap", "charts", "docs/runbooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(target, "ROOT", tmp_path)
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path / ".sandbox"))
    monkeypatch.setattr(target, "open_target", lambda *_: pytest.fail("the engine was started"))
    for name in (*CREDENTIALS, "TARGET"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def answer(stack: str, command: str, wanted: str | None, credential: str | None) -> str:
    """The target, or the message where there is none."""
    try:
        known = {credential: "x"} if credential else {}
        return name_of(stack, command, wanted, known, falls_back=command == "preview")
    except TargetError as error:
        return str(error)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("command", ["up", "preview"])
def test_every_combination(stack: str, command: str) -> None:
    """AWS is reached only where it is asked for, or where somebody is signed in and asked for nothing else."""
    for wanted, credential in itertools.product([None, "", "sandbox", "aws", "azure"], [None, *CREDENTIALS]):
        if wanted == "azure":
            expected = "use sandbox or aws"
        elif wanted == "aws":
            expected = "choose STACK=dev" if stack == "sandbox" else "aws"
        elif wanted == "sandbox" or stack == "sandbox":
            expected = "sandbox"
        elif credential:
            expected = "aws"
        else:
            expected = "sandbox" if command == "preview" else "with TARGET=sandbox"
        found = answer(stack, command, wanted, credential)
        assert found == expected or (" " in expected and expected in found), (wanted, credential)


def test_empty_credentials_are_none() -> None:
    """A variable that is set to nothing signs nobody in."""
    with pytest.raises(TargetError, match="sign in first"):
        name_of("production", "up", None, dict.fromkeys(CREDENTIALS, ""))


def test_wrong_settings_are_named_all_at_once(project: Path, capsys: Captured) -> None:
    """Two mistakes are two lines with file, line, value and fix, and the engine is not started."""
    path = project / "stacks" / "Pulumi.dev.yaml"
    text = path.read_text()
    path.write_text(text.replace("10.1.0.0/16", "10.1.0.0/33").replace("aws:region: eu-central-1", "aws:region: mars"))
    assert cli.main(["preview", "--stack", "dev"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    for part in ("'10.1.0.0/33': is not an IPv4 range", "'mars': is not an AWS region", "Pulumi.dev.yaml:", "fix: "):
        assert part in said


@pytest.mark.parametrize(
    ("arguments", "wanted", "message"),
    [
        ("up --stack nowhere", "sandbox", "stack 'nowhere' is none of sandbox, dev, staging, production"),
        ("up --stack prod", None, "did you mean production?"),
        ("up --stack dev", "azure", "TARGET=azure: no such target; use sandbox or aws"),
        ("up --stack dev", None, "no AWS credentials in the environment"),
        ("up", "aws", "STACK=sandbox lives in the emulated account only"),
    ],
)
@pytest.mark.usefixtures("project")
def test_mistakes(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, arguments: str, wanted: str | None, message: str
) -> None:
    """One message that holds what was wrong, no traceback."""
    if wanted:
        monkeypatch.setenv("TARGET", wanted)
    assert cli.main(arguments.split()) == 2
    said = capsys.readouterr()
    assert message in " ".join(said.err.split())
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize("stack", ["../dev", "dev/../../dev", "", "DEV"])
def test_stack_names_are_not_paths(project: Path, monkeypatch: pytest.MonkeyPatch, stack: str) -> None:
    """A name that no stack has is refused, whatever file it would lead to."""
    monkeypatch.setenv("TARGET", "sandbox")
    assert cli.main(["up", "--stack", stack]) == 2


def test_aws_without_the_official_engine(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """The message says where to get it."""
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setenv("TARGET", "aws")
    monkeypatch.setenv("SANDBOX_FOLDER", str(project / "folder"))
    assert cli.main(["up", "--stack", "dev"]) == 2
    assert "https://www.pulumi.com/docs/install/" in capsys.readouterr().err


@pytest.mark.parametrize("error", [repair.RepairError("look"), RuntimeError("the emulated account did not start")])
def test_errors_of_commands(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, error: Exception) -> None:
    """What a person has to settle is said, without a traceback."""

    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(up, "deploy", fail)
    monkeypatch.setattr(target, "open_target", lambda *_: None)
    assert cli.main(["up"]) == 2
    assert str(error) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "way"),
    [(errno.ENOSPC, "make room"), (errno.EROFS, "make it writable"), (errno.EACCES, "make it writable")],
)
def test_errors_of_the_file_system(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, number: int, way: str
) -> None:
    """One line with the file, the cause and the way out."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number), "/somewhere/.sandbox/sandbox")

    monkeypatch.setattr(target, "open_target", fail)
    assert cli.main(["up"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"/somewhere/.sandbox/sandbox: {os.strerror(number)}; {line.rpartition('; ')[2]}"
    assert way in line


def test_exit_code_is_the_commands(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """It is passed on, and a stack that runs on the emulated account says so."""
    monkeypatch.setattr(preview, "preview", lambda *_: True)
    monkeypatch.setattr(target, "open_target", lambda *_: None)
    assert cli.main(["preview", "--stack", "production"]) == 1
    assert "production runs on the emulated account; nothing of AWS is read or changed." in capsys.readouterr().err


def test_clean_needs_no_settings(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It works where every setting is wrong."""
    shutil.rmtree(project / "stacks")
    monkeypatch.setattr(clean, "folder_of", lambda _: project / ".sandbox" / "sandbox")
    assert cli.main(["clean"]) == 0


def test_unknown_command_is_a_usage_error(capsys: Captured) -> None:
    """One line that names it."""
    assert cli.main(["destroy"]) == 2
    assert "No such command 'destroy'; python -m cli --help" in capsys.readouterr().err


def test_help_lists_every_command_by_group(capsys: Captured) -> None:
    """Also where no command is given."""
    assert cli.main([]) == 0
    said = capsys.readouterr().out
    assert [group for group in registry.GROUPS if f"─ {group} ─" not in said] == []
    assert [command.name for command in registry.commands() if f"│ {command.name} " not in said] == []


def test_aws_target_runs_the_program_with_this_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The official engine keeps the user's environment and finds this Python first."""
    binary = tmp_path / "pulumi"
    binary.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("SANDBOX_FOLDER", str(tmp_path / "logs"))
    opened = target.open_target("aws", "production")
    assert (opened.binary, opened.folder) == (str(binary), tmp_path / "logs" / "production")
    assert opened.environment["AWS_PROFILE"] == "production"
    assert (Path(opened.environment["PATH"].split(":")[0]) / "python").exists()
    assert opened.arguments == ()


def test_folder_of_the_sandbox_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder is the caller's, although the engine runs in the project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANDBOX_FOLDER", "here")
    assert target.folder_of("dev") == tmp_path / "here" / "dev"
    monkeypatch.delenv("SANDBOX_FOLDER")
    assert target.folder_of("dev") == ROOT / ".sandbox" / "dev"
