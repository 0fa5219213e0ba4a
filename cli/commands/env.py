"""run CMD with the secrets of catalog/command_environment.yaml in its environment; no file, no shell

The secrets are in no file, argument, output or log.
"""

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import account
from cli.options import SANDBOX, Place, Stack
from cli.output import refuse
from cli.target import choose
from lib.problems import FileError
from models.command_environment import Variable, load_command_environment

GROUP = "Secrets"
OF_MAKE = ("CMD", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PYTHONWARNINGS")
"""What make and its target put into the environment for themselves; ``CMD`` is the command."""
PLACEHOLDER = re.compile(r"<[^>]*>")
"""The form of a value that stands in for one that no rotation has made yet."""
FILE = "catalog/command_environment.yaml"
NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""What shells answer."""


class SecretError(Exception):
    """A secret that cannot be had; the message names it and the fix, never a value."""


Words = Annotated[
    list[str] | None, typer.Argument(metavar="[-- COMMAND ...]", help="Without it $CMD, split as a shell does.")
]


def run(stack: Stack = SANDBOX, place: Place = "", words: Words = None) -> int:
    """Become the command: its exit code is this one's. 2 where a secret cannot be had, 126 or 127 where no command."""
    name = choose("env", stack, place)
    try:
        command = words or shlex.split(os.environ.get("CMD", ""))
        if not command:
            return refuse('no command; give one, as make env CMD="psql" or python -m cli env --stack dev -- psql')
        secrets = _values(name, stack)
    except (FileError, SecretError, ValueError, BotoCoreError) as error:
        return refuse(str(error))
    inherited = {key: value for key, value in os.environ.items() if key not in OF_MAKE}
    sys.stdout.flush()
    try:
        os.execvpe(command[0], command, {**inherited, **secrets})  # noqa: S606 - no shell, on purpose
    except FileNotFoundError:
        return refuse(f"{command[0]}: no such program; the command is run without a shell", NOT_FOUND)
    except OSError as error:
        return refuse(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE)


def _values(name: str, stack: str) -> dict[str, str]:
    wanted = [variable for variable in load_command_environment() if stack in variable.environments]
    if not wanted:
        raise SecretError(f"{stack}: {FILE} has no variable for it; add some, or choose another STACK")
    region = account.region_of(stack)
    client = account.client("secretsmanager", region, account.connection(name, stack))
    return resolve(client, wanted, stack)


def resolve(client: Any, wanted: Sequence[Variable], stack: str) -> dict[str, str]:
    """The value of each variable, each secret read once. SecretError lists every secret that cannot be had."""
    texts: dict[str, str] = {}
    wrong: list[str] = []
    for secret in dict.fromkeys(variable.source for variable in wanted):
        try:
            texts[secret] = _text(client, secret, stack)
        except SecretError as error:
            wrong.append(str(error))
    values: dict[str, str] = {}
    for variable in wanted:
        try:
            if variable.source in texts:
                values[variable.name] = _value(variable, texts[variable.source])
        except SecretError as error:
            wrong.append(str(error))
    if wrong:
        raise SecretError("\n".join(wrong))
    return values


def _text(client: Any, secret: str, stack: str) -> str:
    try:
        answer: Mapping[str, Any] = client.get_secret_value(SecretId=secret)  # AWSCURRENT
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        raise SecretError(f"{secret}: {_why(code, message, secret, stack)}") from None
    if "SecretString" not in answer:
        raise SecretError(f"{secret}: its value is binary, which no variable can hold; store it as text")
    return str(answer["SecretString"])


def _why(code: str, message: str, secret: str, stack: str) -> str:
    if code in ("AccessDeniedException", "AccessDenied"):
        return (
            "denied to the identity that you are signed in with (aws sts get-caller-identity); sign in to "
            f"{stack} with the role of your group, or ask the secret's owner to name it among the consumers"
        )
    if code == "ResourceNotFoundException" and "value" in message.lower():
        return "has no current value yet; it gets one with its first rotation (aws secretsmanager rotate-secret)"
    if code == "ResourceNotFoundException":
        return f"is not in the account of {stack}; deploy it with make up STACK={stack}, or correct {FILE}"
    if code == "InvalidRequestException" and "delet" in message.lower():
        return f"is pending deletion; take it back with aws secretsmanager restore-secret --secret-id {secret}"
    if code == "DecryptionFailure":
        return "its key does not decrypt it for you; ask its owner whether the KMS key is enabled and grants your role"
    return f"{code}; see what aws secretsmanager describe-secret --secret-id {secret} says"


def _value(variable: Variable, text: str) -> str:
    value: Any = text
    if variable.key is not None:
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            fix = f"leave out the key of {variable.name} in {FILE}"
            raise SecretError(f"{variable.source}: is no JSON object, so that it has no key {variable.key!r}; {fix}")
        if variable.key not in document:
            fix = f"correct {variable.name} in {FILE}, or store the key"
            raise SecretError(f"{variable.source}: has no key {variable.key!r}; {fix}")
        value = document[variable.key]
    if isinstance(value, int | float):
        value = json.dumps(value)
    if not isinstance(value, str) or "\0" in value:
        what = "holds a NUL" if isinstance(value, str) else "is neither text nor a number"
        raise SecretError(f"{variable.source}: what is to be {variable.name} {what}, which no variable can hold")
    if PLACEHOLDER.fullmatch(value):
        fix = f"rotate it once: aws secretsmanager rotate-secret --secret-id {variable.source}"
        raise SecretError(f"{variable.source}: what is to be {variable.name} was never made; {fix}")
    return value
