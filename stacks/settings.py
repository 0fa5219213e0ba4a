"""Typed settings of a stack, checked in full before any resource is registered.

``python -m stacks.settings`` checks every stack file.
"""

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from lib.problems import Fault, Problem
from lib.secret_formats import looks_secret, sensitive_name
from lib.validation import faults
from lib.yaml_file import display
from stacks.environments import ENVIRONMENTS, Environment, unknown_stack
from stacks.errors import SettingsError
from stacks.files import FOLDER, StackFile, read, stack_of
from stacks.model import KEYS, PROJECT, Context, StackConfig, example
from stacks.tags import Tags


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the program knows of its stack. ``zones`` are names, ``environment`` is the stack's row.

    ``deletion_budget`` is how many services one change may take out of the environment.
    """

    stack: str
    region: str
    account_id: str
    cidr: str
    zones: tuple[str, ...]
    github_repository: str
    github_client_id: str
    github_installation_id: str
    alert_email: str
    tailnet: str
    tags: Tags
    environment: Environment
    directory_account_id: str
    organization_id: str | None
    deletion_budget: int


def load(
    stack: str, config: Mapping[str, str], secret_keys: Collection[str], others: Mapping[str, Mapping[str, str]]
) -> Settings:
    """The settings in ``config``, which holds text as the engine passes it (a list is JSON).

    ``secret_keys`` were encrypted; their values are never printed. ``others`` are the settings of the other stacks,
    by name. Raises ``SettingsError`` with every problem at once.
    """
    environment, refused = ENVIRONMENTS.get(stack), list(_refused(config, secret_keys))
    problems = [unknown for unknown in (unknown_stack(stack),) if unknown] + refused
    silent = {problem.key for problem in refused}
    known = {key: value for key, value in config.items() if key not in silent}
    try:
        model = StackConfig.model_validate(known, context=Context(environment=environment, others=others))
    except ValidationError as error:
        problems += [_problem(fault) for fault in faults(error, StackConfig, {}) if fault.path[0] not in silent]
    else:
        problems += _lone_directory(model)
    if problems or environment is None:
        raise SettingsError(problems)
    return Settings(
        stack=stack,
        region=model.region,
        account_id=model.accounts[0],
        cidr=model.cidr,
        zones=model.zones,
        github_repository=model.github_repository,
        github_client_id=model.github_client_id,
        github_installation_id=model.github_installation_id,
        alert_email=model.alert_email,
        tailnet=model.tailnet,
        tags=Tags(
            owner=model.owner,
            environment=stack,
            cost_centre=model.cost_centre,
            data_classification=environment.data_classification,
        ),
        environment=environment,
        directory_account_id=model.directory_account or model.accounts[0],
        organization_id=model.organization,
        deletion_budget=model.deletion_budget,
    )


def load_file(path: Path) -> Settings:
    """The settings of ``Pulumi.<stack>.yaml``, checked against the stack files beside it.

    Raises ``SettingsError`` with every problem at once, each with its file and line.
    """
    unknown = unknown_stack(stack_of(path))
    if unknown and not path.exists():
        raise SettingsError([unknown])
    file = read(path)
    problems = list(file.problems)
    try:
        settings = load(stack_of(path), file.config, file.secret_keys, beside(path))
    except SettingsError as error:
        problems += [replace(problem, file=file.name, line=_line(file, problem)) for problem in _not_said(file, error)]
    if problems:
        raise SettingsError(problems)
    return settings


def current() -> Settings:
    """The settings of the stack that the engine runs. Raises ``RunError``, which the engine prints without a traceback.

    A problem names file and line where the engine's value is the one in the stack file. What the engine has read
    otherwise than it is written is a problem too.
    """
    import pulumi  # noqa: PLC0415 - slow to import, and whoever only checks the files does without
    from pulumi.runtime import config as engine_config  # noqa: PLC0415

    stack = pulumi.get_stack()
    # The engine hands settings over by call or by environment, depending on the language host.
    config = {**engine_config.get_config_env(), **engine_config.CONFIG.get()}
    secret_keys = {*engine_config.get_config_secret_keys_env(), *filter(engine_config.is_config_secret, config)}
    path = FOLDER / f"Pulumi.{stack}.yaml"
    file = read(path)
    problems = list(file.problems) if file.readable else []
    try:
        settings = load(stack, config, secret_keys, beside(path))
    except SettingsError as error:
        for problem in _not_said(file, error) if file.readable else error.problems:
            # Encrypted values cannot be compared; that both are encrypted is as much as can be seen.
            encrypted = problem.key in secret_keys and problem.key in file.secret_keys
            same = encrypted or config.get(problem.key) == file.config.get(problem.key)
            placed = file.readable and bool(problem.key) and same
            problems.append(replace(problem, file=file.name, line=_line(file, problem)) if placed else problem)
    if problems:
        raise pulumi.RunError(str(SettingsError(problems)))
    return settings


def beside(path: Path) -> dict[str, Mapping[str, str]]:
    """The settings of the other stack files in the folder, by stack. What is wrong there is its own file's problem."""
    siblings = [other for other in sorted(path.parent.glob("Pulumi.*.yaml")) if other.name != path.name]
    return {stack_of(other): read(other).config for other in siblings}


def problems(folder: Path = FOLDER) -> list[Problem]:
    """What is wrong in all stack files of a folder; one is expected for each environment."""
    paths = sorted({*folder.glob("Pulumi.*.yaml"), *(folder / f"Pulumi.{stack}.yaml" for stack in ENVIRONMENTS)})
    collected: list[Problem] = []
    for path in paths:
        try:
            load_file(path)
        except SettingsError as error:
            collected += error.problems
    return collected


def _line(file: StackFile, problem: Problem) -> int:
    return file.lines.get(problem.key, file.config_line) if problem.key else 0


def _not_said(file: StackFile, error: SettingsError) -> list[Problem]:
    """Problems of settings that the file's own do not explain: a key without a value, or no settings at all."""
    return [p for p in error.problems if p.key not in file.unusable and (file.readable or not p.key)]


def _lone_directory(model: StackConfig) -> Iterator[Problem]:
    """People who sign in at another account are trusted only as members of the organisation."""
    if model.directory_account not in (None, model.accounts[0]) and model.organization is None:
        key = f"{PROJECT}:organizationId"
        why = f"is missing: people sign in at {model.directory_account}, another account than {model.accounts[0]}"
        yield Problem(key=key, why=why, fix=f"add it, for example {example(key)}")


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


def _problem(fault: Fault) -> Problem:
    return Problem(key=fault.path[0], value=fault.value, why=fault.why, fix=fault.fix)


def main() -> int:
    """Check all stack files: 0 where they are right, else 1 with one line for each problem on standard error."""
    wrong = problems(FOLDER)
    if wrong:
        sys.stderr.write(f"{SettingsError(wrong)}\n")
        return 1
    paths = sorted(FOLDER.glob("Pulumi.*.yaml"))
    sys.stdout.write(f"{len(paths)} stack files are right: {', '.join(map(display, paths))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
