"""Errors as one line, without secrets."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from sandbox.aws import convert
from sandbox.aws.calls import SECRET_NAMES
from sandbox.aws.table import Row


class UnsupportedError(Exception):
    """The table has no place for a property; the message names the file to extend."""

    def __init__(self, row: Row, names: Iterable[str], why: str = "cannot apply") -> None:
        super().__init__(
            f"{row.type}: the sandbox {why} input {', '.join(sorted(names))}; extend sandbox/aws/{row.file}"
        )


def _secrets(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, convert.normal(key))
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, name)
    elif isinstance(value, str) and value and any(part in name for part in SECRET_NAMES):
        yield value


def message(error: BaseException, inputs: Mapping[str, Any] | None = None) -> str:
    """An error as one line, as the real provider prints AWS's, without the secrets among ``inputs``."""
    text = str(error) if isinstance(error, ValueError | UnsupportedError) else f"{type(error).__name__}: {error}"
    if isinstance(error, ClientError):
        details = error.response["Error"]
        text = f"{details.get('Code')}: {details.get('Message')} ({error.operation_name})"
    text = " ".join([*text.split(), *getattr(error, "__notes__", ())])
    for secret in _secrets(inputs or {}):
        text = text.replace(secret, "[secret]")
    return text
