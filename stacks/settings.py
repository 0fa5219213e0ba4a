"""Typed settings of a stack, checked in full before any resource is registered.

``python -m stacks.settings`` checks every stack file.
"""

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as engine_config
from pydantic import ValidationError

from lib.secret_formats import looks_secret, sensitive_name
from stacks.environments import ENVIRONMENTS, Environment
from stacks.errors import Problem, SettingsError, WrongValueError, nearest
from stacks.files import FOLDER, display, read, stack_of
from stacks.model import KEYS, PROJECT, Context, StackConfig, example
from stacks.tags import Tags

CIDR_KEY = f"{PROJECT}:cidr"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the program knows of its stack. ``zones`` are names, ``environment`` is the stack's row."""

    stack: str
    region: str
    account_id: str
    cidr: str
    zones: tuple[str, ...]
    github_repository: str
    alert_email: str
    tailnet: str
    tags: Tags
    environment: Environment
    directory_account_id: str
    organization_id: str | None


def load(stack: str, config: Mapping[str, str], secret_keys: Collection[str], others: Mapping[str, str]) -> Settings:
    """The settings in ``config``, which holds text as the engine passes it (a list is JSON).

    ``secret_keys`` were encrypted; their values are never printed. ``others`` are the CIDRs of the other stacks,
    by name. Raises ``SettingsError`` with every problem at once.
    """
    environment = ENVIRONMENTS.get(stack)
    problems = [] if environment else [_unknown_stack(stack)]
    refused = list(_refused(config, secret_keys))
    problems += refused
    known = {key: value for key, value in config.items() if key not in {problem.key for problem in refused}}
    settled = {problem.key for problem in refused} | {meant for key in config if (meant := _meant(key))}
    try:
        model = StackConfig.model_validate(known, context=Context(environment=environment, others=others))
    except ValidationError as error:
        problems += [found for found in map(_problem, error.errors()) if found.key in known or found.key not in settled]
    else:
        problems += _lone_directory(model)
    if problems or environment is None:
        raise SettingsError(problems)
    days = model.backup_retention_days or environment.backup_retention_days
    return Settings(
        stack=stack,
        region=model.region,
        account_id=model.accounts[0],
        cidr=model.cidr,
        zones=model.zones,
        github_repository=model.github_repository,
        alert_email=model.alert_email,
        tailnet=model.tailnet,
        tags=Tags(
            owner=model.owner,
            environment=stack,
            cost_centre=model.cost_centre,
            data_classification=environment.data_classification,
        ),
        environment=replace(environment, backup_retention_days=days),
        directory_account_id=model.directory_account or model.accounts[0],
        organization_id=model.organization,
    )


def load_file(path: Path) -> Settings:
    """The settings of ``Pulumi.<stack>.yaml``, checked against the stack files beside it.

    Raises ``SettingsError`` with every problem at once, each with its file and line.
    """
    if stack_of(path) not in ENVIRONMENTS and not path.exists():
        raise SettingsError([_unknown_stack(stack_of(path))])
    file = read(path)
    problems = list(file.problems)
    try:
        settings = load(stack_of(path), file.config, file.secret_keys, ranges_beside(path))
    except SettingsError as error:
        problems += [
            replace(problem, line=file.lines.get(problem.key, file.config_line)) if problem.key else problem
            for problem in error.problems
            if file.readable or not problem.key  # else every key would be reported as missing
        ]
    if problems:
        raise SettingsError(replace(problem, file=file.name) for problem in problems)
    return settings


def current() -> Settings:
    """The settings of the stack that the engine runs. Raises ``SettingsError``, which the engine prints as it is.

    A problem names file and line where the engine's value is the one in the stack file.
    """
    stack = pulumi.get_stack()
    # The engine hands settings over by call or by environment, depending on the language host.
    config = {**engine_config.get_config_env(), **engine_config.CONFIG.get()}
    secret_keys = {*engine_config.get_config_secret_keys_env(), *filter(engine_config.is_config_secret, config)}
    path = FOLDER / f"Pulumi.{stack}.yaml"
    try:
        return load(stack, config, secret_keys, ranges_beside(path))
    except SettingsError as error:
        file = read(path)

        def from_file(key: str) -> bool:
            # Encrypted values cannot be compared; that both are encrypted is as much as can be seen.
            encrypted = key in secret_keys and key in file.secret_keys
            return file.readable and (encrypted or config.get(key) == file.config.get(key))

        raise SettingsError(
            replace(problem, file=file.name, line=file.lines.get(problem.key, file.config_line))
            if problem.key and from_file(problem.key)
            else problem
            for problem in error.problems
        ) from None


