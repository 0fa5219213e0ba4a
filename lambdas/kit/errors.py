"""What may go wrong. A message says what, why and what to do; it never holds a secret."""

import traceback
from pathlib import Path
from typing import Final

ROOT: Final = str(Path(__file__).resolve().parents[1])


class RotationError(Exception):
    """A step that did not succeed. ``kind`` is a word for logs and alarms."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class PendingError(RotationError):
    """The value of AWSPENDING can never become the current one: it is to be discarded, and a rotation begun anew."""

    def __init__(self, message: str) -> None:
        super().__init__("pending", message)


def unexpected(error: Exception, doing: str) -> RotationError:
    """A failure that nobody foresaw, by type and place: the text of a foreign error may hold a value."""
    return RotationError("unexpected", f"{_name(error)} in {doing}, at {_place(error)}")


def _name(error: Exception) -> str:
    """Its type, and for an error of AWS the code and operation."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return f"{type(error).__name__} {code} in {getattr(error, 'operation_name', '')}" if code else type(error).__name__


def _place(error: Exception) -> str:
    """The innermost line of the function's own code."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(ROOT)]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "start"
