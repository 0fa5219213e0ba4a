"""What a wrong setting is reported as: one line each, all of them at once."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import pulumi


class WrongValueError(ValueError):
    """A check's verdict on one value: why it is wrong, and the fix. The value itself is added by the caller."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One wrong setting. ``shown`` is the value as it may be printed: empty where it is absent or may be a secret."""

    key: str
    why: str
    fix: str
    shown: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        subject = f"{self.shown} {self.why}" if self.shown else self.why
        return ": ".join([part for part in (place, self.key) if part] + [f"{subject}; fix: {self.fix}"])


class SettingsError(pulumi.RunError):
    """Settings that cannot be deployed; ``problems`` holds every reason, in the order of the file.

    It is a ``RunError`` so that the engine prints the lines alone, without a traceback.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.key)))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    by_lower_case = {name.lower(): name for name in known}
    begun = [name for name in by_lower_case if word and name.startswith(word.lower())]  # "prod" is not close
    close = begun or difflib.get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.6)
    return by_lower_case[close[0]] if close else None
