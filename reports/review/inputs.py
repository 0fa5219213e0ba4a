"""What engineers say: issues with the label ``feedback``, as GitHub exports them."""

import datetime as dt
import re
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

FOCUS: Final = ("simplicity", "reliability", "security")
"""What the company wants feedback to be about (REV-02), and the choices of the form."""
MADE: Final = "write it with gh issue list --label feedback --state all --json number,title,url,state,createdAt,body"
NOT_SAID: Final = "not said"
_FOCUS: Final = re.compile(rf"^### Focus\s+({'|'.join(FOCUS)})\s*$", re.MULTILINE)


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


def issues(path: Path) -> tuple[Issue, ...]:
    """The issues of a file, by number. RuntimeError where it is something else."""
    try:
        found = TypeAdapter(list[Issue]).validate_json(path.read_bytes())
    except OSError as error:
        raise RuntimeError(f"{path}: cannot be read ({error.strerror}); {MADE}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RuntimeError(f"{path}: {': '.join(filter(None, [where, first['msg']]))}; {MADE}") from None
    return tuple(sorted(found, key=lambda issue: issue.number))
