"""One line of ``charts/versions/<environment>.yaml``: what of a service an environment runs."""

from typing import Annotated, Final

from pydantic import Field

from models.fields import Entry, Name
from models.services.model import Tier

SEMVER: Final = (
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?$"
)
"""SemVer 2.0.0 without build metadata, which does not order versions. Source: https://semver.org."""
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
NO_IMAGE: Final = f"sha256:{'0' * 64}"
"""Of a service that is new: its first image is not built yet. Only the first environment may name it."""

FIRST_THAT_MIGRATES: Final = "1.1.0"
"""The chart whose Deployment names the migrations' image: with an older one Argo CD would see no difference where that
image alone is another, and run no Job.
"""

_Precedence = tuple[int, int, int, tuple[tuple[int, int, str], ...]]


def precedence(version: str) -> _Precedence:
    """What orders versions: a pre-release comes before its release (semver.org, 11)."""
    numbers, _, pre = version.partition("-")
    major, minor, patch = map(int, numbers.split("."))
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre.split(".")) if pre else ()
    return major, minor, patch, parts or ((2, 0, ""),)


class Version(Entry):
    """``chart`` is a folder of ``charts/service``, ``image`` the digest in the service's ECR repository.

    ``tier`` and ``namespace`` repeat the catalog, because the ApplicationSet reads this file alone; both are checked.
    ``migrations`` is the digest of the image whose steps run before the service: of a service that migrates a database,
    and of no other.
    """

    service: Name
    tier: Tier
    namespace: Name
    chart: Annotated[str, Field(pattern=SEMVER, max_length=60)]
    image: Digest
    migrations: Digest | None = None

    @property
    def place(self) -> str:
        """Tier and namespace, as ``core/payments``: whose ApplicationSet makes it, and where it runs."""
        return f"{self.tier}/{self.namespace}"

    @property
    def sees_migrations(self) -> bool:
        """Whether its chart makes another digest of ``migrations`` a difference, where it has one."""
        return self.migrations is None or precedence(self.chart) >= precedence(FIRST_THAT_MIGRATES)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its line, in their order."""
        return tuple(name for name in Version.model_fields if name != "migrations" or self.migrations)

    def line(self) -> str:
        """The line as it is written, and as a promotion changes it."""
        return f"- {{{', '.join(f'{key}: {getattr(self, key)}' for key in self.keys)}}}"