def ranges_beside(path: Path) -> dict[str, str]:
    """The CIDRs of the other stack files in the folder, by stack. What is no range there is its own file's problem."""
    siblings = [other for other in sorted(path.parent.glob("Pulumi.*.yaml")) if other.name != path.name]
    return {stack_of(other): read(other).config.get(CIDR_KEY, "") for other in siblings}


def _lone_directory(model: StackConfig) -> Iterator[Problem]:
    """People who sign in at another account are trusted only as members of the organisation."""
    if model.directory_account not in (None, model.accounts[0]) and model.organization is None:
        key = f"{PROJECT}:organizationId"
        why = f"is missing: people sign in at {model.directory_account}, another account than {model.accounts[0]}"
        yield Problem(key=key, why=why, fix=f"add it, for example {example(key)}")


def _unknown_stack(stack: str) -> Problem:
    meant = nearest(stack, ENVIRONMENTS)
    fix = f"did you mean {meant}?" if meant else "add a row to stacks/environments.py"
    return Problem(key="", why=f"stack {stack!r} is none of {', '.join(ENVIRONMENTS)}", fix=fix)


def _refused(config: Mapping[str, str], secret_keys: Collection[str]) -> Iterator[Problem]:
    """Settings whose value is not looked at: credentials, secrets in plain text, and what is encrypted without need."""
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        sensitive = sensitive_name(name) and key not in KEYS
        if sensitive and namespace == "aws":
            why, fix = (
                "is a credential of AWS, which never stands in a stack file",
                "delete it, rotate it, and sign in with AWS SSO or the deploy role",
            )
        elif key in secret_keys:
            if key not in KEYS:
                continue  # the model reports it as unknown
            why, fix = "is encrypted, though other stacks and reviewers must read it", "write it in plain text"
        elif sensitive or looks_secret(value):
            why, fix = (
                "is a secret in plain text",
                "delete it from the file and its history, rotate it, and keep it in AWS Secrets Manager",
            )
        else:
            continue
        yield Problem(key=key, why=why, fix=fix)


def _meant(key: str) -> str | None:
    """The key that an unknown key was probably meant to be; a slip in the namespace counts."""
    by_name = {known.partition(":")[2]: known for known in KEYS}
    meant = None if key in KEYS else nearest(key.rpartition(":")[2], by_name)
    return by_name[meant] if meant else None


def _problem(error: Mapping[str, Any]) -> Problem:
    key = str(error["loc"][0])
    if error["type"] == "missing":
        return Problem(key=key, why="is missing", fix=f"add it, for example {example(key)}")
    if error["type"] == "extra_forbidden":
        meant = _meant(key)
        fix = f"did you mean {meant}?" if meant else f"delete it; the keys are {', '.join(KEYS)}"
        return Problem(key=key, why="is not a setting", fix=fix)
    wrong: WrongValueError = error["ctx"]["error"]
    return Problem(key=key, why=wrong.why, fix=wrong.fix, shown=repr(error["input"]))


def main() -> int:
    """Check all stack files: 0 where they are right, else 1 with one line for each problem on standard error."""
    paths = sorted({*FOLDER.glob("Pulumi.*.yaml"), *(FOLDER / f"Pulumi.{stack}.yaml" for stack in ENVIRONMENTS)})
    wrong = []
    for path in paths:
        try:
            load_file(path)
        except SettingsError as error:
            wrong.append(str(error))
    if wrong:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    sys.stdout.write(f"{len(paths)} stack files are right: {', '.join(map(display, paths))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
