"""Where a command runs: the sandbox, or AWS through the official engine."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.output import note
from stacks.environments import ENVIRONMENTS, unknown_stack

ROOT = Path(__file__).resolve().parent.parent
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)
PACK = ("--policy-pack", str(ROOT / "policy"))


class TargetError(RuntimeError):
    """The command cannot run there; the message says what to do."""


def name_of(
    stack: str, command: str, wanted: str | None, environment: Mapping[str, str], *, falls_back: bool = False
) -> str:
    """``sandbox`` or ``aws``. Stacks other than ``sandbox`` are deployed to AWS unless ``TARGET=sandbox``.

    A command that changes nothing and says so (``falls_back``) uses the emulated account where nobody is signed in.

    Raises:
        TargetError: a real deployment without credentials, or a target that does not exist.

    """
    if wanted not in (None, "", "sandbox", "aws"):
        raise TargetError(f"TARGET={wanted}: no such target; use sandbox or aws")
    if wanted == "aws" and stack == "sandbox":
        others = " or ".join(name for name in ENVIRONMENTS if name != "sandbox")
        raise TargetError(f"STACK=sandbox lives in the emulated account only; choose STACK={others}")
    if wanted or stack == "sandbox":
        return wanted or "sandbox"
    if any(environment.get(key) for key in CREDENTIALS):
        return "aws"
    if falls_back:
        return "sandbox"
    raise TargetError(
        f"{command} of {stack}: no AWS credentials in the environment ({', '.join(CREDENTIALS)}); "
        f"sign in first, or try it on the emulated account with TARGET=sandbox"
    )


def choose(command: str, stack: str, wanted: str | None, *, falls_back: bool = False) -> str:
    """The target of a command, after every file that people edit was checked; a surprise is said.

    Raises:
        TargetError: something in a file is wrong, or as ``name_of``.

    """
    from lib.problems import lines  # noqa: PLC0415 - pydantic and the SDK are slow to import
    from models.everything import problems  # noqa: PLC0415

    unknown = unknown_stack(stack)
    wrong = (unknown,) if unknown else problems(ROOT)
    if wrong:
        raise TargetError(lines(wrong))
    name = name_of(stack, command, wanted, os.environ, falls_back=falls_back)
    if name == "sandbox" and stack != "sandbox":
        note(f"{stack} runs on the emulated account; nothing of AWS is read or changed.")
    return name


@dataclass(frozen=True, kw_only=True)
class Target:
    """How to call the engine: executable, environment, and arguments that every operation takes."""

    name: str
    stack: str
    folder: Path
    binary: str
    environment: Mapping[str, str]
    arguments: tuple[str, ...] = ()


def folder_of(stack: str) -> Path:
    """Where logs, and in the sandbox everything else, of a stack live."""
    return Path(os.environ.get("SANDBOX_FOLDER") or ROOT / ".sandbox").absolute() / stack


def open_target(name: str, stack: str) -> Target:
    """The target, ready to use; for the sandbox the engine is found or built and the account started.

    Raises:
        TargetError: there is no official engine for AWS.

    """
    folder = folder_of(stack)
    if name == "sandbox":
        from sandbox import workspace  # noqa: PLC0415 - AWS does without the sandbox
        from toolchain import engine  # noqa: PLC0415 - AWS does without the sandbox

        opened = workspace.open_workspace(ROOT, stack, folder)
        return Target(
            name=name,
            stack=stack,
            folder=folder,
            binary=str(engine.find()),
            environment={
                **workspace.variables(opened),
                **{k: v for k, v in os.environ.items() if k.startswith("SANDBOX_")},
            },
            arguments=("--config-file", str(opened.config_file)),
        )
    binary = shutil.which("pulumi")
    if binary is None:
        raise TargetError("the official Pulumi CLI is not on PATH; see https://www.pulumi.com/docs/install/")
    folder.mkdir(parents=True, exist_ok=True)
    # The language host of the official engine runs the program with this interpreter's virtual environment.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PULUMI_DEBUG_COMMANDS": "true"}
    return Target(name=name, stack=stack, folder=folder, binary=binary, environment=environment)
