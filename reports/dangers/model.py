"""One danger of a previewed change, as every report shows it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lib import urn as urns
from lib.printable import one_line
from reports.values import text

LONGEST = 300
"""Characters of a value: whoever needs the whole of it reads the diff."""


class Kind(StrEnum):
    """What is in danger, the gravest kind first."""

    DATA = "data"
    PROTECTION = "protection"
    EXPOSURE = "exposure"
    RIGHTS = "rights"
    PATH = "path"
    APPLICATIONS = "applications"
    CLUSTER = "cluster"
    ROTATION = "rotation"
    WATCH = "watch"


class Severity(StrEnum):
    """How grave, in the words of the policies' findings; ``unclear`` is what a preview cannot tell yet."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Danger:
    """``sentence`` says it whole, with ``resource`` by name; the other fields are its parts, for tables and machines.

    ``property``, ``before``, ``after`` and ``why`` are empty where there is none. Every text is one harmless line and
    holds no secret; in Markdown and HTML it is still text from programs, to be escaped there.
    """

    @property
    def resource(self) -> str:
        """The resource's logical name, harmless to print."""
        return one_line(urns.name(self.urn))

    @property
    def type(self) -> str:
        """The resource's type, harmless to print."""
        return one_line(urns.type_of(self.urn))

    @property
    def order(self) -> tuple[int, int, str, str, str]:
        """Gravest first, then by kind, resource and property."""
        rank, kind = list(Severity).index(self.severity), list(Kind).index(self.kind)
        return rank, kind, self.resource, self.property, self.sentence

    kind: Kind
    severity: Severity
    urn: str
    sentence: str
    property: str = ""
    before: str = ""
    after: str = ""
    why: str = ""


@dataclass(frozen=True)
class Detail:
    """The property of a danger and its values, as texts that are safe to print."""

    property: str = ""
    before: str = ""
    after: str = ""


def value(given: Any, name: str = "") -> str:
    """A value as a danger shows it: one line, no secret, cut where it is long."""
    return "" if given is None else text(given, name, LONGEST)
