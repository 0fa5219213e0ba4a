"""What people and other programs hand to a review: issues of engineers, packages with a newer version."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from reports.review.pins import canonical

FOCUS: Final = ("simplicity", "reliability", "security")
"""What the company wants feedback to be about (REV-02), and the choices of the form."""
NOT_SAID: Final = "not said"
_FOCUS: Final = re.compile(rf"^### Focus\s+({'|'.join(FOCUS)})\s*$", re.MULTILINE)


_Read = TypeVar("_Read")


class Issue(BaseModel):
    """One issue, as ``gh issue list --json`` writes it; what a form asks stands in its body."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")

    number: int
    title: str
    url: str
    state: str
    created_at: dt.datetime
    body: str = ""

    @property
    def focus(self) -> str:
        """What the form says that it is about."""
        found = _FOCUS.search(self.body.replace("\r", ""))
        return found[1] if found else NOT_SAID

    @property
    def open(self) -> bool:
        """Whether nobody has closed it."""
        return self.state.upper() == "OPEN"


class _Newer(BaseModel):
    name: str
    latest_version: str


def issues(path: Path) -> tuple[Issue, ...]:
    """The issues of a file, by number. RuntimeError where it is something else."""
    made = "write it with gh issue list --label feedback --state all --json number,title,url,state,createdAt,body"
    return tuple(sorted(_read(path, TypeAdapter(list[Issue]), made), key=lambda issue: issue.number))


def newer(path: Path) -> Mapping[str, str]:
    """The newest version of each outdated package. RuntimeError where the file is something else."""
    found = _read(path, TypeAdapter(list[_Newer]), "write it with uv pip list --outdated --format=json")
    return {canonical(one.name): one.latest_version for one in found}


def _read(path: Path, form: TypeAdapter[_Read], made: str) -> _Read:
    try:
        return form.validate_json(path.read_bytes())
    except OSError as error:
        raise RuntimeError(f"{path}: cannot be read ({error.strerror}); {made}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RuntimeError(f"{path}: {': '.join(filter(None, [where, first['msg']]))}; {made}") from None
