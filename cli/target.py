"""Where a command runs: the sandbox, or AWS through the official engine."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli import lock
from cli.output import note, say
from cli.phases import phase
from policy.facts import grants
from stacks.environments import ENVIRONMENTS, unknown_stack

ROOT = Path(__file__).resolve().parent.parent
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)
ROOM_BYTES = 24 << 20
"""What state, its copies, journal, event log and the engine's log of one run take, with room to spare."""
HISTORY = 5
"""States of past updates that the sandbox's backend keeps."""
UNREAD = "unread"
"""A file that is there while a state that was restored or repaired has not been compared with the account."""
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


def judged(root: Path) -> dict[str, str]:
    """What the pack is told of the tree whose program it judges, in the environment."""
    return {grants.VARIABLE: str(root / "catalog" / "access.yaml")}


def folder_of(stack: str) -> Path:
    """Where logs, and in the sandbox everything else, of a stack live."""
    return Path(os.environ.get("SANDBOX_FOLDER") or ROOT / ".sandbox").absolute() / stack


def _has_room(folder: Path) -> None:
    """TargetError where a run could not write down what it does: it would end in the middle, its state cut short."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < ROOM_BYTES:
        raise TargetError(
            f"{folder}: its disk is full, {free >> 10} KiB are free and a run needs {ROOM_BYTES >> 20} MiB; make room "
            "and run it again"
        )


@contextmanager
def working(command: str, stack: str, place: str | None, *, falls_back: bool = False) -> Iterator["Target"]:
    """The target of a command that nobody else works on meanwhile; afterwards good copies of its files are kept.

    Raises:
        BusyError: another command works on the stack.
        DamagedError: a file of the sandbox is damaged and has no good copy.
        TargetError: as ``choose``.

    """
    name = choose(command, stack, place, falls_back=falls_back)
    folder = folder_of(stack)
    if folder.parent.exists() and not folder.parent.is_dir():
        raise TargetError(f"{folder.parent} is a file, and the sandbox is a folder of that name; move the file away")
    if name == "sandbox":
        _has_room(folder.parent)
    with lock.held(folder, command):
        if name == "aws":
            yield open_target(name, stack)
            return
        from sandbox import kept, workspace  # noqa: PLC0415 - AWS does without the sandbox

        project = workspace.project_name(ROOT)
        restored = kept.check(folder, project)
        for sentence in restored:
            say(sentence, "yellow")
        target = open_target(name, stack)
        if restored:
            (folder / UNREAD).touch()
        try:
            yield target
        finally:
            kept.keep(folder, project)
            kept.prune(folder, project, HISTORY)


def open_target(name: str, stack: str) -> Target:
    """The target, ready to use; for the sandbox the engine is found or built and the account started.

    Raises:
        TargetError: there is no official engine for AWS.

    """
    folder = folder_of(stack)
    if name == "sandbox":
        from sandbox import workspace  # noqa: PLC0415 - AWS does without the sandbox
        from toolchain import engine, kubernetes  # noqa: PLC0415 - AWS does without the sandbox

        with phase("Finding the Pulumi engine"):
            binary = str(engine.find())
        with phase("Finding Kubernetes"):
            kubernetes.prepare()
        with phase(f"Starting the emulated account and cluster of {stack}"):
            opened = workspace.open_workspace(ROOT, stack, folder, kubernetes=True)
        faults = {key: value for key, value in os.environ.items() if key.startswith("SANDBOX_")}
        return Target(
            name=name,
            stack=stack,
            folder=folder,
            binary=binary,
            environment={**workspace.variables(opened), **faults, **judged(ROOT)},
            arguments=("--config-file", str(opened.config_file)),
        )
    from toolchain import cache  # noqa: PLC0415 - rich's progress is slow to import

    official = shutil.which("pulumi")
    if official is None:
        raise TargetError("the official Pulumi CLI is not on PATH; see https://www.pulumi.com/docs/install/")
    folder.mkdir(parents=True, exist_ok=True)
    # The language host of the official engine runs the program with uv, which may be the one of the cache folder.
    found = cache.uv()
    own = [str(Path(sys.executable).parent), *([str(Path(found).parent)] if found else [])]
    path = os.pathsep.join([*own, os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PULUMI_DEBUG_COMMANDS": "true", **judged(ROOT)}
    return Target(name=name, stack=stack, folder=folder, binary=official, environment=environment)
